/**
 * Owns the coordinator in memory: the production core, driver loop and judgement of answers, over a virtual clock and a network with
 * faults. Its transactions are numbered from 1, in the order in which they were started.
 */
import { type TransactionDocument } from '../protocol/client/document';
import { type Posted } from '../protocol/client/posted';
import { documentOf } from '../protocol/transaction/document';
import { judge } from '../protocol/transaction/operator';
import { needsAttention } from '../protocol/transaction/outcome';
import { type Transaction } from '../protocol/transaction/state';
import { timedId } from '../protocol/wire/ids';
import { type Ms } from '../protocol/wire/phases';
import { acceptedOf } from '../protocol/transaction/accepted';
import { type Limits, defaultLimits, readRequest } from './accepted';
import { type Engine, Worker } from './attempts';
import { VirtualClock } from './clock';
import { Driver } from './driver';
import { type Fault } from './faults';
import { type Arrival, Network } from './network';
import { seeded } from './random';
import { type Handler, type Receiver, inProcess, overHttp } from './receivers';

export interface TestCoordinatorOptions {
  /** The waits between repeats, and the ids, are the same for the same seed. Default 1. */
  readonly seed?: number;
  /** What goes wrong, and where; default: nothing. */
  readonly faults?: readonly Fault[];
  readonly clock?: {
    /** When the first transaction starts; default: now. */
    readonly startAt?: Ms;
    /** While a transaction runs, `Date` in this process tells its time, so that `decideBy` can pass. Default true. */
    readonly fakesDate?: boolean;
  };
  /** As a server is configured; the defaults are a server's. */
  readonly limits?: Partial<Limits>;
  /** In real time: who has not answered by then is taken for one that hangs. Default 1,000. */
  readonly patienceMs?: Ms;
}

export interface InProcessOptions {
  /** Ends and starts it, where a fault asks for that. */
  readonly restart?: () => unknown;
  /** How long it takes for each answer, by the coordinator's clock. Default 0. */
  readonly takesMs?: Ms;
}

export interface TestCoordinator {
  /** A participant in this process. @returns its prepare URL, for the request */
  participant(name: string, handler: Handler, options?: InProcessOptions): string;
  /** As `POST /transactions`: participants are prepare URLs, of `participant` or real ones. @returns the document at the end */
  run(request: Posted): Promise<TransactionDocument>;
  /** Aborts a transaction while nothing is decided. @param transaction its number @returns whether it applied */
  abort(transaction: number): boolean;
  now(): Ms;
  sleep(ms: Ms): Promise<void>;
  /** What happened, a line each. */
  story(): readonly string[];
  /** Closes connections to real participants. */
  close(): Promise<void>;
}

/** What `explore` needs beyond that. */
export interface Watched {
  /** Of whoever has no restart of its own. */
  readonly restart?: () => unknown;
  readonly onArriving?: (branch: string) => void;
  readonly onArrival?: (arrival: Arrival) => Promise<void>;
}

/** Enough of it where somebody has to look: nobody comes, and the transaction would run for ever. */
export class NeedsAttention extends Error {
  override readonly name = 'NeedsAttention';
  constructor(readonly document: TransactionDocument) {
    const whom = document.participants.filter(({ lastError }) => lastError !== undefined);
    super(
      `the transaction does not end: ${whom.map(({ name, state, lastError }) => `${name} is ${state}, ${lastError?.message ?? ''}`).join('; ')}`,
    );
  }
}

/** After the last rollback that may be due: whoever does not answer by then never does. */
const afterwardsMs: Ms = 60_000;

export function createTestCoordinator(options: TestCoordinatorOptions = {}): TestCoordinator {
  return createWatched(options, {});
}

export interface WatchedCoordinator extends TestCoordinator {
  readonly clock: VirtualClock;
  /** `run`, where the clock is run by somebody else. */
  readonly start: (request: Posted) => Promise<TransactionDocument>;
}

export function createWatched(options: TestCoordinatorOptions, watched: Watched): WatchedCoordinator {
  const { seed = 1, faults = [], clock: clockOptions = {}, patienceMs = 1_000 } = options;
  const { startAt = Date.now(), fakesDate = true } = clockOptions;
  const limits = { ...defaultLimits, ...options.limits };
  const clock = new VirtualClock({ startAt, fakesDate });
  const random = seeded(seed);
  const worker = new Worker();
  const drivers: Driver[] = [];
  const lines: string[] = [];
  const receivers = new Map<string, Receiver>();
  const restarts = new Map<string, () => unknown>();
  const slowness = new Map<string, Ms>();
  const real = overHttp(patienceMs);

  const tell = (text: string): void => {
    lines.push(`${String(clock.now() - startAt).padStart(7)} ms  ${text}`);
  };
  const placeOf = (id: string): number => drivers.findIndex(each => each.state().id === id) + 1;
  const driverOf = (transaction: number): Driver => {
    const found = drivers[transaction - 1];
    if (found === undefined) throw new Error(`there is no transaction ${String(transaction)}`);
    return found;
  };
  const abort = (transaction: number): boolean => {
    const driver = driverOf(transaction);
    const event = { type: 'abort', by: 'client' } as const;
    const applies = judge(driver.state(), event).is === 'applies';
    if (applies) driver.hear(event);
    return applies;
  };
  const network = new Network({
    ...{ clock, patienceMs, faults, tell, placeOf },
    receiverFor: url => receivers.get(new URL(url).host) ?? real.receive,
    takesMs: url => slowness.get(new URL(url).host) ?? 0,
    onArriving: watched.onArriving ?? (() => undefined),
    onArrival: watched.onArrival ?? (() => Promise.resolve()),
    loseCoordinator: () => {
      worker.lose();
      for (const driver of drivers) driver.replay();
    },
    restartParticipant: async name => {
      const { restart } = { restart: restarts.get(name) ?? watched.restart };
      tell(`    ${name} restarts`);
      await clock.standDuring(Promise.resolve(restart?.()), 10 * patienceMs);
    },
    abort: id => void abort(placeOf(id)),
  });
  const engine: Engine = {
    clock,
    worker,
    sender: {
      standstill: { mayHaveTaken: () => false },
      outbound: network,
      log: () => undefined,
      now: clock.now,
      random,
    },
  };

  const onChange = (before: Transaction, after: Transaction): void => {
    const which = `transaction ${String(placeOf(after.id))}`;
    if (before.stage === after.stage) return;
    const why = after.reason === undefined ? '' : ` (${after.reason.code})`;
    if (after.stage === 'ended') tell(`${which} has ended: ${String(after.decision)}${why}`);
    else tell(`${which} is ${after.stage}${why}`);
  };

  const drive = async (request: Posted): Promise<TransactionDocument> => {
    const now = clock.now();
    const accepted = acceptedOf(readRequest(request), { ...limits, onCommitFailure: 'retry' }, now);
    const id = timedId(
      'test',
      now,
      Buffer.from(Array.from({ length: 10 }, () => Math.floor(random() * 256))),
    );
    let giveUp: (why: NeedsAttention) => void = () => undefined;
    const attention = new Promise<never>((_, reject) => (giveUp = reject));
    const patience = ({ accepted: { quietAt } }: Transaction): Ms =>
      Math.max(quietAt - clock.now(), 0) + afterwardsMs;
    const lookAgain = (): void => {
      if (needsAttention(driver.state())) giveUp(new NeedsAttention(documentOf(driver.state())));
    };
    const driver: Driver = new Driver({
      ...{ id, accepted, engine },
      onChange: (before, after) => {
        onChange(before, after);
        if (!needsAttention(before) && needsAttention(after)) clock.after(patience(after), lookAgain);
      },
    });
    drivers.push(driver);
    tell(`transaction ${String(drivers.length)} begins`);
    driver.start();
    await Promise.race([driver.ended, attention]);
    const document = documentOf(driver.state());
    await clock.sleep(accepted.decideBy + 1 - clock.now());
    await network.deliverHeldUp(id);
    return document;
  };

  return {
    clock,
    start: drive,
    participant: (name, handler, { restart, takesMs = 0 } = {}) => {
      const host = `${name.toLowerCase()}.test`;
      receivers.set(host, inProcess(handler));
      slowness.set(host, takesMs);
      if (restart !== undefined) restarts.set(name, restart);
      return `http://${host}/prepare`;
    },
    run: request => clock.run(drive(request)),
    abort,
    now: clock.now,
    sleep: ms => clock.run(clock.sleep(ms)),
    story: () => [...lines],
    close: () => real.close(),
  };
}
