/** Owns playing a script against a real coordinator, and what is seen of it meanwhile. */
import { type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type TransactionDocument } from '../../src/protocol/client/document';
import { type Phase } from '../../src/protocol/wire/phases';
import { type TestCoordinator } from '../support/coordinator';
import { type Participants, type Received } from '../support/participants';
import {
  type Fault,
  type StatefulParticipant,
  reset,
  silence,
  statefulParticipant,
} from '../support/statefulParticipant';
import { NotReached, until } from '../support/until';
import {
  type OperatorScript,
  type ParticipantScript,
  type RunScript,
  type TransactionScript,
  type Trouble,
} from './script';

export interface Scene {
  readonly dtc: TestCoordinator;
  readonly participants: Participants;
  /** Whom a test lets do wrong, whatever the script says. */
  readonly wrong?: (received: Received) => Fault | undefined;
  /** Of other workflows than those that are shipped. */
  readonly workflowCode?: string;
  /** Default: every list of troubles is over by then, and `quietAt` has passed. */
  readonly endsWithinMs?: number;
}

/** What was seen of one transaction from its start to the last of its late requests. */
export interface Seen {
  readonly script: TransactionScript;
  readonly documents: readonly TransactionDocument[];
  readonly participants: readonly StatefulParticipant[];
  /** Requests that arrived, of all participants. */
  readonly received: Readonly<Record<Phase, number>>;
  /** It did not end in time. */
  readonly stuck?: string;
}

const lookMs = 400;
const longestMs = 40_000;

let scenes = 0;

export async function play(scene: Scene, { transactions, restartsAfterMs }: RunScript): Promise<Seen[]> {
  scenes += 1;
  const run = scenes;
  const all = transactions.map((script, nth) => playOne(scene, script, `run${run}-t${nth + 1}`));
  await restart(scene, restartsAfterMs);
  return Promise.all(all);
}

async function restart({ dtc, workflowCode }: Scene, afterMs: readonly number[]): Promise<void> {
  let now = 0;
  for (const at of [...afterMs].sort((a, b) => a - b)) {
    await sleep(at - now);
    now = at;
    await dtc.stopWorker();
    await dtc.startWorker(workflowCode);
  }
}

async function playOne(scene: Scene, script: TransactionScript, prefix: string): Promise<Seen> {
  const late: Promise<unknown>[] = [];
  const participants = script.participants.map((each, nth) =>
    statefulParticipant(scene.participants, `${prefix}-p${nth + 1}`, {
      remembersRollbacks: each.remembersRollbacks,
      fault: received => scene.wrong?.(received) ?? faultOf(each, received, late),
    }),
  );
  const urls = participants.map(each => each.url);
  const started = await scene.dtc.start({ participants: urls, onCommitFailure: script.onCommitFailure });
  const documents = [started];
  const operators = script.operators.map(each => operate(scene.dtc, started.id, each));
  const stuck = await watch(scene, documents);
  await Promise.all([...operators, ...late]);
  const count = (phase: Phase): number =>
    scene.participants.requests(started.id).filter(each => each.phase === phase).length;
  const received = { prepare: count('prepare'), commit: count('commit'), rollback: count('rollback') };
  return { script, documents, participants, received, ...(stuck === undefined ? {} : { stuck }) };
}

async function watch(
  { dtc, endsWithinMs = longestMs }: Scene,
  documents: TransactionDocument[],
): Promise<string | undefined> {
  const id = documents[0]?.id ?? '';
  const look = async (): Promise<TransactionDocument> => {
    const document = await dtc.get(id);
    documents.push(document);
    return document;
  };
  const patience = { withinMs: endsWithinMs, everyMs: lookMs };
  try {
    await until(look, ({ endedAt }) => endedAt !== undefined, patience);
    return undefined;
  } catch (error) {
    if (!(error instanceof NotReached)) throw error;
    return `not ended after ${endsWithinMs} ms: ${await historyOf(dtc, id)}`;
  }
}

/** For whoever looks for why it is stuck. */
async function historyOf({ client }: TestCoordinator, id: string): Promise<string> {
  const { events } = await client.workflow.getHandle(id).fetchHistory();
  const told = events?.map(event => {
    const why = event.workflowTaskFailedEventAttributes?.failure?.message;
    const name = Object.keys(event).find(key => key.endsWith('EventAttributes')) ?? '';
    return name.replace('EventAttributes', '') + (why == null ? '' : ` (${why})`);
  });
  return told?.join(', ') ?? 'no history';
}

function faultOf(
  script: ParticipantScript,
  { phase, nth }: Received,
  late: Promise<unknown>[],
): Fault | undefined {
  const doneAfter = (ms: number): Fault => {
    const after = sleep(ms);
    late.push(after);
    return { after };
  };
  const trouble: Trouble = script.trouble[phase][nth - 1] ?? 'none';
  switch (trouble) {
    case 'none':
      return undefined;
    case 'refused: 409':
      return { instead: 409 };
    case 'busy: 503':
      return { instead: 503 };
    case 'failed: 500':
      return { instead: 500 };
    case 'connection reset':
      return { instead: reset };
    case 'done, answer dropped':
      return { answer: reset };
    case 'done, never answered':
      return { answer: silence };
    case 'never answered':
      return { instead: silence };
    case 'slow: done after 150 ms':
      return doneAfter(150);
    case 'late: done after 700 ms':
      return doneAfter(700);
    case 'very late: done after 2000 ms':
      return doneAfter(2000);
  }
}

/** An action that comes too late or does not apply is refused, and that is fine. */
async function operate(dtc: TestCoordinator, id: string, script: OperatorScript): Promise<void> {
  await sleep(script.afterMs);
  const handle = dtc.client.workflow.getHandle(id);
  const participant = `p${script.participant + 1}`;
  switch (script.does) {
    case 'abort':
    case 'retry': {
      expectAnswer(await dtc.act(id, script.does));
      return;
    }
    case 'abort by signal':
      return ignoringItsEnd(handle.signal('abort', {}));
    case 'cancel':
      return ignoringItsEnd(handle.cancel());
    case 'resolve committed':
    case 'resolve rolledback': {
      const outcome = script.does.slice('resolve '.length);
      expectAnswer(await dtc.act(id, 'resolve', { participant, outcome, reason: 'a script' }));
      return;
    }
  }
}

function expectAnswer({ status }: Response): void {
  if (![200, 409, 503].includes(status)) throw new Error(`an operator's request was answered ${status}`);
}

async function ignoringItsEnd(sent: Promise<unknown>): Promise<void> {
  try {
    await sent;
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'WorkflowNotFoundError') throw error;
  }
}

/** Does nothing, and says that all is well. */
export const lie: Fault = { instead: (response: ServerResponse) => response.writeHead(200).end('{}') };
