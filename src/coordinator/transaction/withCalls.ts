/**
 * Owns what an action is answered with. The workflow's own answer does not know what came of calls under way (attempts, votes of a
 * round): whoever has read the document before would see them go back. The action is taken: where `describe` does not tell, it is
 * answered without.
 */
import { describeRun } from '../../engine/ask';
import { type Engine } from '../../engine/engine';
import { isNotFound } from '../../engine/errors';
import { type ParticipantDocument, type TransactionDocument } from '../../protocol/client/document';
import { EngineUnavailable } from '../errors';
import { type PendingCall, overlay, overlayEnded, pendingCalls } from './pending';

/** An answer is due. */
const describeWithinMs = 1000;

interface ActedOn {
  /** It had everybody called again, and counted from nothing. */
  readonly countsAnew: boolean;
  /** Those that were under way before. */
  readonly calls: readonly PendingCall[];
}

export async function withCalls(
  engine: Engine,
  document: TransactionDocument,
  action: ActedOn,
): Promise<TransactionDocument> {
  if (document.endedAt !== undefined) return document;
  try {
    const now = pendingCalls(await describeRun(engine, document.id, describeWithinMs));
    const asked = action.countsAnew ? countedAnew(document, action.calls, now) : document;
    return overlay(withEnded(asked, action.calls, now), now);
  } catch (error) {
    if (error instanceof EngineUnavailable || isNotFound(error)) return document;
    throw error;
  }
}

/** Whose call was open in the document, which is of right after the action, and is over by now. */
function withEnded(
  document: TransactionDocument,
  before: readonly PendingCall[],
  now: readonly PendingCall[],
): TransactionDocument {
  const isAsked = new Set(now.map(({ participant }) => participant));
  const wasAsked = new Set(document.participants.filter(hasOpenCall).map(({ name }) => name));
  return overlayEnded(
    document,
    before.filter(({ participant: name }) => name !== undefined && wasAsked.has(name) && !isAsked.has(name)),
  );
}

function hasOpenCall({ state }: ParticipantDocument): boolean {
  return state === 'forced' || state === 'preparing' || state === 'committing' || state === 'rollingBack';
}

/** What the retry has called again already counts from nothing: the document is of right before. */
function countedAnew(
  document: TransactionDocument,
  before: readonly PendingCall[],
  now: readonly PendingCall[],
): TransactionDocument {
  const known = new Set(before.map(({ activity }) => activity.activityId));
  const again = new Set(
    now.flatMap(({ participant, activity }) => (known.has(activity.activityId) ? [] : [participant])),
  );
  const participants = document.participants.map(p => (again.has(p.name) ? { ...p, attempts: 0 } : p));
  return { ...document, participants };
}
