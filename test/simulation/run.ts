/** Owns one run of a workflow in the simulated engine: its history, its tasks, which may be lost, repeated or replayed, and its end. */
import { type LeftBehind } from '../../workflows/transaction/messages';
import { type Unbegun } from '../../src/coordinator/transaction/unbegun';
import { type Ms } from '../../src/protocol/wire/phases';
import { type Around, RunActivities, runLocal } from './activities';
import { type Asks, type Command, Instance, type Job } from './instance';
import { inRoot } from './workflowApi';
import { SimulatedViolation } from './violation';
import { type Worker } from './workers';
import { refusal } from '../protocol/exploring/finding';

/** A task that was completed. */
interface Recorded {
  readonly jobs: readonly Job[];
  readonly locals: readonly { readonly job: Job; readonly now: Ms }[];
  readonly now: Ms;
  readonly historyLength: number;
  readonly commands: string;
}

interface Task {
  readonly instance: Instance;
  readonly worker: Worker;
  readonly jobs: readonly Job[];
  readonly now: Ms;
  readonly historyLength: number;
  readonly from: number;
  readonly locals: { readonly job: Job; readonly now: Ms }[];
  openLocals: number;
  begun: number;
  isOver: boolean;
}

export interface RunAround<Input> extends Around {
  readonly main: (input: Input) => Promise<unknown>;
  readonly onChild: (command: Asks<'child'>, by: Asker) => void;
  readonly onSignal: (command: Asks<'signal'>, by: Asker) => void;
  /** A task was recorded, with what it heard. */
  readonly onRecorded: (instance: Instance, jobs: readonly Job[], open: RunActivities['open']) => void;
  /** What a closed run is going to have heard after its last task. */
  readonly onLeft: (instance: Instance, jobs: readonly Job[]) => void;
  readonly onClosed: (instance: Instance) => void;
}

/** A run that has asked the engine for something, and is told what came of it. */
export interface Asker {
  readonly isOpen: () => boolean;
  readonly hear: (job: Job) => void;
}

const taskTimeoutMs = 3_000;
const order: Readonly<Record<Job['is'], number>> = {
  start: 0,
  signal: 1,
  update: 1,
  cancel: 1,
  activity: 2,
  local: 2,
  timer: 2,
  child: 2,
  signalled: 2,
};

const inOrder = (jobs: readonly Job[]): Job[] => [...jobs].sort((a, b) => order[a.is] - order[b.is]);

export class SimulatedRun<Input> {
  readonly activities: RunActivities;
  isClosed = false;
  readonly #around: RunAround<Input>;
  readonly #of: { readonly runId: string; readonly startedAt: Ms };
  readonly #input: Input;
  readonly #records: Recorded[] = [];
  #pending: Job[] = [{ is: 'start' }];
  #length = 1;
  #task: Task | undefined;
  #isScheduled = false;
  #sticky: { readonly instance: Instance; readonly worker: Worker } | undefined;
  readonly #timers = new Map<string, () => void>();
  #failures = 0;

  constructor(around: RunAround<Input>, runId: string, input: Input) {
    this.#around = around;
    this.#of = { runId, startedAt: around.clock.now() };
    this.#input = JSON.parse(JSON.stringify(input)) as Input;
    this.activities = new RunActivities(around, runId, (id, result) => {
      this.#happen({ is: 'activity', id, result }, 2);
    });
    const start = around.choices(`the first task of ${runId}`, 'comes with the start', [
      'waits for a worker',
    ]);
    this.#schedule(start === 'comes with the start' ? 0 : 40);
  }

  /** Something from outside. */
  hear(job: Job): void {
    if (!this.isClosed) this.#happen(job, 1);
  }

  /** Between two tasks: what is recorded is the newest there is. */
  current(): Instance | undefined {
    return this.#task === undefined && this.#sticky?.worker.isDead === false
      ? this.#sticky.instance
      : undefined;
  }

  terminate(): void {
    this.#close();
    if (this.#task !== undefined) this.#giveBack(this.#task);
  }

  /** What a closed run left, for the one that takes the transaction up. */
  async left(unbegun: (input: Input, of: Unbegun) => LeftBehind): Promise<LeftBehind> {
    const last = this.#records.at(-1);
    if (last === undefined)
      return unbegun(this.#input, { at: this.#of.startedAt, wasGivenOut: this.#length >= 3 });
    const instance = await this.#replayed();
    this.#around.onLeft(instance, this.#pending);
    await instance.activate(inOrder(this.#pending), { now: last.now, historyLength: this.#length });
    this.#demandSound(instance);
    const left = instance.queries.get('left');
    if (left === undefined) throw new Error('a closed run cannot say what it left');
    return left({ status: 'TERMINATED', runId: this.#of.runId, historyLength: this.#length }) as LeftBehind;
  }

  /** The whole of it once more, from history. @throws where it does not ask for the same */
  async replayAll(): Promise<void> {
    if (this.#records.length > 0) this.#demandSound(await this.#replayed());
  }

  #happen(job: Job, events: number): void {
    if (this.isClosed) return;
    this.#length += events;
    this.#pending.push(job);
    this.#schedule(1);
  }

  #schedule(ms: Ms): void {
    if (this.#isScheduled || this.#task !== undefined || this.isClosed || this.#pending.length === 0) return;
    this.#isScheduled = true;
    const late =
      ms > 0 && this.#around.choices('a workflow task', 'begins', ['begins late']) === 'begins late';
    this.#around.clock.after(late ? ms + 30 + this.#around.number('late task') * 200 : ms, () => {
      this.#isScheduled = false;
      return this.isClosed ? undefined : this.#begin();
    });
  }

  async #begin(): Promise<void> {
    const { choices, clock, workers, tell } = this.#around;
    const worker = workers.current();
    this.#length += 2;
    const jobs = inOrder(this.#pending.splice(0));
    const cached = this.#sticky?.worker === worker && !worker.isDead ? this.#sticky.instance : undefined;
    const isKept =
      cached !== undefined && choices('a cached workflow', 'is kept', ['is evicted']) === 'is kept';
    const instance = isKept ? cached : await this.#replayed();
    const task: Task = {
      ...{ instance, worker, jobs, now: clock.now(), historyLength: this.#length },
      ...{ from: instance.commands.length, locals: [], openLocals: 0, isOver: false },
      begun: instance.commands.length,
    };
    this.#task = task;
    this.#sticky = undefined;
    const die = (): void => {
      if (task.isOver || this.isClosed) return;
      task.isOver = true;
      clock.after(Math.max(task.now + taskTimeoutMs - clock.now(), 0), () => {
        if (this.#task !== task) return;
        tell('a workflow task is out of time');
        this.#lose(task);
      });
    };
    worker.onDeath.add(die);
    if (isLost(choices)) {
      tell('a workflow task does not reach its worker');
      die();
      return;
    }
    tell(`a workflow task begins: ${jobs.map(said).join(', ')}`);
    this.#enter(instance);
    await instance.activate(jobs, task);
    this.#goOn(task);
  }

  #enter(instance: Instance): void {
    this.#around.code.around.instance = instance;
  }

  #goOn(task: Task): void {
    const { instance } = task;
    if (instance.failed !== undefined) {
      this.#fail(task, instance.failed.error);
      return;
    }
    for (; task.begun < instance.commands.length; task.begun += 1) {
      const command = instance.commands[task.begun];
      if (command?.do === 'local') this.#runLocal(task, command);
    }
    if (task.openLocals > 0) return;
    const { clock, choices, tell } = this.#around;
    const fate = choices('the completion of a task', 'is recorded', ['is lost', 'is late']);
    if (fate === 'is lost') {
      tell('the completion of a workflow task is lost');
      task.isOver = true;
      clock.after(Math.max(task.now + taskTimeoutMs - clock.now(), 0), () => {
        if (this.#task === task) this.#lose(task);
      });
      return;
    }
    clock.after(fate === 'is late' ? 50 : 1, () => {
      if (!task.isOver && this.#task === task && !this.isClosed) this.#record(task);
    });
  }

  #runLocal(task: Task, command: Extract<Command, { do: 'activity' | 'local' }>): void {
    const { instance, worker } = task;
    task.openLocals += 1;
    runLocal(this.#around, { command, worker, runId: this.#of.runId }, result => {
      if (task.isOver || this.#task !== task || this.isClosed) return;
      task.openLocals -= 1;
      const job: Job = { is: 'local', id: command.id, result };
      const now = this.#around.clock.now();
      task.locals.push({ job, now });
      this.#around.clock.after(0, async () => {
        if (task.isOver || this.#task !== task || this.isClosed) return;
        this.#enter(instance);
        await instance.activate([job], { now, historyLength: task.historyLength });
        this.#goOn(task);
      });
    });
  }

  #record(task: Task): void {
    const { tell, onRecorded, onClosed } = this.#around;
    const { instance, jobs, now, historyLength, locals } = task;
    const commands = instance.commands.slice(task.from);
    const completes = commands.some(each => each.do === 'complete');
    if (completes && this.#pending.length > 0) {
      this.#fail(task, new Error('unhandled command: more has happened meanwhile'));
      return;
    }
    task.isOver = true;
    this.#task = undefined;
    this.#failures = 0;
    this.#sticky = { instance, worker: task.worker };
    this.#records.push({ jobs, locals, now, historyLength, commands: JSON.stringify(commands) });
    this.#length += 1 + commands.length;
    tell('a workflow task is recorded');
    for (const command of commands) this.#carryOut(command);
    onRecorded(instance, [...jobs, ...locals.map(each => each.job)], this.activities.open);
    if (completes) {
      this.#close();
      onClosed(instance);
    } else this.#schedule(1);
  }

  #carryOut(command: Command): void {
    const { clock, onChild, onSignal } = this.#around;
    const by: Asker = {
      isOpen: () => !this.isClosed,
      hear: job => {
        this.#happen(job, 1);
      },
    };
    switch (command.do) {
      case 'child':
        onChild(command, by);
        return;
      case 'signal':
        onSignal(command, by);
        return;
      case 'activity':
        this.activities.schedule(command);
        return;
      case 'cancelActivity':
        this.activities.requestCancel(command.id);
        return;
      case 'timer': {
        const { id, ms } = command;
        const fire = (): void => {
          this.#timers.delete(id);
          this.#happen({ is: 'timer', id }, 1);
        };
        this.#timers.set(id, clock.after(ms, fire));
        return;
      }
      case 'cancelTimer':
        this.#timers.get(command.id)?.();
        this.#timers.delete(command.id);
        this.#pending = this.#pending.filter(job => job.is !== 'timer' || job.id !== command.id);
        return;
      case 'local':
      case 'upsert':
      case 'patch':
      case 'complete':
    }
  }

  #lose(task: Task): void {
    this.#giveBack(task);
    this.#schedule(1);
  }

  /** What the task was given is given out again; an update that was on its way with it is gone. */
  #giveBack(task: Task): void {
    task.isOver = true;
    this.#task = undefined;
    this.#length += 1;
    this.#pending = [...task.jobs.filter(({ is }) => is !== 'update'), ...this.#pending];
  }

  #fail(task: Task, error: unknown): void {
    this.#around.tell(`a workflow task fails: ${error instanceof Error ? error.message : String(error)}`);
    this.#demandNoRefusal(error);
    this.#failures += 1;
    if (this.#failures > 5)
      throw new SimulatedViolation('liveness', `its tasks fail again and again: ${String(error)}`);
    this.#giveBack(task);
    this.#schedule(20);
  }

  #close(): void {
    this.isClosed = true;
    this.activities.close();
    for (const takeBack of this.#timers.values()) takeBack();
  }

  async #replayed(): Promise<Instance> {
    const { workflowId, main } = this.#around;
    const instance: Instance = new Instance(workflowId, this.#of, () =>
      inRoot(instance, () => main(this.#input)),
    );
    this.#enter(instance);
    for (const { jobs, locals, now, historyLength, commands } of this.#records) {
      const from = instance.commands.length;
      await instance.activate(jobs, { now, historyLength });
      for (const { job, now: then } of locals) await instance.activate([job], { now: then, historyLength });
      this.#demandSound(instance);
      const again = JSON.stringify(instance.commands.slice(from));
      if (again !== commands)
        throw new SimulatedViolation('replay', `it asked for ${commands}, and when replayed for ${again}`);
    }
    return instance;
  }

  #demandSound({ failed }: Instance): void {
    if (failed === undefined) return;
    this.#demandNoRefusal(failed.error);
    throw new SimulatedViolation('replay', `it cannot be replayed: ${String(failed.error)}`);
  }

  #demandNoRefusal(error: unknown): void {
    if (typeof error !== 'object' || error === null || !('invariant' in error)) return;
    const { promise, what } = refusal(error);
    throw new SimulatedViolation(promise, what);
  }
}

function isLost(choices: Around['choices']): boolean {
  return choices('a workflow task', 'reaches its worker', ['is lost']) === 'is lost';
}

function said(job: Job): string {
  switch (job.is) {
    case 'activity':
    case 'local':
      return `"${job.id}" ended`;
    case 'child':
      return `${job.id} ${'error' in job.result ? 'was there' : 'is there'}`;
    case 'signalled':
      return 'a signal was told';
    case 'signal':
    case 'update':
      return `${job.is} ${job.name}`;
    case 'start':
    case 'timer':
    case 'cancel':
      return job.is;
  }
}
