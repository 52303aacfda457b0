/** Owns the errors that a participant answers (RFC 9457), under stable types, `/problems/<name>`. */

const kinds = {
  'invalid-json': [400, 'The body is not JSON'],
  'invalid-request': [400, 'The request is not valid'],
  unsigned: [401, 'The signature is not good'],
  'not-found': [404, 'There is nothing here'],
  'method-not-allowed': [405, 'The method is not allowed here'],
  refused: [409, 'It was refused'],
  'body-too-large': [413, 'The body is too large'],
  'unsupported-media-type': [415, 'The body must be JSON'],
  'internal-error': [500, 'The participant failed'],
  unavailable: [503, 'The database cannot be used at the moment'],
} as const satisfies Record<string, readonly [number, string]>;

export type ProblemName = keyof typeof kinds;

interface Extras {
  readonly headers?: Readonly<Record<string, string>>;
  /** More members of the document. */
  readonly members?: Readonly<Record<string, unknown>>;
}

/** Thrown by whatever handles a request. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly kind: ProblemName,
    readonly detail: string,
    readonly extras: Extras = {},
  ) {
    super(detail);
  }
}

export function toResponse({ kind, detail, extras }: Problem): Response {
  const [status, title] = kinds[kind];
  return Response.json(
    { type: `/problems/${kind}`, title, status, detail, ...extras.members },
    { status, headers: { 'content-type': 'application/problem+json', ...extras.headers } },
  );
}
