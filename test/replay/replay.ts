/** Owns replaying histories against a bundle of the workflows. */
import { Worker } from '@temporalio/worker';
import { type RecordedHistory } from './histories';

export interface FailedReplay {
  readonly name: string;
  readonly error: string;
}

/** The histories that this workflow code does not agree with. */
export async function replay(code: string, histories: readonly RecordedHistory[]): Promise<FailedReplay[]> {
  const results = Worker.runReplayHistories({ workflowBundle: { code } }, histories);
  const names = new Map(histories.map(({ name, workflowId }) => [workflowId, name]));
  const failed: FailedReplay[] = [];
  for await (const { workflowId, error } of results) {
    if (error !== undefined) failed.push({ name: names.get(workflowId) ?? workflowId, error: error.message });
  }
  return failed;
}
