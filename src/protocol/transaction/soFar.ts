/**
 * Owns what a round that is under way shows of itself. Its activity tells with each heartbeat what has come so far, so that a
 * person sees who has voted and whom the others wait for.
 *
 * I1, I2, I8: it is shown of participants alone. The workflow hears of it when the round has ended and decides by that; until then
 * `decision`, `reason`, `status` and `state` of the transaction stay what they are, whatever a heartbeat tells.
 * I5: a round that is lost with its worker takes back what it showed of a participant, never a status.
 */
import { type ParticipantDocument, type ParticipantState } from '../client/document';
import { type Phase } from '../wire/phases';
import { isAmount, isListOf, isOneOf, isOptional, isText, membersOf } from '../wire/shapes';
import { errorDocument } from './document';
import { endingKinds, isFailure, isTime } from './results';
import { type SoFar } from './steps';

const asked: Readonly<Record<Phase, ParticipantState>> = {
  prepare: 'preparing',
  commit: 'committing',
  rollback: 'rollingBack',
};

/** What heartbeat details tell; nothing where they are none of ours: any worker on the task queue may have sent them. */
export function soFarIn(details: unknown, phase: Phase): readonly SoFar[] {
  const { soFar } = membersOf(details);
  const isOne = (value: unknown): value is SoFar => isSoFar(value, phase);
  return isListOf(isOne, soFar) ? soFar : [];
}

function isSoFar(value: unknown, phase: Phase): value is SoFar {
  const { participant, is, why, requests, at } = membersOf(value);
  return (
    isText(participant) &&
    isOneOf(endingKinds[phase], is) &&
    isOptional(isFailure, why) &&
    isAmount(requests) &&
    isTime(at)
  );
}

/** The participant, where a round of the phase is asking it; `came` is what has come of its request, which may be told twice. */
export function inRound(p: ParticipantDocument, phase: Phase, came?: SoFar): ParticipantDocument {
  if (p.state !== asked[phase]) return p;
  if (came === undefined) return { ...p, attempts: Math.max(p.attempts, 1) };
  const { why, requests, at } = came;
  const isShown = why !== undefined && came.is !== 'gaveUp';
  const lastError = isShown ? { lastError: errorDocument({ ...why, at }) } : {};
  return { ...p, attempts: Math.max(p.attempts, requests), ...lastError, ...answered(came, phase) };
}

function answered({ is }: SoFar, phase: Phase): Partial<Pick<ParticipantDocument, 'vote' | 'state'>> {
  switch (is) {
    case 'yes':
      return { vote: 'yes', state: 'prepared' };
    case 'no':
      return { vote: 'no', state: 'refused' };
    case 'done':
      return { state: phase === 'commit' ? 'committed' : 'rolledback' };
    case 'foundCommitted':
      return { state: 'committed' };
    case 'unavailable':
    case 'spent':
    case 'gaveUp':
      return {};
  }
}
