/** Owns opening, handing over and closing a participant's call. A participant has at most one open call (I4). */
import { type Failure, busy, joinExposure } from '../wire/answers';
import { given } from '../wire/given';
import { type Ms, type Phase } from '../wire/phases';
import { type Ending } from './events';
import { type Call, type DatedFailure, type Participant, type Transaction } from './state';

type CallOptions = Partial<Pick<Call, 'lane' | 'sentBefore' | 'endless' | 'late' | 'once'>> & {
  handover?: Call['handover'] & object;
};

export function openCall(p: Participant, phase: Phase, options: CallOptions = {}): Participant {
  const nth = p.calls + 1;
  const fresh = {
    lane: 'own',
    sentBefore: 0,
    endless: false,
    late: false,
    once: false,
  } as const;
  return { ...p, calls: nth, call: { ...fresh, phase, nth, ...options } };
}

/** A call and how it ended. */
export interface EndedCall {
  readonly phase: Phase;
  readonly call: Call;
  readonly ending: Ending;
  readonly now: Ms;
}

/** The configured attempts are used up; `p` counts the ended call's already. */
export function isSpent(p: Participant, ending: Ending, limit: number): boolean {
  return ending.is === 'spent' || (ending.is === 'unavailable' && p.attempts >= limit);
}

interface Failed {
  readonly call: Call;
  readonly why: Failure;
}

/** The round's request failed: the participant goes on alone, with the round's failure and count handed over. */
export function handOver(t: Transaction, p: Participant, { call, why }: Failed): Participant {
  const late = call.phase === 'rollback' && t.quiet;
  const handover = p.lastFailure ?? why;
  return openCall(p, call.phase, { sentBefore: p.attempts, endless: p.attention, late, handover });
}

/** Cut the participant's own call off, to call again at once. */
export function restartCall(p: Participant, restart: 'countAnew' | 'countOn'): Participant {
  return p.call?.lane === 'own' ? { ...p, call: { ...p.call, restart } } : p;
}

/** The participant without its call, and with what the call left behind. */
export function closeCall(p: Participant, ended: EndedCall): Participant {
  const { phase, call, ending } = ended;
  const { call: _ended, ...rest } = p;
  return {
    ...rest,
    ...given({ lastFailure: lastFailureOf(p, ended), uncounted: uncountedOf(p, ended) }),
    attempts: call.sentBefore + ending.requests,
    exposure: { ...p.exposure, [phase]: joinExposure(p.exposure[phase], ending.exposure) },
  };
}

/** Failures that lie between what the workflow heard come with the end of the call. That it was cut off says less than any of them. */
function lastFailureOf(p: Participant, { call, ending, now }: EndedCall): DatedFailure | undefined {
  const end = ending.why === undefined ? undefined : { ...ending.why, at: now };
  if (end !== undefined && ending.is !== 'gaveUp') return end;
  const between = [ending.failed, call.shown?.failure].filter(each => each?.code !== busy);
  return newest([p.lastFailure, ...between]) ?? (call.restart === undefined ? end : undefined);
}

function newest(failures: readonly (DatedFailure | undefined)[]): DatedFailure | undefined {
  return failures.reduce((a, b) => (a === undefined || (b !== undefined && b.at >= a.at) ? b : a), undefined);
}

/** Cut off, a call may tell of fewer requests than Temporal showed. */
function uncountedOf(p: Participant, { call, ending }: EndedCall): number | undefined {
  if (ending.is !== 'gaveUp' || call.shown === undefined) return p.uncounted;
  return (p.uncounted ?? 0) + Math.max(call.shown.requests - ending.requests, 0);
}

/** For requests of another phase, or after a retry. */
export function countedAnew(p: Participant): Participant {
  const { uncounted: _uncounted, ...rest } = p;
  return { ...rest, attempts: 0 };
}

export function withParticipants(t: Transaction, change: (p: Participant) => Participant): Transaction {
  return { ...t, participants: t.participants.map(change) };
}
