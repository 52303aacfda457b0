/** Owns the Temporal server of a run: `temporal-dev.sh` on a port and a database of its own, as a process that is its own server. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { freePorts } from '../../examples/freePorts';
import { type Engine } from './cluster';
import { type Disk, ownDisk } from './disk';
import { type ManagedProcess, type Program } from './process';
import { root } from './root';

interface Making {
  readonly folder: string;
  readonly logs: string;
  readonly manage: (program: Program) => ManagedProcess;
  readonly closers: (() => Promise<void> | void)[];
}

/** A server of the run's own, that is up. */
export async function startTemporal(
  making: Making,
): Promise<Engine & { readonly temporal: ManagedProcess; readonly disk: Disk | undefined }> {
  const { folder, logs, manage, closers } = making;
  const [port = 0, uiPort = 0] = await freePorts(2);
  const data = join(folder, 'temporal');
  const disk = ownDisk(data);
  closers.push(() => disk?.close());
  const temporal = manage({
    name: 'temporal',
    command: join(root, 'temporal-dev.sh'),
    args: [],
    env: {
      ...environment(),
      PATH: `${pausable(folder)}:${process.env['PATH'] ?? ''}`,
      DTC_DATA_DIR: data,
      DTC_TEMPORAL_PORT: String(port),
      DTC_TEMPORAL_UI_PORT: String(uiPort),
    },
    logFile: join(logs, 'temporal.log'),
    mark: String(port), // the script replaces itself with the server, which is told its port
    isReady: () => isServing(`127.0.0.1:${port}`),
  });
  await temporal.start();
  return { host: '127.0.0.1', port, namespace: 'default', coordinatorId: 'chaos', temporal, disk };
}

/** The program that `temporal-dev.sh` would take, told besides that workflows may be paused. @returns the folder that it is in */
function pausable(folder: string): string {
  const bin = join(folder, 'bin');
  const found = execFileSync(join(root, 'temporal-dev.sh'), ['--binary'], { encoding: 'utf8' }).trim();
  mkdirSync(bin);
  const script = [
    '#!/bin/sh',
    `case "$1 $2" in 'server start-dev') set -- "$@" --dynamic-config-value frontend.WorkflowPauseEnabled=true ;; esac`,
    `exec '${found}' "$@"`,
    '',
  ].join('\n');
  writeFileSync(join(bin, 'temporal'), script);
  chmodSync(join(bin, 'temporal'), 0o755);
  return bin;
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
