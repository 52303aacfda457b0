/** Owns the course of one transaction of the drill: it is started, struck by its fate, and waited for. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isNotFound } from '../../../src/engine/errors';
import { EngineUnavailable } from '../../../src/coordinator/errors';
import { type TransactionDocument } from '../../../src/protocol/client/document';
import { type TestCoordinator } from '../../support/coordinator';
import { until } from '../../support/until';
import { type Plan } from './plan';
import { type Sites } from './sites';

export interface Played {
  readonly plan: Plan;
  readonly document: TransactionDocument;
  /** It was terminated in Temporal, and a new run took it up again. */
  readonly recovered: boolean;
}

interface Scene {
  readonly dtc: TestCoordinator;
  readonly sites: Sites;
  readonly random: () => number;
}

const endsWithinMs = 150_000;

/** Plays all, `inFlight` at once; resolves when each has ended. */
export async function playAll(scene: Scene, plans: readonly Plan[], inFlight: number): Promise<Played[]> {
  const left = [...plans];
  const played: Played[] = [];
  const one = async (): Promise<void> => {
    for (let plan = left.shift(); plan !== undefined; plan = left.shift())
      played.push(await play(scene, plan));
  };
  await Promise.all(Array.from({ length: inFlight }, one));
  return played;
}

async function play(scene: Scene, plan: Plan): Promise<Played> {
  const { dtc, sites } = scene;
  const { locks, timeoutMs, lockTimeoutMs } = plan;
  const { id } = await dtc.start({
    participants: sites.participantsOf(plan),
    locks,
    timeoutMs,
    lockTimeoutMs,
  });
  const recovered = await strike(scene, id, plan);
  return { plan, recovered, document: await untilState(dtc, id, d => d.endedAt !== undefined) };
}

/** Whether a new run took it up again. */
async function strike({ dtc, random }: Scene, id: string, { fate, struckIn }: Plan): Promise<boolean> {
  if (fate !== 'aborted' && fate !== 'terminated') return false;
  await untilState(dtc, id, ({ state }) => order.indexOf(state) >= order.indexOf(struckIn));
  await sleep(random() * 400);
  if (fate === 'terminated') return (await terminate(dtc, id)) && recover(dtc, id, random() * 4000);
  await dtc.act(id, 'abort'); // 409 where it is decided, 503 with no worker: then nothing befalls it
  return false;
}

/** What comes later than the state that was waited for is as good a moment. */
const order: readonly TransactionDocument['state'][] = [
  'acquiringLocks',
  'preparing',
  'committing',
  'rollingBack',
  'committed',
  'rolledback',
  'interrupted',
];

async function terminate({ client }: TestCoordinator, id: string): Promise<boolean> {
  try {
    await client.workflow.getHandle(id).terminate('the drill');
    return true;
  } catch (error) {
    if (isNotFound(error)) return false; // it had ended
    throw error;
  }
}

/** After a while, in which others wait for what it holds. */
async function recover(dtc: TestCoordinator, id: string, afterMs: number): Promise<boolean> {
  await sleep(afterMs);
  const { is } = await until(
    () => dtc.recover(id).catch(passing),
    came => came.is !== 'noWorker',
    { withinMs: endsWithinMs, everyMs: 100 },
  );
  if (is === 'recovered' || is === 'running') return true;
  throw new Error(`${id} was terminated, and recovering it found "${is}"`);
}

function passing(error: unknown): { readonly is: 'noWorker' } {
  if (error instanceof EngineUnavailable) return { is: 'noWorker' };
  throw error;
}

/** Answered when the state changes, so that waiting costs the workers little. */
async function untilState(
  { url }: TestCoordinator,
  id: string,
  reached: (document: TransactionDocument) => boolean,
): Promise<TransactionDocument> {
  const look = async (): Promise<TransactionDocument | undefined> => {
    const response = await fetch(`${url}/transactions/${id}`, { headers: { prefer: 'wait=5' } });
    const answer = await response.text();
    if (response.status === 503) return undefined; // the workers are dead or frozen
    if (response.status !== 200) throw new Error(`GET answered ${String(response.status)}: ${answer}`);
    return JSON.parse(answer) as TransactionDocument;
  };
  const patience = { withinMs: endsWithinMs, everyMs: 50 };
  const found = await until(look, seen => seen !== undefined && reached(seen), patience);
  if (found === undefined) throw new Error(`${id} was not read`);
  return found;
}
