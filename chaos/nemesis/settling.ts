/** Owns what a person says by hand of how a participant ended, rightly or not, and writing down what came of saying it. */
import { ServiceError, type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client';
import { pick } from '../../src/testing/random';
import { type Settled } from '../evidence';
import { type Scene } from './kind';
import { soon } from './soon';

interface Document {
  readonly decision?: string;
  readonly participants: readonly { readonly name: string; readonly state: string }[];
}

const outcomes = ['committed', 'rolledback', 'unknown'] as const;

type Settling = Pick<Scene, 'anyOpen' | 'random' | 'recorder' | 'world' | 'temporalOnce'>;

/** Settles somebody whom phase two of some transaction waits for. */
export async function settleOne(settling: Settling): Promise<string> {
  const { anyOpen, temporalOnce } = settling;
  let why = 'nobody was waited for';
  for (const id of anyOpen()) {
    const settled = await soon(temporalOnce, () =>
      settle(temporalOnce.workflow.getHandle(id), settling),
    ).catch((error: unknown) => void (why = String(error)));
    if (settled !== undefined) return `${id}: ${settled}`;
  }
  return why;
}

/** Not the one in Python, which asks nobody how it came out: it would have to be settled there by hand as well. */
async function settle(
  one: Pick<WorkflowHandle, 'query' | 'signal' | 'workflowId'>,
  { random, world, recorder }: Settling,
): Promise<string | undefined> {
  const asks = world.services.filter(({ isSeats }) => !isSeats).map(({ name }) => name);
  const { decision, participants } = await one.query<Document>('status');
  const [first, ...others] = participants.filter(
    ({ name, state }) => asks.includes(name) && state !== 'committed' && state !== 'rolledback',
  );
  if (decision === undefined || first === undefined) return undefined;
  const { name: participant } = pick(random, [first, ...others]);
  const outcome = pick(random, outcomes);
  const about = { kind: 'settled', id: one.workflowId, participant, outcome, askedAt: Date.now() } as const;
  try {
    await one.signal('resolve', { participant, outcome, reason: 'chaos', by: 'nemesis' });
  } catch (error) {
    recorder.record({ ...about, said: failedAs(error) });
    throw error;
  }
  recorder.record({ ...about, said: 'said' });
  return `${participant} ${outcome}`;
}

/** gRPC: what was asked makes no sense, nobody may ask it, or the one that is asked of is not in the state for it. */
const refusals: readonly unknown[] = [3, 7, 9, 12, 16];

/** That it is gone, or has ended, is an answer to what was asked: nothing was sent twice. */
function failedAs(error: unknown): Settled['said'] {
  if (error instanceof WorkflowNotFoundError) return 'refused';
  const code =
    error instanceof ServiceError && (error.cause as { readonly code?: unknown } | undefined)?.code;
  return refusals.includes(code) ? 'refused' : 'unknown';
}
