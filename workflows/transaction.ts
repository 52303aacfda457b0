/**
 * Owns the life of one transaction as a durable workflow: the driver of the pure core. It feeds events to `apply` and keeps
 * under way exactly what `wanted` names.
 *
 * I1, I10: state is rebuilt by replay; a decision and the calls that follow from it are persisted in one workflow task.
 * A broken invariant or a bug throws an ordinary error: that fails the workflow task, which is retried, not the transaction.
 */
import { CancellationScope, condition, workflowInfo } from '@temporalio/workflow';
import { type TransactionDocument } from '../src/protocol/wire/document';
import { apply } from '../src/protocol/transaction/apply';
import { documentOf } from '../src/protocol/transaction/document';
import { type Event } from '../src/protocol/transaction/events';
import { type Wanted, wanted } from '../src/protocol/transaction/wanted';
import { type TransactionInput, firstState } from './input';
import { listen } from './listen';
import { perform } from './perform';
import { publisher } from './publish';

export async function transaction(input: TransactionInput): Promise<TransactionDocument> {
  let state = firstState(workflowInfo().workflowId, input, Date.now());
  const underWay = new Map<string, CancellationScope>();
  const publish = publisher();
  let broken: { readonly error: unknown } | undefined;

  function feed(event: Event): void {
    const before = state;
    state = apply(before, event, Date.now());
    reconcile();
    publish(before, state);
  }

  function reconcile(): void {
    const want = new Map(wanted(state).map(each => [each.key, each]));
    for (const [key, scope] of underWay) if (!want.has(key)) scope.cancel();
    for (const [key, each] of want) if (!underWay.has(key)) start(key, each);
  }

  function start(key: string, each: Wanted): void {
    const scope = new CancellationScope();
    underWay.set(key, scope);
    const ended = scope
      .run(() => perform(state, each))
      .then(event => {
        underWay.delete(key);
        if (event !== undefined) feed(event);
      });
    ended.catch((error: unknown) => (broken = { error }));
  }

  // the first calls are under way before a message is heard: one that came before the first task would cut off a call that
  // nobody had begun, and that would never end
  const ended = CancellationScope.nonCancellable(async () => {
    reconcile();
    publish(undefined, state);
    await condition(() => broken !== undefined || (state.stage === 'ended' && underWay.size === 0));
  });
  listen({ state: () => state, feed });
  await ended;
  if (broken !== undefined) throw (broken as { error: unknown }).error;
  return documentOf(state);
}
