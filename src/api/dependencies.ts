/** Owns what the API is made of. */
import { type PayloadCipher } from '../engine/encryption/cipher';
import { type Config } from '../config/config';
import { type Bulk } from '../coordinator/bulk';
import { type Coordinator } from '../coordinator/transaction/contract';
import { type Lists } from '../coordinator/list/contract';
import { type Locks } from '../coordinator/lock';
import { type Orphans } from '../coordinator/orphans';
import { type Outbound } from '../outbound/contract';
import { type Log } from '../telemetry/log';
import { type Metrics } from '../telemetry/metrics/metrics';
import { type Traces } from '../telemetry/traces/contract';

export interface ApiDependencies {
  readonly coordinator: Coordinator;
  readonly bulk: Bulk;
  readonly orphans: Orphans;
  /** At the end of a command of the `temporal` CLI that is shown: where its Temporal is. */
  readonly cliOptions: string;
  readonly locks: Locks;
  readonly lists: Lists;
  /** Who polls the task queue. @throws where Temporal does not say */
  workers(): Promise<readonly string[]>;
  /** Absent where payloads are not encrypted. */
  readonly codec?: Pick<PayloadCipher, 'open' | 'seal'>;
  /** Judges participants' URLs before anything is started. */
  readonly outbound: Pick<Outbound, 'check'>;
  /** The same of those who are to be told. */
  readonly receivers: Pick<Outbound, 'check'>;
  readonly config: Pick<
    Config,
    | 'auth'
    | 'console'
    | 'host'
    | 'limits'
    | 'longestWaitS'
    | 'maxWaiting'
    | 'publicUrl'
    | 'rateLimit'
    | 'sweep'
    | 'taskQueue'
    | 'webUiOrigins'
  > & { readonly temporal: Pick<Config['temporal'], 'namespace'> };
  readonly log: Log;
  /** Absent where nothing is traced. */
  readonly traces?: Traces;
  readonly metrics: Pick<Metrics, 'answered' | 'lockWaited' | 'registry' | 'waiting'>;
  /** Aborted when the server stops: waiting requests then answer at once. */
  readonly stopping: AbortSignal;
}
