/** Owns what the answers table needs to know of a participant when it reads an answer to commit or rollback (PROTOCOL §2). */
import { type ParticipantStanding } from '../wire/answers';
import { type CompletionPhase } from '../wire/phases';
import { type Participant, type Transaction, isLoose, isProvisional } from './state';

export function standingOf(t: Transaction, p: Participant, phase: CompletionPhase): ParticipantStanding {
  return {
    phase,
    votedYes: p.vote === 'yes',
    everyPrepareRefused: p.vote === 'no' && !p.exposure.prepare.notNo,
    mayHaveRolledBack: p.exposure.rollback.unanswered || p.acknowledged === 'rollback',
    conflictMeansCommitted: conflictMeansCommitted(t, p),
  };
}

/** A loose one may answer 409 because it is busy with an old prepare: its word counts when no prepare can be on its way. */
function conflictMeansCommitted(t: Transaction, p: Participant): boolean {
  if (!isProvisional(t) || t.reason?.code !== 'commitFailure') return false;
  return !isLoose(p) || p.call?.late === true;
}
