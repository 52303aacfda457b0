/**
 * Owns what is kept of who has not ended when a run is over: the history that Temporal has of it, since its database goes with the run.
 * The files are what `temporal workflow show --output json` prints, and a replay reads.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';

/** @param folder is made, or emptied of an earlier run's */
export async function keepHistories(temporal: Client, ids: readonly string[], folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  if (ids.length === 0) return;
  mkdirSync(folder);
  for (const id of ids) writeFileSync(join(folder, `${id}.json`), await historyOf(temporal, id));
}

/** Or why it cannot be read: a run's verdict does not wait for it. */
async function historyOf(temporal: Client, id: string): Promise<string> {
  try {
    const history = await temporal.withDeadline(Date.now() + 10_000, () =>
      temporal.workflow.getHandle(id).fetchHistory(),
    );
    return historyToJSON(history);
  } catch (error) {
    return `${JSON.stringify({ unread: String(error) })}\n`;
  }
}
