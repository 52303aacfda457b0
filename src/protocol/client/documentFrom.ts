/** Owns telling a document of ours from what another program's worker may have given in its place. */
import { isOneOf, membersOf } from '../wire/shapes';
import { type TransactionDocument } from './document';

const statuses = ['pending', 'committed', 'rolledback'] as const;

/** Undefined where it is none of transaction `id`. */
export function documentFrom(value: unknown, id: string): TransactionDocument | undefined {
  const { id: of, status, state, createdAt, participants } = membersOf(value);
  const isOurs =
    of === id &&
    isOneOf(statuses, status) &&
    typeof state === 'string' &&
    typeof createdAt === 'string' &&
    Array.isArray(participants);
  return isOurs ? (value as TransactionDocument) : undefined;
}
