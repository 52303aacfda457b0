/**
 * Owns one round of the walk: transactions are played on a real coordinator process with its own Temporal server, each up to a step of its
 * own, a process is killed there, and once everything runs again the transactions end and everybody's memory is looked at.
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
import { type Meeting, meetingOf } from './meeting';
import { type Answer, type Step, nameOf } from './steps';

export type Victim = 'coordinator' | 'Temporal';

export interface Walker {
  readonly victim: Victim;
  readonly place: Place;
  readonly participants: Participants;
  process: CoordinatorProcess;
  /** Of its Temporal server, by us. */
  deaths: number;
}

export interface Walked {
  readonly step: Step;
  /** Whether the kill came at its step, or before. */
  readonly wasThere: boolean;
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
  const process = await startProcess({ ...quick, ...settings(place) });
  return { victim, place, participants, process, deaths: 0 };
}

/** A server that ends again within seconds is started again ever later (src/engine/devServer): later than after half a second is not walked. */
export async function forgetDeaths(walker: Walker): Promise<void> {
  if (walker.victim === 'coordinator') return;
  walker.deaths += 1;
  if (walker.deaths % 2 === 1) return;
  await walker.process.stop();
  walker.process = await startProcess({ ...quick, ...settings(walker.place) });
}

export async function walk(walker: Walker, steps: readonly Step[]): Promise<Walked[]> {
  const meeting = meetingOf(steps, () => killVictim(walker));
  const requests = steps.map(step => requestOf(walker, step, meeting));
  const posted = requests.map(request => sendPost(walker, request));
  if (steps.every(isAtPost('before'))) await sleep(5).then(meeting.kill);
  const first = await Promise.all(posted);
  if (steps.every(isAtPost('after'))) await meeting.kill();
  if (!(await happens(meeting.killed))) return steps.map(neverCame);
  const since = await restarted(walker, await meeting.killed);
  return Promise.all(
    requests.map(async (request, nth) => {
      const ended = await ending(walker, request, first[nth]);
      return {
        ...ended,
        wasThere: meeting.wasAt(request.step),
        settledAfterMs: Math.max(0, ended.at - since),
      };
    }),
  );
}

/** How a transaction ends once everything runs again, and when it had. */
async function ending(
  walker: Walker,
  request: Request,
  posted: TransactionDocument | undefined,
): Promise<Pick<Walked, 'step' | 'problems'> & { readonly at: number }> {
  const { step, resources } = request;
  const { id } = posted ?? (await untilPosted(walker, request));
  const document = await untilEnded(walker.process.url, id, 60_000);
  const at = Date.now();
  const held = await leftHeld(walker.process.url, resources);
  const problems = [...problemsOf(walker, request, document), ...held];
  return { step, problems: problems.map(problem => `${nameOf(step)}: ${problem}`), at };
}

function isAtPost(moment: 'before' | 'after'): (step: Step) => boolean {
  return step => step.at === 'post' && step.moment === moment;
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

const neverCame = (step: Step): Walked => ({
  step,
  wasThere: true,
  problems: [`${nameOf(step)}: the step never came`],
  settledAfterMs: 0,
});

interface Request {
  readonly step: Step;
  readonly key: string;
  readonly services: readonly StatefulParticipant[];
  /** Of its locks. */
  readonly resources: readonly string[];
}

function requestOf(walker: Walker, step: Step, meeting: Meeting): Request {
  const key = randomUUID();
  const services = playedBy(walker, step, meeting);
  const resources = Array.from({ length: step.story.locks ?? 0 }, (_, nth) => `walk/${key}/${String(nth)}`);
  return { step, key, services, resources };
}

/** Undefined where the process died first, or could not say. */
async function sendPost(
  { process: { url } }: Walker,
  { step, key, services, resources }: Request,
): Promise<TransactionDocument | undefined> {
  const { timeoutMs, onCommitFailure } = step.story;
  const urls = services.map(each => each.url);
  const body = { participants: urls, timeoutMs, onCommitFailure, ...locksIn(resources) };
  try {
    return await post(url, body, { 'idempotency-key': key });
  } catch {
    return undefined;
  }
}

async function untilPosted(walker: Walker, request: Request): Promise<TransactionDocument> {
  const look = (): Promise<TransactionDocument | undefined> => sendPost(walker, request);
  const patience = { withinMs: 60_000, everyMs: 100 };
  return (await until(look, seen => seen !== undefined, patience)) as TransactionDocument;
}

let played = 0;

function playedBy(walker: Walker, step: Step, meeting: Meeting): StatefulParticipant[] {
  played += 1;
  const { participants } = step.story;
  return (['a', 'b'] as const).map(name => {
    const answers = participants[name];
    const fault = ({ phase, nth }: Received): Fault => {
      const instead = answers[phase]?.[nth - 1];
      const isHere = step.at === 'request' && step.participant === name && isAt(step, phase, nth);
      return isHere ? killing(step, instead, meeting) : playing(instead);
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

function killing(step: Step, answer: Answer, meeting: Meeting): Fault {
  if (answer === 'late' && step.moment !== 'before') return killingLate(step, meeting);
  return killingAt(step, answer === 'late' ? undefined : answer, meeting);
}

/** Done in any case: the process that waits for it is gone, or is not yet. */
function killingLate(step: Step, meeting: Meeting): Fault {
  const arrive = (): Promise<unknown> => meeting.arrived(step).then(meeting.kill);
  if (step.moment === 'open') return { after: sleep(openMs).then(arrive) };
  const { answer } = killingAt(step, undefined, meeting);
  return { after: sleep(lateMs), ...given({ answer }) };
}

function killingAt(step: Step, instead: number | undefined, { arrived, kill }: Meeting): Fault {
  const reply = (response: ServerResponse): unknown => response.writeHead(instead ?? 200).end('{}');
  const killThenReply = async (response: ServerResponse): Promise<void> => {
    await arrived(step).then(kill);
    reply(response);
  };
  const replyThenKill = async (response: ServerResponse): Promise<void> => {
    await arrived(step);
    response.on('finish', () => void kill());
    reply(response);
  };
  const how = step.moment === 'after' ? replyThenKill : killThenReply;
  if (instead !== undefined) return { instead: how };
  return step.moment === 'before' ? { after: arrived(step).then(kill) } : { answer: how };
}

function problemsOf(
  { participants }: Walker,
  { step, services, resources }: Request,
  document: TransactionDocument,
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
