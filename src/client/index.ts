/**
 * The client: starts transactions and follows them, over lost answers and restarts, and verifies what the coordinator tells
 * (docs/CLIENT.md). It needs Node's own `fetch`, and nothing of the server.
 */
export { createClient } from './client';
export {
  type ActOptions,
  type ReleaseOptions,
  type BeginOptions,
  type CallOptions,
  type Client,
  type ClientOptions,
  type Filter,
  type LeaseRequest,
  type ListedLock,
  type LocksClient,
  type LockView,
  type Page,
  type PageOptions,
  type Pages,
  type Resolution,
  type ResolveManyRequest,
  type ResolveRequest,
  type RetryManyRequest,
  type SweepUnderWay,
  type WaitOptions,
} from './contract';
export * from './errors';
export { type Token } from './http';
export { type VerifiedNotification, verifyNotification } from './notifications';
export { type ParticipantDocument, type TransactionDocument } from '../protocol/client/document';
export { type Change } from '../protocol/client/etag';
export { type ForeseenDocument } from '../protocol/client/foreseen';
export { type CountOfTransactions, type ListedTransaction } from '../protocol/client/listed';
export { type Lease } from '../protocol/client/locks';
export { type BulkReport, type SickHosts } from '../protocol/client/many';
export { type Posted, type PostedParticipant, type PostedTransaction } from '../protocol/client/posted';
export { type ProblemName } from '../protocol/client/problems';
export { type OrphansDocument } from '../protocol/client/orphans';
