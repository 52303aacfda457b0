/** Owns what a participant answers while it is in trouble: by order of the nemesis, for a while, and always something that it may answer. */
import { type Phase } from '../../src/protocol/wire/phases';

export const answersInTrouble = ['storm', 'late', 'lostAnswer', 'wrongStatus'] as const;

/**
 * `storm`: 503 instead of doing it. `late`: it is done, and answered after the caller has given up. `lostAnswer`: it is done, and answered
 * 503. `wrongStatus`: it is not done, and answered by what no participant should say.
 */
export type AnswerInTrouble = (typeof answersInTrouble)[number];

export interface TroubleOrder {
  readonly trouble: AnswerInTrouble;
  readonly forMs: number;
}

export interface SkewOrder {
  /** So much its clock is ahead from now on; below zero it is behind. */
  readonly skewMs: number;
}

/** Longer than the coordinator waits for an answer in a run. */
export const lateMs = 2_600;

/**
 * Only what the protocol lets a participant say that has done nothing (PROTOCOL §2): a `404` to commit or rollback would claim that there is
 * nothing here.
 */
const wrong: Readonly<Record<Phase, readonly number[]>> = {
  prepare: [404, 409, 204, 302, 418, 500],
  commit: [409, 204, 302, 418, 500],
  rollback: [302, 418, 500],
};

export function wrongStatus(phase: Phase, nth: number): number {
  const statuses = wrong[phase];
  return statuses[nth % statuses.length] ?? 500;
}
