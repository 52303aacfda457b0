/**
 * Owns one step of the walk: a transaction is played on a real coordinator process with its own Temporal server, a process
 * is killed at the step, and once everything runs again the transaction ends and everybody's memory is looked at.
 */
import { randomUUID } from 'node:crypto';
import { type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type TransactionDocument } from '../../src/protocol/client/document';
import { given } from '../../src/protocol/wire/given';
import { type Phase } from '../../src/protocol/wire/phases';
import { type Place, newPlace, serverPid, settings } from '../devServer/fixture';
import { violations } from '../property/verdict';
import { type Participants, type Received } from '../support/participants';
import { type CoordinatorProcess, post, readyAt, startProcess, untilEnded } from '../support/processes';
import { faultsOf } from '../support/records';
import { type Fault, type StatefulParticipant, statefulParticipant } from '../support/statefulParticipant';
import { until } from '../support/until';
import { fencesOf, leftHeld, locksIn } from './locks';
import { type Answer, type Step, nameOf } from './steps';

export type Victim = 'coordinator' | 'Temporal';

export interface Walker {
  readonly victim: Victim;
  readonly place: Place;
  readonly participants: Participants;
  process: CoordinatorProcess;
}

export interface Walked {
  readonly step: Step;
  readonly problems: readonly string[];
  /** From the coordinator's `/readyz`, or from the kill of Temporal. */
  readonly settledAfterMs: number;
}

const quick = {
  DTC_PREPARE_TIMEOUT_MS: '3000',
  DTC_COMPLETION_TIMEOUT_MS: '1000',
  DTC_COMPLETION_ATTEMPTS: '2',
  DTC_RETRY_INITIAL_MS: '100',
  DTC_RETRY_MAX_MS: '400',
  DTC_ATTENTION_RETRY_MS: '400',
  DTC_LOG_LEVEL: 'warn',
};

export async function startWalker(victim: Victim, participants: Participants): Promise<Walker> {
  const place = await newPlace();
  return { victim, place, participants, process: await startProcess({ ...quick, ...settings(place) }) };
}

/** A server that ends again within seconds is started again ever later (src/engine/devServer): that is not walked here. */
export async function forgetDeaths(walker: Walker): Promise<void> {
  if (walker.victim === 'coordinator') return;
  await walker.process.stop();
  walker.process = await startProcess({ ...quick, ...settings(walker.place) });
}

export async function walk(walker: Walker, step: Step): Promise<Walked> {
  const kill = once(() => killVictim(walker));
  const services = playedBy(walker, step, kill.now);
  const key = randomUUID();
  const resources = Array.from({ length: step.story.locks ?? 0 }, (_, nth) => `walk/${key}/${String(nth)}`);
  const request = { key, services, resources };
  const posted = sendPost(walker, step, request);
  if (step.at === 'post' && step.moment === 'before') await sleep(5).then(kill.now);
  const first = await posted;
  if (step.at === 'post' && step.moment === 'after') await kill.now();
  if (!(await happens(kill.done))) return failed(step, 'the step never came');
  const since = await restarted(walker, await kill.done);
  const { id } = first ?? (await untilPosted(walker, step, request));
  const document = await untilEnded(walker.process.url, id, 60_000);
  const settledAfterMs = Math.max(0, Date.now() - since);
  const held = await leftHeld(walker.process.url, resources);
  const problems = [...problemsOf(walker, step, { document, ...request }), ...held];
  return { step, problems: problems.map(problem => `${nameOf(step)}: ${problem}`), settledAfterMs };
}

interface Once {
  readonly now: () => Promise<number>;
  readonly done: Promise<number>;
}

/** The kill takes place once, however often its step comes again. */
function once(kill: () => Promise<number>): Once {
  let begun: Promise<number> | undefined;
  let resolve: (at: number) => void = () => undefined;
  const done = new Promise<number>(each => (resolve = each));
  const now = (): Promise<number> => {
    begun ??= kill();
    void begun.then(resolve);
    return begun;
  };
  return { now, done };
}

async function killVictim({ victim, place, process: coordinator }: Walker): Promise<number> {
  if (victim === 'coordinator') await coordinator.kill();
  else process.kill(serverPid(place.dataDir), 'SIGKILL');
  return Date.now();
}

/** A killed coordinator is started again by us, a killed Temporal server by its coordinator. */
async function restarted(walker: Walker, killedAt: number): Promise<number> {
  if (walker.victim === 'Temporal') return killedAt;
  walker.process = await startProcess({ ...quick, ...settings(walker.place) });
  return readyAt(walker.process.url);
}

function happens(done: Promise<unknown>): Promise<boolean> {
  return Promise.race([done.then(() => true), sleep(30_000, false, { ref: false })]);
}

const failed = (step: Step, problem: string): Walked => ({
  step,
  problems: [`${nameOf(step)}: ${problem}`],
  settledAfterMs: 0,
});

interface Request {
  readonly key: string;
  readonly services: readonly StatefulParticipant[];
  /** Of its locks. */
  readonly resources: readonly string[];
}

/** Undefined where the process died first, or could not say. */
async function sendPost(
  { process: { url } }: Walker,
  { story }: Step,
  { key, services, resources }: Request,
): Promise<TransactionDocument | undefined> {
  const { timeoutMs, onCommitFailure } = story;
  const urls = services.map(each => each.url);
  const body = { participants: urls, timeoutMs, onCommitFailure, ...locksIn(resources) };
  try {
    return await post(url, body, { 'idempotency-key': key });
  } catch {
    return undefined;
  }
}

async function untilPosted(walker: Walker, step: Step, request: Request): Promise<TransactionDocument> {
  const look = (): Promise<TransactionDocument | undefined> => sendPost(walker, step, request);
  const patience = { withinMs: 60_000, everyMs: 100 };
  return (await until(look, seen => seen !== undefined, patience)) as TransactionDocument;
}

let played = 0;

function playedBy(walker: Walker, step: Step, kill: () => Promise<number>): StatefulParticipant[] {
  played += 1;
  const { participants } = step.story;
  return (['a', 'b'] as const).map(name => {
    const answers = participants[name];
    const fault = ({ phase, nth }: Received): Fault => {
      const instead = answers[phase]?.[nth - 1];
      const isHere = step.at === 'request' && step.participant === name && isAt(step, phase, nth);
      return isHere ? killing(step.moment, { instead, kill }) : playing(instead);
    };
    return statefulParticipant(walker.participants, `${name}-${played}`, { fault });
  });
}

function isAt(step: Extract<Step, { at: 'request' }>, phase: Phase, nth: number): boolean {
  return step.phase === phase && step.nth === nth;
}

/** Longer than the first task waits for votes, and shorter than a request may take. */
const lateMs = 500;
const openMs = 300;

function playing(answer: Answer): Fault {
  if (answer === 'late') return { after: sleep(lateMs) };
  return answer === undefined ? {} : { instead: answer };
}

interface Killing {
  readonly instead: Answer;
  readonly kill: () => Promise<number>;
}

function killing(moment: string, { instead: answer, kill }: Killing): Fault {
  if (answer === 'late' && moment !== 'before') return killingLate(moment, kill);
  const instead = answer === 'late' ? undefined : answer;
  return killingAt(moment, { instead, kill });
}

/** Done in any case: the process that waits for it is gone, or is not yet. */
function killingLate(moment: string, kill: () => Promise<number>): Fault {
  if (moment === 'open') return { after: sleep(openMs).then(kill) };
  const { answer } = killingAt(moment, { instead: undefined, kill });
  return { after: sleep(lateMs), ...given({ answer }) };
}

interface KillingAt {
  readonly instead: number | undefined;
  readonly kill: () => Promise<number>;
}

function killingAt(moment: string, { instead, kill }: KillingAt): Fault {
  const reply = (response: ServerResponse): unknown => response.writeHead(instead ?? 200).end('{}');
  const killThenReply = (response: ServerResponse): unknown => kill().then(() => reply(response));
  const replyThenKill = (response: ServerResponse): unknown => {
    response.on('finish', () => void kill());
    return reply(response);
  };
  const how = moment === 'after' ? replyThenKill : killThenReply;
  if (instead !== undefined) return { instead: how };
  return moment === 'before' ? { after: kill() } : { answer: how };
}

interface Outcome extends Omit<Request, 'key'> {
  readonly document: TransactionDocument;
}

function problemsOf(
  { participants }: Walker,
  step: Step,
  { document, services, resources }: Outcome,
): string[] {
  const { onCommitFailure } = step.story;
  const count = (phase: Phase): number =>
    participants.requests(document.id).filter(each => each.phase === phase).length;
  const received = { prepare: count('prepare'), commit: count('commit'), rollback: count('rollback') };
  const script = { onCommitFailure, participants: [], operators: [] };
  const orders = onCommitFailure === 'rollback' ? [] : faultsOf(document, participants);
  const seen = { script, documents: [document], participants: services, received };
  return [...violations(seen), ...orders, ...fencesOf(resources, participants.requests(document.id))];
}
