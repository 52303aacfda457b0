/**
 * Owns trying an action of a person without doing it: the workflow itself is asked, by query, what it would make of it. So conflicts are
 * those that the action would have, and nothing of it stands in history.
 *
 * I2, I5: what is told is made of what is recorded, as in reading.
 */
import { foreseeQuery } from '../../../workflows/transaction/messages';
import { type ForeseenDocument } from '../../protocol/client/foreseen';
import { type TransactionDocument } from '../../protocol/client/document';
import { describeRun, handleOf, within } from '../../engine/ask';
import { type Engine } from '../../engine/engine';
import { ActionConflict, WorkerUnavailable } from '../errors';
import { withHolders } from '../lock/whoHolds';
import { type ActOptions, type Action } from './contract';
import { isDurable } from './durable';
import { afterTheEnd, demandSeen, refuseUndriven } from './operate';
import { overlaid, pendingCalls } from './pending';
import { readWithCalls } from './read';

const withinMs = 3000;

/** @throws what the action itself would throw */
export async function foresee(
  engine: Engine,
  id: string,
  action: Action,
  { of, ifMatch }: ActOptions = {},
): Promise<ForeseenDocument> {
  const { calls: _, ...before } = await readWithCalls(engine, id, of);
  demandSeen(before, action, ifMatch);
  if (before.document.endedAt !== undefined) return ofEnded(afterTheEnd(before, action).document);
  refuseUndriven(before.document);
  return ask(engine, id, action);
}

async function ask(engine: Engine, id: string, { is, ...said }: Action): Promise<ForeseenDocument> {
  const description = await describeRun(engine, id, withinMs);
  const argument = { ...said, action: is, at: Date.now() };
  const answer = await within(engine, withinMs, () =>
    handleOf(engine, id, description.runId).query(foreseeQuery, argument),
  ).catch((cause: unknown) => {
    engine.onQueryFailed(cause);
    throw new WorkerUnavailable('no worker tells what would follow: nothing was done, so ask again', {
      cause,
    });
  });
  if (!(await isDurable(engine, description, answer)))
    throw new WorkerUnavailable('the transaction is just going on: nothing was done, so ask again');
  if (answer.is === 'conflict') throw new ActionConflict(answer.why);
  const { document: told, open, follows } = answer;
  // whoever is retried is asked anew: what its calls have come to so far is not shown any more
  const document = is === 'retryNow' ? told : overlaid({ document: told, open }, pendingCalls(description));
  return { dryRun: true, document: await withHolders(engine, document), follows };
}

/** The repeat of what took effect: everything has followed. */
function ofEnded(document: TransactionDocument): ForeseenDocument {
  const { decision, heuristic, participants } = document;
  const inconsistent = participants.filter(p => p.heuristic !== undefined).map(({ name }) => name);
  const known = heuristic === undefined ? {} : { heuristic };
  return {
    dryRun: true,
    document,
    follows: { decision, ...known, inconsistent, locksFree: [], ends: true },
  };
}
