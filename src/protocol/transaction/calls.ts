/** Owns opening, handing over and closing a participant's call. A participant has at most one open call (I4). */
import { type Failure, joinExposure } from '../wire/answers';
import { type Ms, type Phase } from '../wire/phases';
import { type Ending } from './events';
import { type Call, type Participant, type Transaction } from './state';

type CallOptions = Partial<Pick<Call, 'lane' | 'sentBefore' | 'endless' | 'late' | 'once'>> & {
  handover?: Failure;
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
  return openCall(p, call.phase, { sentBefore: p.attempts, endless: p.attention, late, handover: why });
}

/** Cut the participant's own call off, to call again at once. */
export function restartCall(p: Participant, restart: 'countAnew' | 'countOn'): Participant {
  return p.call?.lane === 'own' ? { ...p, call: { ...p.call, restart } } : p;
}

/** The participant without its call, and with what the call left behind. */
export function closeCall(p: Participant, { phase, call, ending, now }: EndedCall): Participant {
  const { call: _ended, ...rest } = p;
  const cutOff = ending.is === 'gaveUp' && (p.lastFailure !== undefined || call.restart !== undefined);
  const tells = ending.why !== undefined && !cutOff;
  const failed = tells ? { lastFailure: { ...ending.why, at: now } } : {};
  return {
    ...rest,
    ...failed,
    attempts: call.sentBefore + ending.requests,
    exposure: { ...p.exposure, [phase]: joinExposure(p.exposure[phase], ending.exposure) },
  };
}

export function withParticipants(t: Transaction, change: (p: Participant) => Participant): Transaction {
  return { ...t, participants: t.participants.map(change) };
}
