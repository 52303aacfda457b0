/** A document in phase two as a page shows it: two participants voted yes, and one has long been asked to commit. */
import { type TransactionDocument } from '../../src/protocol/client/document';

export const at = '2026-01-01T00:00:00.000Z';

/** @param p1 what is known of the other one */
export function committing(
  p1: Pick<TransactionDocument['participants'][number], 'state' | 'attempts'>,
): TransactionDocument {
  return {
    id: '01a20d11t01a20d13a27178d3bf0fa999be3bbc3d',
    status: 'pending',
    state: 'committing',
    decision: 'commit',
    needsAttention: true,
    createdAt: at,
    decideBy: at,
    participants: [
      { name: 'p1', url: 'http://a/prepare', vote: 'yes', ...p1 },
      { name: 'p2', url: 'http://b/prepare', state: 'committing', vote: 'yes', attempts: 7 },
    ],
  };
}
