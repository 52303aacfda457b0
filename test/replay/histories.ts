/**
 * Owns the recorded histories: `histories/<scenario>.json`, one event a line. What belongs to the machine or is of no use to
 * a replay (identities, stack traces, task ids) is left out of them.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';

const folder = join(__dirname, 'histories');
const previousFolder = join(__dirname, 'previous/histories');

export interface RecordedHistory {
  readonly name: string;
  readonly workflowId: string;
  readonly history: { readonly events: readonly Record<string, unknown>[] };
}

function fileOf(scenario: string): string {
  return join(folder, `${scenario.replaceAll(/[^a-z]+/g, '-')}.json`);
}

export function hasHistory(scenario: string): boolean {
  return readdirSync(folder).some(name => fileOf(scenario).endsWith(`/${name}`));
}

export function readHistories(): RecordedHistory[] {
  return readFolder(folder);
}

/** Of the version before: none before the first release. */
export function readPreviousHistories(): RecordedHistory[] {
  return existsSync(previousFolder) ? readFolder(previousFolder) : [];
}

export function keepHistoriesAsPrevious(): void {
  rmSync(previousFolder, { recursive: true, force: true });
  cpSync(folder, previousFolder, { recursive: true });
}

function readFolder(path: string): RecordedHistory[] {
  const names = readdirSync(path).filter(name => name.endsWith('.json'));
  return names.map(name => {
    const recorded = JSON.parse(readFileSync(join(path, name), 'utf8')) as Omit<RecordedHistory, 'name'>;
    return { name: name.replace('.json', ''), ...recorded };
  });
}

/** All are recorded anew, or none: a folder of several versions would say nothing about any. */
export function removeHistories(): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
}

export async function fetchHistory(client: Client, workflowId: string): Promise<RecordedHistory['history']> {
  const history = await client.workflow.getHandle(workflowId).fetchHistory();
  return withoutMachine(JSON.parse(historyToJSON(history))) as RecordedHistory['history'];
}

export function writeHistory(scenario: string, { workflowId, history }: Omit<RecordedHistory, 'name'>): void {
  const events = history.events.map(event => JSON.stringify(event)).join(',\n');
  const text = `{"workflowId":${JSON.stringify(workflowId)},"history":{"events":[\n${events}\n]}}\n`;
  writeFileSync(fileOf(scenario), text);
}

const ofTheMachine = new Set(['identity', 'stackTrace', 'taskId', 'version', 'requestId', 'workerVersion']);
const scrubbed: Readonly<Record<string, string>> = { taskQueue: 'transactions', stickyTaskQueue: 'sticky' };

function withoutMachine(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutMachine);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([name, each]) => !ofTheMachine.has(name) && each !== null);
  return Object.fromEntries(
    kept.map(([name, each]) => [name, name === 'taskQueue' ? taskQueue(each) : withoutMachine(each)]),
  );
}

/** A worker's own sticky queue has the machine's name in it. */
function taskQueue(queue: unknown): unknown {
  const { kind } = queue as { kind?: unknown };
  return {
    name: kind === 'TASK_QUEUE_KIND_STICKY' ? scrubbed['stickyTaskQueue'] : scrubbed['taskQueue'],
    kind,
  };
}
