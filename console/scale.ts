/**
 * Owns where a time stands on a transaction's timeline. Phase one is often over in milliseconds and phase two may take days, so once it is decided
 * each has a part of the width, and is linear in it.
 */
import { type TransactionDocument } from '../src/protocol/client/document';

export interface Scale {
  readonly from: number;
  readonly to: number;
  /** Where phase two begins; absent while nothing is decided. */
  readonly decidedAt?: number;
  /** 0 to 100. */
  readonly at: (time: number) => number;
}

const phaseOne = 35;

export function scaleOf(document: TransactionDocument, now: number): Scale {
  const { createdAt, decidedAt, decideBy, endedAt, participants, lateRollback } = document;
  const from = Date.parse(createdAt);
  const next = participants.map(({ nextAttemptAt }) => nextAttemptAt).filter(at => at !== undefined);
  const ahead = [...next, ...(lateRollback === undefined ? [] : [lateRollback.at])].map(at => Date.parse(at));
  if (decidedAt === undefined) {
    const to = endedAt === undefined ? Math.max(Date.parse(decideBy), now, ...ahead) : Date.parse(endedAt);
    return { from, to, at: time => within((100 * (time - from)) / Math.max(to - from, 1)) };
  }
  const decided = Date.parse(decidedAt);
  const to = endedAt === undefined ? Math.max(now, ...ahead) : Math.max(Date.parse(endedAt), decided);
  const at = (time: number): number =>
    time <= decided
      ? within((phaseOne * (time - from)) / Math.max(decided - from, 1))
      : within(phaseOne + ((100 - phaseOne) * (time - decided)) / Math.max(to - decided, 1));
  return { from, to, decidedAt: decided, at };
}

function within(percent: number): number {
  return Math.min(Math.max(percent, 0), 100);
}
