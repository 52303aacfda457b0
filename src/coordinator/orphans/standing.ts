/**
 * Owns what the coordinator says of an id that a participant lists: from `describe` alone, since lists are long; and, right
 * before anything is sent, from the closed transaction's own result and input.
 */
import { type WorkflowExecutionDescription } from '@temporalio/client';
import { type Completion, type IdStanding } from '../../protocol/orphans/standing';
import { type Accepted } from '../../protocol/transaction/state';
import { type TransactionDocument } from '../../protocol/client/document';
import { readId } from '../../protocol/wire/ids';
import { type FencedLock } from '../../protocol/wire/locks';
import { type Decision } from '../../protocol/wire/phases';
import { inputOf } from '../../engine/ask';
import { type Engine } from '../../engine/engine';
import { transactionStateKey } from '../../engine/facts/searchAttributes';
import { isOpen, runState } from '../../engine/facts/status';
import { ExpiredTransaction, ForeignWorkflow, UnknownTransaction, isGone } from '../errors';
import { describe, read } from '../transaction/read';
import { whyUnreadable } from './unreadable';
import { given } from '../../protocol/wire/given';

/** @throws EngineUnavailable */
export async function standingOf(engine: Engine, id: string): Promise<IdStanding> {
  if (readId(engine.tag, id) === undefined) return { is: 'foreign' };
  try {
    return await standingIn(engine, await describe(engine, id));
  } catch (error) {
    if (error instanceof UnknownTransaction || error instanceof ForeignWorkflow)
      return { is: 'unknown', expired: false };
    if (error instanceof ExpiredTransaction) return { is: 'unknown', expired: true };
    throw error;
  }
}

async function standingIn(engine: Engine, description: WorkflowExecutionDescription): Promise<IdStanding> {
  const { status, workflowId, closeTime } = description;
  if (isOpen(status.name)) return { is: 'running' };
  if (runState(status.name) !== 'ended')
    return { is: 'interrupted', transactionId: workflowId, endedAt: closeTime?.getTime() ?? 0 };
  const state = description.typedSearchAttributes.get(transactionStateKey);
  if (state === 'committed') return { is: 'decided', decision: 'commit' };
  if (state === 'rolledback') return { is: 'decided', decision: 'rollback' };
  const { document } = await read(engine, workflowId);
  return document.decision === null ? { is: 'running' } : { is: 'decided', decision: document.decision };
}

/** @throws EngineUnavailable */
export async function completionOf(engine: Engine, id: string, participant: string): Promise<Completion> {
  try {
    const { document } = await read(engine, id);
    return await completionIn(engine, document, participant);
  } catch (error) {
    if (isGone(error)) return { is: 'notDecided' };
    return { is: 'unreadable', detail: whyUnreadable(engine, error, id) };
  }
}

async function completionIn(
  engine: Engine,
  document: TransactionDocument,
  participant: string,
): Promise<Completion> {
  const { decision, endedAt } = document;
  if (endedAt === undefined || decision === null) return { is: 'notDecided' };
  const found = document.participants.find(({ name }) => name === participant);
  if (found === undefined) return { is: 'stranger' };
  const forced = forcedAgainst(found, decision);
  if (forced !== undefined) return { is: 'forced', detail: forced };
  const { participants, statusUrl } = await acceptedOf(engine, document.id);
  const payload = participants.find(({ name }) => name === participant)?.payload;
  return {
    is: 'due',
    decision,
    ...given({ payload }),
    ...locksOf(document),
    ...given({ statusUrl }),
  };
}

/** As the transaction itself told the participant, so that the request is the same (I7). */
function locksOf({ locks }: TransactionDocument): { readonly locks?: readonly FencedLock[] } {
  if (locks === undefined) return {};
  return {
    locks: locks.flatMap(({ resource, mode, fencingToken }) =>
      fencingToken === undefined ? [] : [{ resource, mode, fencingToken }],
    ),
  };
}

/** What an operator said may have been acted on elsewhere: where it is not the decision, a person has to look. */
function forcedAgainst(
  { forced }: TransactionDocument['participants'][number],
  decision: Decision,
): string | undefined {
  const asDecided = decision === 'commit' ? 'committed' : 'rolledback';
  if (forced === undefined || forced.outcome === asDecided) return undefined;
  return `${forced.outcome} by ${forced.by}, ${forced.at}: ${forced.reason}`;
}

const inputWithinMs = 2500;

/** The input of either kind: of a transaction that begins, or of one that was taken up again. */
interface Input {
  readonly accepted?: Accepted;
  readonly stored?: { readonly transaction: { readonly accepted: Accepted } };
}

async function acceptedOf(engine: Engine, workflowId: string): Promise<Accepted> {
  const input = (await inputOf(engine, workflowId, inputWithinMs)) as Input | undefined;
  if (input === undefined) throw new Error(`the history of ${workflowId} has no input`);
  const { accepted, stored } = input;
  const found = accepted ?? stored?.transaction.accepted;
  if (found === undefined)
    throw new Error(`the input of ${workflowId} is of a version that is not known here`);
  return found;
}
