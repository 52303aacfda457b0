/**
 * Owns what should be under way now: a keyed set, a pure function of the state, not a list of changes. The driver starts
 * the keys that are missing and cancels those no longer wanted, so nobody remembers what was issued.
 *
 * I4 in one line: nothing of a phase is wanted while a call of another phase is open.
 */
import { ownKey, roundKey } from './callKeys';
import { notificationKey } from '../notification/steps';
import { type LockRequest } from '../wire/locks';
import { type Ms, type Phase } from '../wire/phases';
import { missingLocks, toRelease } from './locking';
import { toTell } from './notices';
import {
  type Call,
  type Name,
  type Notice,
  type Participant,
  type Transaction,
  owesLateRollback,
  phaseOf,
} from './state';

export type Wanted =
  | { readonly do: 'round'; readonly key: string; readonly phase: Phase; readonly to: readonly Name[] }
  | {
      readonly do: 'own';
      readonly key: string;
      readonly phase: Phase;
      readonly to: Name;
      readonly call: Call;
    }
  | { readonly do: 'awaitQuiet'; readonly key: string; readonly until: Ms }
  | {
      readonly do: 'acquireLocks';
      readonly key: string;
      readonly nth: number;
      /** In this order. */
      readonly locks: readonly LockRequest[];
      readonly by: Ms;
    }
  | { readonly do: 'awaitLocks'; readonly key: string; readonly until: Ms }
  | { readonly do: 'releaseLocks'; readonly key: string; readonly resources: readonly string[] }
  | { readonly do: 'tell'; readonly key: string; readonly notice: Notice };

export function wanted(t: Transaction): readonly Wanted[] {
  const phase = phaseOf[t.stage];
  if (phase === undefined) return [...acquireLocks(t), ...releaseLocks(t), ...tell(t)];
  return [...calls(t, phase), ...awaitQuiet(t), ...tell(t)];
}

/** Only who waits needs the timer: a call that is open ends in time by itself. */
function acquireLocks(t: Transaction): Wanted[] {
  const { locking, stage } = t;
  const by = t.accepted.locks?.by;
  if (stage !== 'acquiringLocks' || locking === undefined || by === undefined) return [];
  const overdue = { do: 'awaitLocks', key: 'locks overdue', until: by } as const;
  const nth = locking.call?.nth;
  if (nth === undefined) return locking.waitsFor === undefined ? [] : [overdue];
  return [{ do: 'acquireLocks', key: `acquire locks #${nth}`, nth, locks: missingLocks(t), by }];
}

function releaseLocks(t: Transaction): Wanted[] {
  const resources = toRelease(t);
  return resources.length === 0 ? [] : [{ do: 'releaseLocks', key: 'release locks', resources }];
}

function tell(t: Transaction): Wanted[] {
  return toTell(t).map(notice => ({ do: 'tell', key: notificationKey(t.id, notice.event), notice }));
}

function calls(t: Transaction, phase: Phase): Wanted[] {
  if (t.participants.some(p => p.call !== undefined && p.call.phase !== phase)) return [];
  return [...round(t, phase), ...t.participants.flatMap(p => own(p, phase))];
}

/** One round a phase, whole until it ended: a forced participant's place in it does not cut the others off. */
function round(t: Transaction, phase: Phase): Wanted[] {
  const to = t.participants.filter(p => p.call?.lane === 'round').map(p => p.target.name);
  return to.length === 0 ? [] : [{ do: 'round', key: roundKey(phase), phase, to }];
}

function own(p: Participant, phase: Phase): Wanted[] {
  const { call } = p;
  if (call?.lane !== 'own' || call.restart !== undefined || (p.forced !== undefined && !call.once)) return [];
  return [{ do: 'own', key: ownKey(phase, p.target.name, call.nth), phase, to: p.target.name, call }];
}

function awaitQuiet(t: Transaction): Wanted[] {
  const due = t.stage === 'rollingBack' && !t.quiet && t.participants.some(owesLateRollback);
  return due ? [{ do: 'awaitQuiet', key: 'quiet', until: t.accepted.quietAt }] : [];
}
