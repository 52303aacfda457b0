/**
 * Owns what Temporal does with a run's activities: attempts, the waits between them, heartbeats, timeouts, cancellation, and workers that
 * are gone. What an attempt does is the code of production.
 */
import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  RetryState,
  TimeoutFailure,
} from '@temporalio/common';
import { msToNumber } from '@temporalio/common/lib/time';
import { type Ms } from '../../src/protocol/wire/phases';
import { type Choices } from './choices';
import { type Clock } from './clock';
import { type ActivityContext, type Code } from './code';
import { type Command, type Result } from './instance';
import { type Sender } from './network';
import { SimulatedViolation } from './violation';
import { type Worker, type Workers } from './workers';

type Scheduled = Extract<Command, { do: 'activity' | 'local' }>;

interface Attempt extends Sender {
  readonly controller: AbortController;
  details: ActivityContext['cancellationDetails'];
  /** Heartbeat details that have not left the worker. */
  held: { readonly value: unknown } | undefined;
  isOver: boolean;
  readonly timers: (() => void)[];
  readonly scheduledAt: Ms;
}

function attemptAt(worker: Worker, scheduledAt: Ms): Attempt {
  return {
    scheduledAt,
    controller: new AbortController(),
    details: undefined,
    held: undefined,
    isOver: false,
    timers: [],
    sentTo: new Set(),
    isDead: () => worker.isDead,
  };
}

export interface Activity {
  readonly command: Scheduled;
  readonly scheduledAt: Ms;
  readonly timers: (() => void)[];
  attempt: number;
  heartbeatDetails: unknown;
  running: Attempt | undefined;
  isPaused: boolean;
  isCancelled: boolean;
  failure: unknown;
}

/** Not where it is to end and the worker of its attempt is gone, though Temporal has it open: paused, it runs out of no time. */
export function maySend({ isPaused, isCancelled, running }: Activity): boolean {
  return !(isPaused && isCancelled && running?.isDead() === true);
}

export interface Around {
  readonly clock: Clock;
  readonly choices: Choices;
  readonly number: (name: string) => number;
  readonly tell: (text: string) => void;
  readonly code: Code;
  readonly workers: Workers;
  /** A request that may have been sent counts as one. */
  readonly onLost: (input: string, sentTo: ReadonlySet<string>) => void;
  readonly senders: WeakMap<object, Sender>;
  readonly workflowId: string;
}

function copied<T>(value: T): T {
  return value === undefined ? value : (JSON.parse(JSON.stringify(value)) as T);
}

const timeOf = (options: Scheduled['options'], name: string): Ms | undefined => {
  const given = options[name] as number | string | undefined;
  return given === undefined ? undefined : msToNumber(given);
};

export class RunActivities {
  readonly open = new Map<string, Activity>();
  isClosed = false;

  constructor(
    private readonly around: Around,
    private readonly runId: string,
    private readonly onEnd: (id: string, result: Result) => void,
  ) {}

  schedule(command: Scheduled): void {
    const { clock, choices } = this.around;
    const activity: Activity = {
      command,
      scheduledAt: clock.now(),
      timers: [],
      attempt: 1,
      heartbeatDetails: undefined,
      running: undefined,
      isPaused: false,
      isCancelled: false,
      failure: undefined,
    };
    this.open.set(command.id, activity);
    const within = timeOf(command.options, 'scheduleToCloseTimeout');
    if (within !== undefined)
      activity.timers.push(
        clock.after(within, () => {
          this.#timeOut(activity, 'SCHEDULE_TO_CLOSE');
        }),
      );
    const slow = choices(`"${command.id}" is begun`, 'at once', ['late']) === 'late';
    this.#attemptIn(activity, slow ? 60 : 1);
  }

  requestCancel(id: string): void {
    const activity = this.open.get(id);
    if (activity === undefined || activity.isCancelled) return;
    activity.isCancelled = true;
    if (activity.running === undefined)
      this.#end(activity, {
        error: this.#failure(activity, new CancelledFailure('', ['ACTIVITY_ID_NOT_STARTED'])),
      });
  }

  /** Nobody hears of them any more. */
  close(): void {
    this.isClosed = true;
    for (const { timers } of this.open.values())
      timers.forEach(takeBack => {
        takeBack();
      });
  }

  #attemptIn(activity: Activity, ms: Ms): void {
    activity.timers.push(
      this.around.clock.after(ms, () => {
        if (activity.isPaused || this.open.get(activity.command.id) !== activity || this.isClosed) return;
        if (activity.command.name === 'lookBack') this.#look(activity);
        else this.#attempt(activity);
      }),
    );
  }

  #attempt(activity: Activity): void {
    const { clock, choices, tell, workers } = this.around;
    const { command } = activity;
    const what = `"${command.id}"`;
    const elsewhere =
      command.name === 'prepareRest' &&
      choices(`${what} goes on`, 'at the same worker', ['elsewhere']) === 'elsewhere';
    const worker = elsewhere ? workers.another() : workers.current();
    const attempt = attemptAt(worker, activity.attempt === 1 ? activity.scheduledAt : clock.now());
    activity.running = attempt;
    tell(`${what} begins${activity.attempt === 1 ? '' : `, attempt ${String(activity.attempt)}`}`);
    const startToClose = timeOf(command.options, 'startToCloseTimeout');
    if (startToClose !== undefined)
      attempt.timers.push(
        clock.after(startToClose, () => {
          this.#timeOut(activity, 'START_TO_CLOSE', attempt);
        }),
      );
    const watched = this.#watchHeartbeat(activity, attempt);
    const noteLost = (): void => {
      this.around.onLost(command.input, attempt.sentTo);
    };
    worker.onDeath.add(noteLost);
    const over = (): boolean => {
      worker.onDeath.delete(noteLost);
      if (attempt.isOver || worker.isDead || this.isClosed) return true;
      if (attempt.held !== undefined) activity.heartbeatDetails = attempt.held.value;
      this.#stop(activity, attempt);
      return false;
    };
    const run = this.#perform(activity, worker, attempt, watched);
    run.then(
      value => {
        if (!over()) this.#end(activity, { value: copied(value) });
      },
      (error: unknown) => {
        if (!over()) this.#failed(activity, error);
      },
    );
    workers.mayDie(what);
  }

  #perform(activity: Activity, worker: Worker, attempt: Attempt, beaten: () => void): Promise<unknown> {
    const { code, choices, senders, clock } = this.around;
    const { command } = activity;
    const flush = (): void => {
      if (attempt.isOver || worker.isDead || this.isClosed || attempt.held === undefined) return;
      activity.heartbeatDetails = attempt.held.value;
      attempt.held = undefined;
      beaten();
      if (activity.isCancelled)
        attempt.timers.push(
          clock.after(1, () => {
            attempt.details = { cancelRequested: true };
            attempt.controller.abort();
          }),
        );
    };
    const context = contextOf({
      workflowId: this.around.workflowId,
      runId: this.runId,
      activity,
      attempt,
      heartbeat: details => {
        attempt.held = { value: copied(details) };
        if (choices(`a heartbeat of "${command.id}"`, 'is told', ['is held back']) === 'is told') flush();
      },
    });
    senders.set(context, attempt);
    const perform = (worker.activities as unknown as Record<string, (input: unknown) => Promise<unknown>>)[
      command.name
    ];
    if (perform === undefined) throw new Error(`there is no activity "${command.name}"`);
    return code.contexts.run(context, () => perform(JSON.parse(command.input)));
  }

  #watchHeartbeat(activity: Activity, attempt: Attempt): () => void {
    const within = timeOf(activity.command.options, 'heartbeatTimeout');
    if (within === undefined) return () => undefined;
    let takeBack: () => void = () => undefined;
    const watch = (): void => {
      takeBack();
      takeBack = this.around.clock.after(within, () => {
        this.#timeOut(activity, 'HEARTBEAT', attempt);
      });
    };
    watch();
    attempt.timers.push(() => {
      takeBack();
    });
    return watch;
  }

  #stop(activity: Activity, attempt: Attempt): void {
    attempt.isOver = true;
    attempt.timers.forEach(takeBack => {
      takeBack();
    });
    if (activity.running === attempt) activity.running = undefined;
  }

  #timeOut(
    activity: Activity,
    type: 'SCHEDULE_TO_CLOSE' | 'START_TO_CLOSE' | 'HEARTBEAT',
    attempt = activity.running,
  ): void {
    if (this.isClosed || this.open.get(activity.command.id) !== activity) return;
    if (activity.isPaused) return; // Temporal looks at no time of what is paused
    this.around.tell(`"${activity.command.id}" is out of time (${type.toLowerCase().replaceAll('_', ' ')})`);
    if (attempt !== undefined) {
      this.around.onLost(activity.command.input, attempt.sentTo);
      this.#stop(activity, attempt);
      attempt.details = { timedOut: true };
      attempt.controller.abort(); // the worker hears of it, where there is one
    }
    const failure = new TimeoutFailure('', undefined, type);
    if (type === 'SCHEDULE_TO_CLOSE')
      this.#end(activity, { error: this.#failure(activity, failure, RetryState.TIMEOUT) });
    else this.#failed(activity, failure);
  }

  #failed(activity: Activity, error: unknown): void {
    const { clock } = this.around;
    const { options } = activity.command;
    const failure = asFailure(error instanceof Error ? error : new Error(String(error)));
    if (!(failure instanceof ApplicationFailure) && !(failure instanceof TimeoutFailure)) throw failure;
    activity.failure = failure;
    if (activity.isCancelled) {
      this.#end(activity, { error: this.#failure(activity, failure, RetryState.CANCEL_REQUESTED) });
      return;
    }
    const retry = (options['retry'] ?? {}) as Readonly<Record<string, unknown>>;
    if (retry['maximumAttempts'] === activity.attempt) {
      this.#end(activity, { error: this.#failure(activity, failure, RetryState.MAXIMUM_ATTEMPTS_REACHED) });
      return;
    }
    const asked =
      failure instanceof ApplicationFailure ? (failure.nextRetryDelay as number | undefined) : undefined;
    const initialInterval = timeOf(retry, 'initialInterval') ?? 1_000;
    const maximumInterval = timeOf(retry, 'maximumInterval') ?? 100_000;
    const delay =
      asked ?? Math.min(initialInterval * 2 ** Math.min(activity.attempt - 1, 20), maximumInterval);
    const within = timeOf(options, 'scheduleToCloseTimeout');
    if (within !== undefined && clock.now() + delay >= activity.scheduledAt + within) {
      this.#end(activity, { error: this.#failure(activity, failure, RetryState.TIMEOUT) });
      return;
    }
    activity.attempt += 1;
    this.#attemptIn(activity, delay);
  }

  #failure(
    { command: { id, name } }: Activity,
    cause: Error,
    state: RetryState = RetryState.NON_RETRYABLE_FAILURE,
  ): ActivityFailure {
    return new ActivityFailure('', name, id, state, undefined, cause);
  }

  #end(activity: Activity, result: Result): void {
    const { id } = activity.command;
    if (this.isClosed || this.open.get(id) !== activity) return;
    activity.timers.forEach(takeBack => {
      takeBack();
    });
    this.open.delete(id);
    this.onEnd(id, result);
  }

  /** As `src/coordinator/transaction/lookBack.ts` does it with Temporal. */
  #look(activity: Activity): void {
    const { choices, clock, code, tell } = this.around;
    const { keys } = JSON.parse(activity.command.input) as { keys: readonly string[] };
    const fate = choices(`"${activity.command.id}"`, 'looks', ['is refused', 'is lost', 'is slow']);
    tell(`"${activity.command.id}" ${fate}`);
    if (fate === 'is refused') {
      this.#failed(activity, ApplicationFailure.create({ message: 'refused' }));
      return;
    }
    for (const key of keys) {
      const looked = this.open.get(key);
      if (looked !== undefined) looked.isPaused = true;
    }
    if (fate === 'is lost') return;
    activity.timers.push(
      clock.after(fate === 'is slow' ? 400 : 2, () => {
        for (const key of keys) {
          const looked = this.open.get(key);
          if (looked?.running !== undefined) looked.isPaused = false;
        }
        const seen = keys.flatMap(key => {
          const looked = this.open.get(key);
          if (looked === undefined) return [];
          const { failure } = looked;
          const told = failure instanceof ApplicationFailure ? { failure: failure.details?.[0] } : {};
          const trace = code.traceOf({ running: looked.running !== undefined, paused: true, ...told });
          return trace === undefined ? [] : [{ key, ...trace }];
        });
        this.#end(activity, { value: copied(seen) });
      }),
    );
  }
}

/** As the SDK has it of what may go wrong; what else is thrown is a bug. */
function asFailure(error: Error): Error {
  return error.name === 'EngineUnavailable' ? ApplicationFailure.create({ message: error.message }) : error;
}

interface ContextOf {
  readonly workflowId: string;
  readonly runId: string;
  readonly activity: Activity;
  readonly attempt: Attempt;
  readonly heartbeat: (details: unknown) => void;
}

function contextOf({ workflowId, runId, activity, attempt, heartbeat }: ContextOf): ActivityContext {
  const { command, heartbeatDetails } = activity;
  return {
    info: {
      attempt: activity.attempt,
      currentAttemptScheduledTimestampMs: attempt.scheduledAt,
      activityId: command.id,
      heartbeatDetails: copied(heartbeatDetails),
      heartbeatTimeoutMs: timeOf(command.options, 'heartbeatTimeout'),
      workflowExecution: { workflowId, runId },
    },
    cancellationSignal: attempt.controller.signal,
    get cancellationDetails() {
      return attempt.details;
    },
    heartbeat,
  };
}

/** A local activity: in its task's worker, once, without heartbeats. @param onEnd is not called where the worker dies */
export function runLocal(
  around: Around,
  {
    command,
    worker,
    runId,
  }: { readonly command: Scheduled; readonly worker: Worker; readonly runId: string },
  onEnd: (result: Result) => void,
): void {
  const { clock, code, choices, senders, workers } = around;
  // it runs before the completion that would record why
  if (/^(?:commit|rollback)/.test(command.name))
    throw new SimulatedViolation('I1', `"${command.name}" is asked for before its decision is recorded`);
  const attempt = attemptAt(worker, clock.now());
  const noteLost = (): void => {
    around.onLost(command.input, attempt.sentTo);
  };
  worker.onDeath.add(noteLost);
  const end = (result: Result): void => {
    if (attempt.isOver || worker.isDead) return;
    attempt.isOver = true;
    worker.onDeath.delete(noteLost);
    takeBack();
    onEnd(result);
  };
  const takeBack = clock.after(timeOf(command.options, 'scheduleToCloseTimeout') ?? 1_000, () => {
    attempt.details = { timedOut: true };
    attempt.controller.abort();
    noteLost();
    end({
      error: new ActivityFailure(
        '',
        command.name,
        command.id,
        RetryState.TIMEOUT,
        undefined,
        new TimeoutFailure('', undefined, 'SCHEDULE_TO_CLOSE'),
      ),
    });
  });
  const activity = { command, attempt: 1, heartbeatDetails: undefined } as Activity;
  const context = contextOf({
    workflowId: around.workflowId,
    runId,
    activity,
    attempt,
    heartbeat: () => undefined,
  });
  senders.set(context, attempt);
  const perform = (worker.activities as unknown as Record<string, (input: unknown) => Promise<unknown>>)[
    command.name
  ];
  if (perform === undefined) throw new Error(`there is no activity "${command.name}"`);
  const stands = choices(`the worker, in "${command.name}"`, 'goes on', ['stands still']) === 'stands still';
  const ended = code.contexts.run(context, () => perform(JSON.parse(command.input)));
  void ended.then(value => {
    clock.after(stands ? 1_100 : 0, () => {
      end({ value: copied(value) });
    });
  });
  workers.mayDie(`"${command.name}"`);
}
