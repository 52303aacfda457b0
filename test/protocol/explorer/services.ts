/**
 * Owns the participants of the model: what each kind of service does with a request. A request may have several possible
 * answers; the explorer tries them all.
 *
 * What each kind owes is PROTOCOL §2: it remembers commits, and it either remembers rollbacks or refuses every prepare after
 * `decideBy`. `careless` breaks that on purpose: `promises.ts` says what is left of the promise for it.
 */
import { type Phase } from '../../../src/protocol/wire/phases';

export type Kind =
  /** Remembers everything, a rollback that came before its prepare too. Does not look at `decideBy`. */
  | 'remembers'
  /** Forgets what it rolled back (404 from then on), refuses every prepare after `decideBy`. */
  | 'forgets'
  /** As `forgets`, but takes its time: a prepare may go on after its sender gave up. 409 to whatever comes meanwhile. */
  | 'slow'
  /** Votes no, and knows nothing of the transaction. */
  | 'votesNo'
  /** Votes no, and answers every other request of the transaction with 409 too. */
  | 'stubborn'
  /** Forgets what it rolled back, and never refuses a prepare: not allowed. */
  | 'careless';

export type ServiceState = 'new' | 'preparing' | 'prepared' | 'committed' | 'rolledback';

export interface Reaction {
  readonly next: ServiceState;
  /** The status of the answer; none where the service does not answer in time. */
  readonly status?: number;
}

export interface Request {
  readonly phase: Phase;
  readonly pastDecideBy: boolean;
}

export function react(kind: Kind, state: ServiceState, request: Request): readonly Reaction[] {
  if (kind === 'votesNo') return [{ next: 'new', status: request.phase === 'rollback' ? 404 : 409 }];
  if (kind === 'stubborn') return [{ next: 'new', status: 409 }];
  switch (request.phase) {
    case 'prepare':
      return onPrepare(kind, state, request.pastDecideBy);
    case 'commit':
      return [onCommit(state)];
    case 'rollback':
      return [onRollback(kind, state)];
  }
}

const yesOrNo: Readonly<Record<Exclude<Kind, 'votesNo' | 'stubborn'>, readonly Reaction[]>> = {
  remembers: [
    { next: 'prepared', status: 200 },
    { next: 'rolledback', status: 409 },
  ],
  forgets: [
    { next: 'prepared', status: 200 },
    { next: 'new', status: 409 },
  ],
  slow: [{ next: 'prepared', status: 200 }, { next: 'preparing' }],
  careless: [
    { next: 'prepared', status: 200 },
    { next: 'new', status: 409 },
  ],
};

function onPrepare(
  kind: Exclude<Kind, 'votesNo' | 'stubborn'>,
  state: ServiceState,
  late: boolean,
): readonly Reaction[] {
  if (state === 'committed') return [{ next: state, status: 200 }];
  if (state === 'rolledback') return [{ next: state, status: 409 }];
  if (late && kind !== 'remembers' && kind !== 'careless') return [{ next: state, status: 409 }];
  if (state === 'new') return yesOrNo[kind];
  return [{ next: state, status: kind === 'slow' ? 409 : 200 }];
}

function onCommit(state: ServiceState): Reaction {
  if (state === 'prepared' || state === 'committed') return { next: 'committed', status: 200 };
  return { next: state, status: state === 'new' ? 404 : 409 };
}

function onRollback(kind: Kind, state: ServiceState): Reaction {
  if (state === 'committed' || state === 'preparing') return { next: state, status: 409 };
  if (kind === 'remembers') return { next: 'rolledback', status: 200 };
  return { next: 'new', status: state === 'prepared' ? 200 : 404 };
}
