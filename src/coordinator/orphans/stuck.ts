/** Owns which transactions a report calls stuck, and what it says of them: those that need somebody, and those that take too long. */
import { type Stuck } from '../../protocol/orphans/report';
import { type TransactionDocument } from '../../protocol/client/document';
import { type Ms } from '../../protocol/wire/phases';
import { given } from '../../protocol/wire/given';
import { stallInWords } from '../stalled';

/** Undefined where it is not. @param before those that were begun before should have an outcome by now */
export function stuckIn(document: TransactionDocument, before: Ms): Stuck | undefined {
  return isStuck(document, before) ? stuck(document) : undefined;
}

function isStuck(
  { needsAttention, status, state, endedAt, createdAt, stalled, paused }: TransactionDocument,
  before: Ms,
): boolean {
  if (state === 'interrupted') return false;
  if (stalled !== undefined || paused !== undefined) return true; // also at its end: locks and whoever is to be told wait for what it has still to do
  if (endedAt !== undefined) return false;
  return needsAttention || (status === 'pending' && Date.parse(createdAt) < before);
}

function stuck(document: TransactionDocument): Stuck {
  const { id, createdAt, state, needsAttention, locks, participants, paused, stalled } = document;
  const pauses = paused === undefined ? [] : [`paused in Temporal: ${paused.unpause}`];
  const stalls = stalled === undefined ? [] : [stallInWords(stalled)];
  const waits = (locks ?? [])
    .filter(lock => lock.state === 'waiting')
    .map(({ resource, heldBy = [] }) => `waits for "${resource}", held by ${heldBy.join(', ') || 'nobody'}`);
  const inTrouble = participants
    .filter(p => p.lastError !== undefined && p.state !== 'committed' && p.state !== 'rolledback')
    .map(p => `${p.name}: ${p.lastError?.message ?? ''} (attempt ${p.attempts})`);
  const detail = [...pauses, ...stalls, ...waits, ...inTrouble];
  const shown = detail.slice(0, 3).join('; ') + (detail.length > 3 ? `; and ${detail.length - 3} more` : '');
  return {
    kind: 'stuck',
    transactionId: id,
    since: Date.parse(createdAt),
    state,
    needsAttention,
    detail: shown,
    ...(stalled === undefined && paused === undefined ? {} : { stalled: true }),
    ...given({ command: paused?.unpause ?? stalled?.command }),
  };
}
