/**
 * Owns one simulated transaction from its start to the end of everything: who takes part, what people and the engine do to it meanwhile, and
 * whether a promise is broken. All of it is drawn from the seed.
 */
import { type Ms } from '../../src/protocol/wire/phases';
import { type TransactionInput, beginInput } from '../../workflows/transaction/input';
import { type Sender, network, newTruth } from './network';
import { type Activity } from './activities';
import { draw } from './choices';
import { Clock } from './clock';
import { type Code } from './code';
import { Locks } from './locks';
import { Notices } from './notices';
import { type RunAround, SimulatedRun } from './run';
import { eventOf, planned, scenarioBy, startAt } from './scenario';
import { SimulatedViolation } from './violation';
import { Workers } from './workers';
import { Worlds, asksParticipants } from './worlds';

export interface Simulated {
  readonly seed: number;
  readonly broken?: { readonly promise: string; readonly what: string };
  readonly trouble: ReadonlyMap<string, string>;
  readonly story: readonly string[];
  readonly status: string;
}

interface Options {
  /** Decisions that go as usual, whatever the seed says. */
  readonly usually?: ReadonlySet<string>;
  readonly tellsStory?: boolean;
}

/** From then on nothing new goes wrong, and everything has to come to its end. */
const calmAfterMs: Ms = 7_000;
const patienceMs: Ms = 120_000;

export async function simulate(
  code: Code,
  seed: number,
  { usually = new Set(), tellsStory = false }: Options = {},
): Promise<Simulated> {
  const clock = new Clock(startAt);
  const drawn = draw(seed, usually, () => clock.now() > startAt + calmAfterMs);
  const { choices, number, trouble } = drawn;
  const story: string[] = [];
  const tell = tellsStory
    ? (text: string): void => void story.push(`${String(clock.now() - startAt).padStart(7)} ms  ${text}`)
    : () => undefined;
  const { accepted, scenario } = scenarioBy(number);
  const truths = scenario.kinds.map((kind, index) => newTruth(`p${String(index + 1)}`, kind));
  const { decideBy, quietAt } = accepted;
  const workflowId = 'simulated';
  let seen: SimulatedViolation | undefined;
  const senders = new WeakMap<object, Sender>();
  const nobody: Sender = { isDead: () => true, sentTo: new Set() };
  const sender = (): Sender => senders.get(code.contexts.getStore() ?? {}) ?? nobody;
  const onBroken = (promise: string, what: string): void => {
    seen ??= new SimulatedViolation(promise, what);
  };
  const runs: SimulatedRun<TransactionInput>[] = [];
  const openNow = (): Activity[] => [...(runs.at(-1)?.activities.open.values() ?? [])];
  const outbound = network({
    ...{ clock, choices, number, tell, truths, decideBy, quietAt, sender, onBroken },
    onSent: (name, { sender: from, ...request }) => {
      const isOfNow = runs.at(-1)?.isClosed === false && openNow().some(({ running }) => running === from);
      locks.promises.sends(name, { ...request, isOfNow });
    },
    onReacted: (...reacted) => {
      locks.promises.reacted(...reacted);
    },
  });
  const locks = new Locks({
    ...{
      clock,
      choices,
      number,
      tell,
      core: code.locks,
      terms: accepted.locks,
      workflowId,
      sender,
      onBroken,
    },
    standing: () => {
      if (over.ended) return 'ended';
      return runs.at(-1)?.isClosed === false ? 'running' : 'interrupted';
    },
    signal: job => {
      const run = runs.at(-1);
      if (run === undefined || run.isClosed) return false;
      run.hear(job);
      return true;
    },
    state: () => worlds.state(),
    isAsking: () => openNow().some(asksParticipants),
  });
  code.around.clock = clock;
  let count = 0;
  const workers: Workers = new Workers({
    ...{ clock, choices, number, tell },
    newActivities: () =>
      code.newActivities(
        {
          outbound: { send: outbound },
          now: clock.now,
          random: () => number(`wait ${String((count += 1))}`),
        },
        { locks: locks.client, receivers: { send: request => notices.send(request) } },
      ),
  });
  const worlds = new Worlds({ code, truths, scenario, decideBy, quietAt, now: clock.now });
  const over = { ended: false };
  const engine = { clock, choices, number, tell, code, workers, senders, workflowId };
  const notices: Notices = new Notices({
    ...{ ...engine, notify: accepted.notify, sender, onBroken },
    onLost: () => undefined,
    state: () => worlds.state(),
    onUnrecorded: id => {
      clock.after(number(`${id}: somebody comes`) * 100, () => {
        mayTerminate(`somebody, as ${id} is there`);
      });
    },
  });
  const around: RunAround<TransactionInput> = {
    ...engine,
    main: code.transaction,
    onChild: notices.onChild,
    onSignal: notices.onSignal,
    onLost: (input, sentTo) => {
      noteLost(input, sentTo);
    },
    onRecorded: (instance, jobs, open) => {
      const t = instance.state();
      worlds.recorded(t, jobs, open);
      locks.recorded(t, jobs);
      notices.recorded(t);
      tell(`    it is ${t.stage}${t.decision === undefined ? '' : `, decided ${t.decision}`}`);
    },
    onLeft: (instance, jobs) => {
      worlds.left(instance.state(), jobs);
    },
    onClosed: ({ ended }) => {
      over.ended = true;
      if (ended !== undefined && 'error' in ended)
        onBroken('liveness', `its run fails: ${String(ended.error)}`);
      locks.promises.closed();
      notices.closed();
      tell('the run has closed');
    },
  };
  function noteLost(input: string, sentTo: ReadonlySet<string>): void {
    const parsed = JSON.parse(input) as { calls?: { participant: string }[]; call?: { participant: string } };
    for (const { participant } of [
      ...(parsed.calls ?? []),
      ...(parsed.call === undefined ? [] : [parsed.call]),
    ]) {
      const truth = truths.find(each => each.name === participant);
      if (truth === undefined || sentTo.has(participant)) continue;
      for (const each of ['prepare', 'commit', 'rollback'] as const) truth.tried[each] += 1;
    }
  }

  const begin = (run: SimulatedRun<TransactionInput>): void => void runs.push(run);
  const people = planned(number, scenario);
  const act = (run: () => SimulatedRun<TransactionInput> | undefined): void => {
    for (const { at, job, name } of people)
      clock.after(at, () => {
        if (choices(name, 'is not said', ['is said']) === 'is not said') return;
        const event = eventOf(job);
        const t = worlds.state();
        if (
          event !== undefined &&
          t !== undefined &&
          job.is === 'update' &&
          code.judge(t, event).is === 'conflict'
        )
          return;
        if (job.is === 'update' && t === undefined) return;
        tell(name);
        run()?.hear(job);
      });
  };
  const mayTerminate = (who: string): void => {
    if (choices(who, 'leaves the run alone', ['terminates the run']) === 'leaves the run alone') return;
    const run = runs.at(-1);
    if (run === undefined || run.isClosed) return;
    tell('somebody terminates the run');
    run.terminate();
    worlds.abandoned();
    locks.abandoned();
    notices.closed();
    clock.after(50 + number(`the sweep after ${who}`) * 1_500, async () => {
      tell('the sweep takes it up again');
      const { stored } = await run.left((input, of) => code.leftUnbegun(workflowId, input, of));
      const from = `run ${String(runs.length)}`;
      const input: TransactionInput = { version: 2, stored, from, why: 'terminated' };
      begin(new SimulatedRun<TransactionInput>(around, `run ${String(runs.length + 1)}`, input));
    });
  };
  const terminations = (): void => {
    for (const nth of ['1', '2'])
      clock.after(number(`termination ${nth}`) ** 2 * 5_000, () => {
        mayTerminate(`somebody (${nth})`);
      });
  };
  let broken: Simulated['broken'];
  try {
    const hasWorker = number('has a worker') < 0.7;
    const wants = accepted.locks?.asked.map(each => `${each.mode} ${each.resource}`).join(', ');
    if (wants !== undefined) tell(`it wants ${wants}`);
    if (accepted.notify !== undefined) tell(`somebody is told of ${accepted.notify.on.join(', ')}`);
    tell(`it begins, with ${scenario.kinds.join(', ')}; on failure of a commit: ${accepted.onCommitFailure}`);
    begin(new SimulatedRun(around, 'run 1', beginInput(accepted, { hasWorker })));
    act(() => runs.at(-1));
    terminations();
    while (await clock.next()) {
      if (seen !== undefined) throw seen;
      if (clock.now() > startAt + patienceMs) break;
    }
    if (!over.ended)
      throw new SimulatedViolation('liveness', `it has not ended after ${String(patienceMs)} ms`);
    worlds.rests();
    locks.promises.rests();
    notices.rests();
    if (seen !== undefined) throw seen;
    if (number('replayed at the end') < 0.4) await runs.at(-1)?.replayAll();
  } catch (error) {
    if (!(error instanceof SimulatedViolation)) throw error;
    broken = { promise: error.promise, what: error.what };
    tell(`${error.promise}: ${error.what}`);
  }
  const t = worlds.state();
  const status = t === undefined ? 'pending' : code.core.outcome.statusOf(t);
  return { seed, trouble, story, status, ...(broken === undefined ? {} : { broken }) };
}
