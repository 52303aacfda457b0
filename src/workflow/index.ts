/** For workflows of one's own: a transaction as a child (docs/EMBEDDING.md). Runs in Temporal's sandbox, and needs nothing of Node. */
export { type ChildOptions, type TransactionHandle, transactionChild } from './transactionChild';
export { type ParticipantDocument, type TransactionDocument } from '../protocol/client/document';
export { type Posted, type PostedParticipant, type PostedTransaction } from '../protocol/client/posted';
