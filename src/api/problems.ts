/**
 * Owns how an error is thrown and sent as a problem (RFC 9457). Which there are is src/protocol/client/problems.ts, what is
 * answered at `/problems/<name>` problemPages.ts.
 */
import { type Response } from 'express';
import { type ProblemError, type ProblemName, problemTypes } from '../protocol/client/problems';
import { given } from '../protocol/wire/given';
import { plain } from '../protocol/wire/plainText';

export { type ProblemError, type ProblemName, problemTypes };

interface ProblemOptions {
  readonly errors?: readonly ProblemError[];
  /** More members of the problem (RFC 9457 §3.2). */
  readonly members?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** Thrown by whatever handles a request; what it says is for the client, its cause for the log. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;

  constructor(
    readonly kind: ProblemName,
    readonly detail: string,
    readonly options: ProblemOptions = {},
  ) {
    super(detail, given({ cause: options.cause }));
    this.status = problemTypes[kind][0];
  }
}

type Judgements = readonly (() => unknown)[];
type Judged<T extends Judgements> = { readonly [K in keyof T]: ReturnType<T[K]> };

/**
 * What all of them give. @throws Problem of all that are `invalid-request` together, so that nobody mends one thing only to hear of
 * the next; any other error as it comes
 */
export function allOf<T extends Judgements>(...judgements: T): Judged<T> {
  const wrong: Problem[] = [];
  const given = judgements.map(judge => {
    try {
      return judge();
    } catch (error) {
      if (!(error instanceof Problem) || error.kind !== 'invalid-request') throw error;
      return void wrong.push(error);
    }
  });
  if (wrong.length === 0) return given as Judged<T>;
  throw new Problem('invalid-request', wrong.map(({ detail }) => detail).join('; '), {
    errors: wrong.flatMap(({ options }) => options.errors ?? []),
  });
}

/** Seconds after which a `503` is worth another try. */
export const retryAfter = { 'retry-after': '1' } as const;

export function sendProblem(response: Response, { kind, detail, options }: Problem): void {
  const [status, title] = problemTypes[kind];
  const errors = given({ errors: options.errors?.map(plainError) });
  response
    .status(status)
    .set(options.headers ?? {})
    .type('application/problem+json')
    .send(
      JSON.stringify({
        ...{ type: `/problems/${kind}`, title, status, detail: plain(detail) },
        ...errors,
        ...options.members,
      }),
    );
}

/** It repeats what the client sent, and stands on a terminal. */
function plainError(error: ProblemError): ProblemError {
  const texts = Object.entries(error).map(([name, value]: [string, unknown]) => [
    name,
    typeof value === 'string' ? plain(value) : value,
  ]);
  return Object.fromEntries(texts) as ProblemError;
}
