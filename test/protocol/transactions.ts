/** Owns transactions for tests of the core: how they are accepted, and events as they come from the driver. */
import {
  type Exposure,
  type Failure,
  unknownExposure,
  untouched,
  workerLost,
} from '../../src/protocol/wire/answers';
import { type TransactionDocument } from '../../src/protocol/client/document';
import { type Phase } from '../../src/protocol/wire/phases';
import { apply, begin } from '../../src/protocol/transaction/apply';
import { documentOf } from '../../src/protocol/transaction/document';
import { type Ending, type Event } from '../../src/protocol/transaction/events';
import { type Accepted, type Participant, type Transaction } from '../../src/protocol/transaction/state';
import { wanted } from '../../src/protocol/transaction/wanted';

export const decideBy = 60_000;
export const quietAt = 66_000;

const limits = {
  prepareAttempts: 3,
  completionAttempts: 3,
  retryInitialMs: 200,
  retryMaxMs: 30_000,
  attentionRetryMs: 300_000,
};

export function accepted(names: readonly string[], rest: Partial<Accepted> = {}): Accepted {
  const participants = names.map(name => ({
    name,
    prepareUrl: `http://${name}/prepare?key=secret`,
    commitUrl: `http://${name}/commit`,
    rollbackUrl: `http://${name}/rollback`,
    prepareTimeoutMs: 5000,
    completionTimeoutMs: 5000,
  }));
  return { createdAt: 0, decideBy, quietAt, onCommitFailure: 'retry', limits, participants, ...rest };
}

export function begun(rest: Partial<Accepted> = {}): Transaction {
  return begin('tx', accepted(['p1', 'p2'], rest));
}

const answered: Exposure = { reached: true, unanswered: false, notNo: true };
const why = (code: string): Failure => ({ code, message: `it was ${code}` });

type Came = Pick<Ending, 'is' | 'exposure'> & Partial<Ending>;

/** How one participant's call came out. */
export const came = {
  yes: { is: 'yes', exposure: answered },
  no: { is: 'no', exposure: { ...answered, notNo: false }, why: why('refused') },
  done: { is: 'done', exposure: answered },
  refusedConnection: { is: 'unavailable', exposure: untouched, why: why('connection') },
  silent: { is: 'unavailable', exposure: unknownExposure, why: why('timeout') },
  conflict: { is: 'unavailable', exposure: { ...answered, notNo: false }, why: why('refused') },
  lost: { is: 'unavailable', exposure: unknownExposure, why: why(workerLost) },
  spent: { is: 'spent', exposure: unknownExposure, why: why('timeout'), requests: 3 },
  late: { is: 'spent', exposure: unknownExposure, why: why('deadline') },
  cutOff: { is: 'gaveUp', exposure: unknownExposure, why: why('cancelled') },
  foundCommitted: { is: 'foundCommitted', exposure: answered, why: why('refused') },
} as const satisfies Record<string, Came>;

/** Calls of one activity that ended, each the open one of its participant. */
export function ended(t: Transaction, phase: Phase, by: Readonly<Record<string, Came>>): Event {
  const endings = Object.entries(by).map(([participant, came]) => {
    const nth = named(t, participant).call?.nth ?? -1;
    return { participant, nth, requests: 1, ...came };
  });
  return { type: 'callsEnded', phase, endings };
}

/** The transaction after what came of a phase's calls. */
export function after(
  t: Transaction,
  phase: Phase,
  by: Readonly<Record<string, Came>>,
  now = 1000,
): Transaction {
  return apply(t, ended(t, phase, by), now);
}

export function named(t: Transaction, name: string): Participant {
  const found = t.participants.find(p => p.target.name === name);
  if (found === undefined) throw new Error(`no participant ${name}`);
  return found;
}

export const keys = (t: Transaction): readonly string[] => wanted(t).map(({ key }) => key);

export const seen = (t: Transaction): TransactionDocument => documentOf(t);

/** State and attention of the whole, then each participant's state: what a person sees at a glance. */
export function glance(t: Transaction): string {
  const { state, status, needsAttention, participants } = documentOf(t);
  const attention = needsAttention ? ', needs attention' : '';
  return `${state} (${status}${attention}): ${participants.map(p => `${p.name} ${p.state}`).join(', ')}`;
}

const votes = { p1: came.yes, p2: came.yes };

export const committing = (rest: Partial<Accepted> = {}): Transaction => {
  const t = begun(rest);
  return after(t, 'prepare', votes);
};

/** p1 voted yes, p2 refused. */
export const refused = (): Transaction => after(begun(), 'prepare', { p1: came.yes, p2: came.no });
