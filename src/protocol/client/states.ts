/** Owns the names of the states that a transaction has for its clients (PROTOCOL §3), apart from what validates: a browser needs no more. */

export const transactionStatuses = ['pending', 'committed', 'rolledback'] as const;

export const transactionStates = [
  'acquiringLocks',
  'preparing',
  'committing',
  'rollingBack',
  'committed',
  'rolledback',
  'interrupted',
] as const;
export type TransactionState = (typeof transactionStates)[number];
