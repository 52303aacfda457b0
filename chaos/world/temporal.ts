/** Owns the Temporal server of a run: `temporal-dev.sh` on a port and a database of its own, as a process that is its own server. */
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { root } from './root';
import { type Program } from './process';

export interface TemporalPlace {
  readonly folder: string;
  readonly logs: string;
  readonly port: number;
  readonly uiPort: number;
}

export function temporalProgram({ folder, logs, port, uiPort }: TemporalPlace): Program {
  return {
    name: 'temporal',
    command: join(root, 'temporal-dev.sh'),
    args: [],
    env: {
      ...environment(),
      DTC_DATA_DIR: join(folder, 'temporal'),
      DTC_TEMPORAL_PORT: String(port),
      DTC_TEMPORAL_UI_PORT: String(uiPort),
    },
    logFile: join(logs, 'temporal.log'),
    mark: String(port), // the script replaces itself with the server, which is told its port
    isReady: () => isServing(`127.0.0.1:${port}`),
  };
}

async function isServing(address: string): Promise<boolean> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: 1_000 });
    await connection.withDeadline(Date.now() + 1_000, () =>
      connection.workflowService.describeNamespace({ namespace: 'default' }),
    );
    await connection.close();
    return true;
  } catch {
    return false; // not yet
  }
}

/** The caller's own settings are no part of a run. */
export function environment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(?:DTC|TEMPORAL|OTEL|PG|BANK)_?/.test(name)),
  );
}
