/**
 * Owns a participant with a memory: the little state machine that PROTOCOL §2 asks of a service, one entry a transaction, and
 * faults that a test scripts around it. Tests assert how it ended, not only what it was sent.
 */
import { type ServerResponse } from 'node:http';
import { type TransactionDocument } from '../../src/protocol/client/document';
import { type Decision } from '../../src/protocol/wire/phases';
import { type Participants, type Received } from './participants';

/** `none`: it never did anything for the transaction, or has forgotten that it rolled back. */
export type Held = 'none' | 'prepared' | 'committed' | 'rolledback';

/** What goes wrong with one request. Without any it is processed, then answered. */
export interface Fault {
  /** Answered like this, and nothing is done. */
  readonly instead?: number | ((response: ServerResponse) => unknown);
  /** Done when this resolves (slow, or late on the network), then answered if anybody still listens. */
  readonly after?: Promise<unknown>;
  /** Done, then this instead of the answer. */
  readonly answer?: (response: ServerResponse) => unknown;
}

export interface StatefulOptions {
  /** Its clock minus the coordinator's. */
  readonly clockOffsetMs?: number;
  /** False: a rollback leaves no trace, so that only `decideBy` keeps a late prepare out. Default true. */
  readonly remembersRollbacks?: boolean;
  /** What survives its restart: give the same to its next life. */
  readonly disk?: Map<string, Held>;
  readonly fault?: (received: Received) => Fault | undefined;
}

export interface StatefulParticipant {
  readonly name: string;
  readonly url: string;
  holds(transactionId: string): Held;
  /** How often a commit took effect. */
  commits(transactionId: string): number;
  /** What it answered, in order: `prepare 200`. */
  answers(transactionId: string): readonly string[];
}

export function statefulParticipant(
  participants: Participants,
  name: string,
  {
    clockOffsetMs = 0,
    remembersRollbacks = true,
    disk: held = new Map<string, Held>(),
    fault = () => undefined,
  }: StatefulOptions = {},
): StatefulParticipant {
  const committed = new Map<string, number>();
  const answered: { readonly id: string; readonly text: string }[] = [];
  const holds = (id: string): Held => held.get(id) ?? 'none';

  function prepare(id: string, decideBy: unknown): number {
    const now = holds(id);
    if (now === 'prepared' || now === 'committed') return 200;
    if (now === 'rolledback' || Date.now() + clockOffsetMs > Date.parse(String(decideBy))) return 409;
    held.set(id, 'prepared');
    return 200;
  }
  function commit(id: string): number {
    const now = holds(id);
    if (now === 'committed') return 200;
    if (now !== 'prepared') return 409;
    held.set(id, 'committed');
    committed.set(id, (committed.get(id) ?? 0) + 1);
    return 200;
  }
  function rollback(id: string): number {
    if (holds(id) === 'committed') return 409;
    if (remembersRollbacks) held.set(id, 'rolledback');
    else held.delete(id);
    return 200;
  }
  function process({ phase, transactionId, body }: Received): number {
    const status =
      phase === 'prepare'
        ? prepare(transactionId, body['decideBy'])
        : phase === 'commit'
          ? commit(transactionId)
          : rollback(transactionId);
    answered.push({ id: transactionId, text: `${phase} ${status}` });
    return status;
  }

  participants.on(name, received => {
    const { instead, after, answer } = fault(received) ?? {};
    if (typeof instead === 'function') return response => instead(response);
    if (instead !== undefined) return instead;
    const respond = (response: ServerResponse): void => {
      const status = process(received);
      if (answer === undefined) response.writeHead(status).end('{}');
      else answer(response);
    };
    return async response => {
      await after;
      respond(response);
    };
  });
  return {
    name,
    url: participants.url(name),
    holds,
    commits: id => committed.get(id) ?? 0,
    answers: id => answered.filter(each => each.id === id).map(each => each.text),
  };
}

/** The connection ends where the answer should be. */
export function reset(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}

/** No answer, ever. */
export const silence = (): void => undefined;

export interface Gate {
  readonly passed: Promise<void>;
  open(): void;
}

/** Holds something back until the test lets it go on. */
export function gate(): Gate {
  let open = (): void => undefined;
  const passed = new Promise<void>(resolve => (open = resolve));
  return { passed, open };
}

const ended: Readonly<Record<Decision, readonly Held[]>> = {
  commit: ['committed'],
  rollback: ['none', 'rolledback'],
};

/** Atomicity itself: nobody ended otherwise than decided, nobody is left prepared. */
export function expectAllAsDecided(
  { id, decision }: TransactionDocument,
  participants: readonly StatefulParticipant[],
): void {
  if (decision === null) throw new Error(`${id} is not decided`);
  const against = participants.filter(each => !ended[decision].includes(each.holds(id)));
  expect(against.map(each => `${each.name} holds ${each.holds(id)}`)).toEqual([]);
  for (const each of participants) expect(each.commits(id)).toBe(decision === 'commit' ? 1 : 0);
}
