/** Owns playing a schedule on a service, and the comparison with the model: round by round, and at the end. */
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '../../support/until';
import { newId } from '../support/calls';
import { opening } from '../support/rig';
import { type Answer, isHeld, type State, statesAfter, taken, unseen, type Way } from './model';
import { callText, type Disturbance, type Round, type ScheduledCall, transactions } from './schedule';

/** A service with an account of 100, whose lives can be ended. */
export interface Scene {
  readonly way: Way;
  /** The status; 0 where none came. */
  call(transactionId: string, call: ScheduledCall): Promise<number>;
  /** Resolves when there is a life again. */
  disturb(by: Disturbance): Promise<void>;
  /** Ids of what is prepared. */
  prepared(): Promise<readonly string[]>;
  available(): Promise<number>;
  dispose(): Promise<void>;
}

const settledWithinMs = 5_000;

/** @throws an error whose message is the script as it went, and what of it is wrong. */
export async function play(scene: Scene, rounds: readonly Round[]): Promise<void> {
  const course = startCourse(scene);
  let shaken = false;
  for (const round of rounds) {
    const { disturbed } = round;
    const disturbance = disturbed && delay(disturbed.afterMs).then(() => scene.disturb(disturbed.by));
    const answers = await Promise.all(round.calls.map(call => course.send(call)));
    await disturbance;
    if (disturbed !== undefined) course.say(`  ${disturbed.afterMs} ms: ${disturbed.by}`);
    course.judge(answers, { mayFail: shaken || disturbed !== undefined });
    shaken = disturbed !== undefined;
    if (!shaken) await course.compare();
  }
  await scene.disturb('restart');
  for (let transaction = 0; transaction < transactions; transaction += 1)
    for (const does of transaction % 2 === 0 ? (['commit', 'rollback'] as const) : (['rollback'] as const))
      await course.settle({ does, transaction, amount: 0, late: false, afterMs: 0 });
  await course.compare();
}

interface Course {
  send(call: ScheduledCall): Promise<Answer>;
  say(line: string): void;
  judge(answers: readonly Answer[], how: { readonly mayFail: boolean }): void;
  /** Again and again until it is answered. */
  settle(call: ScheduledCall): Promise<void>;
  /** What is prepared and what is left, where the model knows both. */
  compare(): Promise<void>;
}

function startCourse(scene: Scene): Course {
  const ids = Array.from({ length: transactions }, newId);
  const states: (readonly State[])[] = ids.map(() => unseen);
  const script: string[] = [];
  const wrong = (what: string): never => {
    throw new Error(`${script.join('\n')}\n=> ${what}`);
  };

  const send = async (call: ScheduledCall): Promise<Answer> => {
    await delay(call.afterMs);
    return { call, status: await scene.call(ids[call.transaction] ?? '', call) };
  };
  const judge: Course['judge'] = (answers, { mayFail }) => {
    script.push(...answers.map(({ call, status }) => `  ${callText(call)} -> ${status}`), '');
    if (!mayFail && answers.some(({ status }) => status !== 200 && status !== 409))
      wrong('nothing was disturbed, and yet a call failed');
    for (const [nth, before] of states.entries()) {
      const of = answers.filter(({ call }) => call.transaction === nth);
      const now = statesAfter(before, of, scene.way);
      if (now.length === 0)
        wrong(`no order of the calls explains the answers for t${nth}: ${stages(before)} before`);
      states[nth] = now;
    }
  };
  const compare = async (): Promise<void> => {
    const known = states.map(each => (each.length === 1 ? each[0] : undefined));
    if (known.some(each => each === undefined)) return;
    const all = known as State[];
    const left = opening - all.reduce((sum, each) => sum + taken(each, scene.way), 0);
    const held = all.flatMap((each, nth) => (isHeld(each) ? [ids[nth]] : []));
    let found = {};
    const same = async (): Promise<boolean> => {
      const [prepared, available] = [await scene.prepared(), await scene.available()];
      found = { prepared: prepared.map(each => `t${ids.indexOf(each)}`), available };
      return (
        available === left &&
        prepared.length === held.length &&
        held.every(each => prepared.includes(each ?? ''))
      );
    };
    await eventually(same, settledWithinMs).catch(() =>
      wrong(`${states.map(stages).join('; ')}: ${left} should be left, but found ${JSON.stringify(found)}`),
    );
  };
  const settle = async (call: ScheduledCall): Promise<void> => {
    let answer: Answer | undefined;
    await eventually(async () => {
      answer = await send(call);
      judge([answer], { mayFail: true });
      return answer.status === 200 || answer.status === 409;
    }, settledWithinMs).catch((error: unknown) =>
      wrong(error instanceof Error ? error.message : 'no answer'),
    );
  };
  return { send, say: line => script.push(line), judge, settle, compare };
}

function stages(states: readonly State[]): string {
  return states.map(({ stage, amount }) => (amount === 0 ? stage : `${stage} ${amount}`)).join(' or ');
}
