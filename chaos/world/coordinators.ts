/** Owns the coordinator's processes of a run, two of the API and two workers, each with its own way to Temporal. */
import { join } from 'node:path';
import { type Program } from './process';
import { root } from './root';
import { planting } from './planting';
import { environment } from './temporal';

/** Short enough that a run of a minute sees retries, attention and recovery; the rest is as shipped. */
const settings = {
  DTC_PREPARE_TIMEOUT_MS: '2000',
  DTC_COMPLETION_TIMEOUT_MS: '2000',
  DTC_COMPLETION_ATTEMPTS: '6',
  DTC_RETRY_MAX_MS: '2000',
  DTC_ATTENTION_RETRY_MS: '2000',
  DTC_TRANSACTION_TIMEOUT_MS: '12000',
  DTC_LOCK_TIMEOUT_MS: '5000',
  DTC_SWEEP_INTERVAL_MS: '3000',
  DTC_SWEEP_SAFETY_MS: '6000',
  DTC_LOG_LEVEL: 'warn',
};

export interface CoordinatorPlace {
  readonly name: string;
  readonly role: 'api' | 'worker';
  /** Of the API, or of a worker's metrics. */
  readonly port: number;
  readonly temporalPort: number;
  readonly namespace: string;
  /** Of the coordinator. */
  readonly id: string;
  readonly publicUrl: string;
  readonly recoveryUrls: readonly string[];
  readonly folder: string;
  readonly logs: string;
  /** The name of a planted bug. */
  readonly plant?: string | undefined;
}

export function coordinatorProgram(place: CoordinatorPlace): Program {
  const { name, role, port, temporalPort, publicUrl, recoveryUrls, folder, logs, plant } = place;
  const url = `http://127.0.0.1:${port}`;
  const bug = planting(plant);
  return {
    name,
    command: process.execPath,
    // the folder, of which nothing is made, is in the command line for the guard alone
    args: [`--diagnostic-dir=${folder}`, ...bug.args, join(root, 'dist/src/main.js')],
    env: {
      ...environment(),
      ...bug.env,
      ...settings,
      DTC_ROLE: role,
      ...(role === 'api' ? { DTC_PORT: String(port) } : { DTC_METRICS_PORT: String(port) }),
      DTC_PUBLIC_URL: publicUrl,
      DTC_RECOVERY_URLS: recoveryUrls.join(),
      DTC_COORDINATOR_ID: place.id,
      TEMPORAL_NAMESPACE: place.namespace,
      TEMPORAL_ADDRESS: `127.0.0.1:${temporalPort}`,
    },
    logFile: join(logs, `${name}.log`),
    mark: folder,
    isReady: () => answersReady(url),
  };
}

async function answersReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false; // not yet
  }
}
