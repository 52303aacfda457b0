/** Owns what the coordinator's verbs share: the way to Temporal, the tag of our ids, the defaults of requests. */
import { type Client } from '@temporalio/client';
import { type NativeConnection } from '@temporalio/worker';
import { type Limits } from '../config/config';
import { type Ms } from '../protocol/wire/phases';
import { type Opened } from './encryption/opened';
import { type LaterAttributes } from './facts/searchAttributes';
import { type Replayed } from './replayed';

export interface Engine {
  readonly client: Client;
  /** For what needs nothing of the payloads in Temporal's answers: one whose key is missing is nothing there. */
  readonly lenient: Client;
  readonly connection: Pick<NativeConnection, 'withDeadline' | 'workflowService'>;
  readonly namespace: string;
  /** What Temporal itself answers, where payloads in it may be encrypted. */
  readonly opened: Opened;
  /** At the end of a command of the `temporal` CLI that is shown: where its Temporal is. */
  readonly cliOptions: string;
  /** Its UUID. */
  readonly namespaceId: string;
  readonly taskQueue: string;
  /** Stands in every id of ours. */
  readonly tag: string;
  /** How long closed transactions are kept. */
  readonly retentionMs: Ms;
  readonly limits: Limits;
  /** The search attributes that came later, as far as the namespace has them. */
  readonly attributes: LaterAttributes;
  /** Callers authenticate: what is started says by whom, for lists. */
  readonly knowsCallers: boolean;
  /** A worker is beside it, on the same connection: it is given the first task with the start. */
  readonly hasWorker: boolean;
  /** Replays a closed run of which Temporal asks nobody. Absent where there is no worker beside it. */
  readonly replayed?: Replayed;
  /** Where participants reach the API; no trailing slash. */
  readonly publicUrl?: string;
  /** Why Temporal can store nothing, for callers; undefined where nothing is known to be wrong. */
  readonly trouble: () => string | undefined;
  /** No worker answered a query, or it failed: the document comes from `describe` then. */
  readonly onQueryFailed: (error: unknown) => void;
  /** A transaction was started without its labels and its caller in search attributes: Temporal did not take them. */
  readonly onUnlisted: (error: unknown) => void;
}
