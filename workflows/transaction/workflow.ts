/**
 * Owns the life of one transaction as a durable workflow: the driver of the pure core. It feeds events to `apply` and keeps
 * under way exactly what `wanted` names.
 *
 * I1, I10: state is rebuilt by replay; a decision and the calls that follow from it are persisted in one workflow task.
 * A broken invariant or a bug throws an ordinary error: that fails the workflow task, which is retried, not the transaction.
 */
import { CancellationScope, condition, workflowInfo } from '@temporalio/workflow';
import { type TransactionDocument } from '../../src/protocol/client/document';
import { documentOf } from '../../src/protocol/transaction/document';
import { type Event } from '../../src/protocol/transaction/events';
import { type Wanted, wanted } from '../../src/protocol/transaction/wanted';
import { given } from '../../src/protocol/wire/given';
import { hearing } from './heard';
import { firstRound, withSoFar } from './firstRound';
import { firstTask } from './firstTask';
import { type TransactionInput, firstState, mayBeFast, tellsWaits } from './input';
import { type Scope, keep } from '../keep';
import { lastTask } from './lastTask';
import { listen } from './listen';
import { callTraces } from './lookBack';
import { measure } from './measure';
import { perform } from './perform';
import { cancellationScopes } from '../scopes';
import { publisher } from './publish';
import { raised } from './raised';
import { tellTraces } from './traced';

export async function transaction(input: TransactionInput): Promise<TransactionDocument> {
  const { workflowId, historyLength } = workflowInfo();
  const heard = hearing(firstState(workflowId, input, { now: Date.now(), historyLength }));
  const { state } = heard;
  const publish = publisher(tellsWaits(input));
  const measures = measure(state());
  const attention = raised();
  const traces = callTraces(state);
  const task = firstTask(mayBeFast(input));
  const first = firstRound(task);
  const ending = lastTask(mayBeFast(input), task);
  const keeper = keep<Wanted, Event, Scope>(
    {
      wanted: () => wanted(state()),
      perform: work => perform(state(), work, { traces, task, first, attention, isSure: ending.isSure }),
      feed,
      lastLook: traces.lastLook,
    },
    cancellationScopes(),
  );

  function feed(event: Event, key?: string): void {
    const before = state();
    heard.hear({ event, ...given({ key }) });
    attention.note(before, state());
    measures.note(before, state());
    ending.note(event, before, state());
    keeper.reconcile();
    publish(before, state());
  }

  // the first calls are under way before a message is heard: one that came before the first task would cut off a call that
  // nobody had begun, and that would never end
  const ended = CancellationScope.nonCancellable(async () => {
    keeper.reconcile();
    publish(undefined, state());
    const isOver = (): boolean => state().stage === 'ended' && keeper.underWay().length === 0;
    await condition(() => keeper.broken() !== undefined || isOver());
  });
  const document = (): TransactionDocument => withSoFar(documentOf(state()), first.soFar());
  listen({ ...heard, feed, document, accept: ending.accept });
  await ended;
  const broken = keeper.broken();
  if (broken !== undefined) throw broken.error;
  measures.tell(state());
  const last = documentOf(state());
  tellTraces(last);
  return last;
}
