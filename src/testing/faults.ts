/** Owns what can go wrong with a request to a participant, and how a person reads it. */
import { type Ms, type Phase } from '../protocol/wire/phases';

/** Which request: the `nth` of its phase to that participant, 1 and up, in the `transaction`-th transaction of the coordinator. */
export interface RequestPlace {
  readonly transaction: number;
  readonly participant: string;
  readonly phase: Phase;
  readonly nth: number;
}

export const faultKinds = [
  'unreachable',
  'unavailable',
  'requestLost',
  'answerLost',
  'answerSlow',
  'late',
  'lateAfterEnd',
  'repeatedAtOnce',
  'repeatedAfterNext',
  'repeatedAfterEnd',
  'coordinatorLostBefore',
  'coordinatorLostDuring',
  'participantRestarts',
  'participantCrashes',
  'abort',
] as const;

export type FaultKind = (typeof faultKinds)[number];

export type Fault = RequestPlace & {
  readonly is: FaultKind;
  /** Of `late`: how long after it was sent it arrives. */
  readonly afterMs?: Ms;
};

const words: Readonly<Record<FaultKind, string>> = {
  unreachable: 'finds nobody: the connection is refused',
  unavailable: 'is answered 503 by a gateway; the participant does not see it',
  requestLost: 'is lost on its way',
  answerLost: 'arrives; its answer is lost',
  answerSlow: 'arrives; its answer comes after the coordinator gave it up',
  late: 'is held up on its way',
  lateAfterEnd: 'is held up on its way until the transaction is over',
  repeatedAtOnce: 'arrives twice at the same time',
  repeatedAfterNext: 'arrives, and once more after the next request to that participant',
  repeatedAfterEnd: 'arrives, and once more when the transaction is over',
  coordinatorLostBefore: 'is not sent: the coordinator dies, and comes back',
  coordinatorLostDuring: 'arrives; the coordinator dies before the answer, and comes back',
  participantRestarts: 'is answered; then the participant restarts',
  participantCrashes: 'arrives; then the participant dies, and comes back: nobody hears its answer',
  abort: 'is sent; the client aborts the transaction',
};

export function faultText({ is, afterMs }: Pick<Fault, 'is' | 'afterMs'>): string {
  return is === 'late' && afterMs !== undefined ? `${words[is]} for ${String(afterMs)} ms` : words[is];
}
