/** Owns telling, by visibility, which of the workflows that were ended from outside or failed have gone on in another run. */
import { visibly } from '../../engine/facts/status';

const idsPerQuery = 100;

/** @param list the runs of a kind that fulfil a condition of visibility */
export async function idsWithAnotherRun(
  ids: readonly string[],
  list: (condition: string) => AsyncIterable<{ readonly workflowId: string }>,
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (let from = 0; from < ids.length; from += idsPerQuery) {
    const some = ids.slice(from, from + idsPerQuery).map(id => `'${id}'`);
    for await (const { workflowId } of list(`WorkflowId IN (${some.join()}) AND ${visibly.openOrEnded}`))
      found.add(workflowId);
  }
  return found;
}
