/**
 * Owns who works on our task queue. Temporal gives our tasks to whoever polls it: a worker of another program that uses the name by
 * mistake, or of another coordinator. What such a one gives is not believed (`results.ts`), but it costs transactions their time.
 */
import { hostname } from 'node:os';
import { type Engine } from './engine';
import { within } from './ask';
import { msOf } from './facts/time';

/** Of workers of one coordinator, told from all others in the list of pollers and in histories. */
export function identityOf(tag: string): string {
  return `${prefixOf(tag)}${String(process.pid)}@${hostname()}`;
}

function prefixOf(tag: string): string {
  return `dtc/${tag}/`;
}

/** temporal.api.enums.v1.TaskQueueType: workflow, activity. */
const kinds: readonly Readonly<Record<string, number>>[] = [{ taskQueueType: 1 }, { taskQueueType: 2 }];

const lookWithinMs = 2000;
/** A poll lasts a minute; the list goes on showing those that ended. */
const pollsForMs = 70_000;

type Queue = Pick<Engine, 'connection' | 'namespace' | 'taskQueue'>;

/** The identities of workers on the task queue that do not call themselves this coordinator's. @throws what Temporal answers */
export async function strangersOn({
  tag,
  ...queue
}: Queue & Pick<Engine, 'tag'>): Promise<readonly string[]> {
  return (await workersOn(queue)).filter(each => !each.startsWith(prefixOf(tag)));
}

/** The identities of all workers on the task queue. @throws what Temporal answers */
export async function workersOn({ connection, namespace, taskQueue }: Queue): Promise<readonly string[]> {
  const found = await Promise.all(
    kinds.map(kind =>
      within({ connection }, lookWithinMs, () =>
        connection.workflowService.describeTaskQueue({ namespace, taskQueue: { name: taskQueue }, ...kind }),
      ),
    ),
  );
  const polling = found
    .flatMap(({ pollers }) => pollers)
    .filter(({ lastAccessTime }) => Date.now() - (msOf(lastAccessTime) ?? 0) < pollsForMs)
    .map(({ identity }) => identity ?? '');
  return [...new Set(polling)].sort();
}
