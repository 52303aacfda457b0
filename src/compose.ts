/**
 * Owns how the parts fit together: from one configuration, the way to Temporal, outbound, coordinator, worker and API. In which order
 * they are started and stopped is its caller's: the program (`main.ts`), a test, a benchmark.
 */
import { type NativeConnection, type Worker } from '@temporalio/worker';
import { type Express } from 'express';
import { places } from '../activities/lock/places';
import { type Observers, activitiesOf } from './activities';
import { createApi } from './api/app';
import { createMetricsApi } from './api/metrics/app';
import { isAuthenticated } from './config/bindRule';
import { type Config } from './config/config';
import { cliOptions } from './engine/cliOptions';
import { connectionOptions } from './config/temporalOptions';
import { createBulk } from './coordinator/bulk';
import { createLists } from './coordinator/list';
import { createLocks } from './coordinator/lock';
import { countingOf, lookedUpIn } from './coordinator/metrics';
import { createOrphans, scheduleLeft, scheduleRefused, scheduleSweeps } from './coordinator/orphans';
import { createCoordinator } from './coordinator/transaction';
import { type Coordinator } from './coordinator/transaction/contract';
import { type Connected, connect } from './engine/connect';
import { PayloadCipher } from './engine/encryption/cipher';
import { shownKeyId, unreadableText } from './engine/encryption/unreadable';
import { type Engine } from './engine/engine';
import { isForbidden, isNotReady, isTimeout } from './engine/errors';
import { identityOf, strangersOn, workersOn } from './engine/pollers';
import { onceAnswered } from './engine/onceAnswered';
import { replayer } from './engine/replayed';
import { registerSearchAttributes, searchAttributeTrouble } from './engine/registerSearchAttributes';
import { whyUnusable } from './engine/whyUnusable';
import { createWaker } from './engine/wake';
import { type WorkerSettings, createWorker, tasksAtOnce, whyIdle } from './engine/worker';
import { createOutbound, type OutboundOptions } from './outbound';
import { type Lookup } from './outbound/connector';
import { type Outbound } from './outbound/contract';
import { descriptorShares } from './outbound/limits/descriptors';
import { tagOfNamespace } from './protocol/wire/ids';
import { type Log } from './telemetry/log';
import { type Metrics, createMetrics } from './telemetry/metrics/metrics';
import { queryLogger } from './telemetry/queryLog';
import { eachSeldom, seldom } from './telemetry/seldom';
import { type Traces } from './telemetry/traces/contract';
import { given } from './protocol/wire/given';
import { plain } from './protocol/wire/plainText';

export interface Surroundings {
  readonly config: Config;
  readonly log: Log;
  /** Aborts when the process is to stop: waiting requests then answer at once. */
  readonly stopping: AbortSignal;
  /** Of a Temporal server of our own: why it can store nothing, for callers; undefined while it can. */
  readonly trouble?: () => string | undefined;
  /** Resolves participants' names: by `/etc/hosts` and the machine's name servers unless given. */
  readonly lookup?: Lookup;
  /** Absent where nothing is traced. */
  readonly traces?: Traces;
}

export interface Composed {
  readonly engine: Engine;
  readonly outbound: Outbound;
  /** The way to those who are told of transactions: what is wrong there takes nothing of `outbound`. */
  readonly receivers: Outbound;
  readonly coordinator: Coordinator;
  readonly metrics: Metrics;
  /** What the worker registers. */
  readonly activities: WorkerSettings['activities'];
  createApi(): Express;
  /** What answers at `DTC_METRICS_PORT`. */
  createMetricsApi(): Express;
  /** On the connection that the client has, unless another one is given. */
  createWorker(settings?: Partial<WorkerSettings>): Promise<Worker>;
  /** A warning for each worker on the task queue that is not this coordinator's. */
  nameStrangers(): Promise<void>;
  /** For whoever has a worker: the sweep's Schedule is made, or updated. */
  scheduleSweeps(): Promise<void>;
}

export type Reached = Connected &
  Pick<Engine, 'attributes'> & { readonly address: string; readonly cipher: PayloadCipher };

/**
 * Waits until Temporal answers. Rejects when `stopping` aborts, or where the namespace cannot be used.
 *
 * @param theirs a connection that is there already, which is somebody else's to close
 */
export async function reachTemporal(
  { config, log, stopping }: Surroundings,
  address: string,
  theirs?: NativeConnection,
): Promise<Reached> {
  const { namespace } = config.temporal;
  const cipher = cipherOf(config, log);
  const patience = { signal: stopping, onRetry: warning({ config, log }, address) };
  const connected = await connect({
    ...{ cipher, namespace, ...patience },
    connection: theirs ?? connectionOptions(config.temporal, address),
  });
  try {
    const registered = await onceAnswered(
      () => registerSearchAttributes(connected.connection, namespace),
      patience,
    );
    const trouble = searchAttributeTrouble(registered, { address, namespace });
    if (trouble !== undefined) log.warn({ namespace }, trouble);
    return { ...connected, cipher, address, attributes: registered.attributes };
  } catch (error) {
    await connected.close();
    throw error;
  }
}

const sayAgainMs = 30_000;

/** Of a Temporal that cannot be used yet: the same line seldom. */
function warning(
  { config: { temporal }, log }: Pick<Surroundings, 'config' | 'log'>,
  address: string,
): (error: unknown) => void {
  const { namespace } = temporal;
  const isDue = seldom(sayAgainMs);
  return error => {
    const why = whyUnusable(error, { address, namespace, own: temporal.address === undefined });
    if (isDue(why)) log.warn({ address, namespace }, `${why} (trying again every second)`);
  };
}

function cipherOf({ payloadKeys }: Config, log: Log): PayloadCipher {
  const isDue = eachSeldom(sayAgainMs);
  return new PayloadCipher(payloadKeys ?? [], (keyId, why) => {
    const line = unreadableText(keyId, why);
    if (isDue(line)) log.error({ keyId: shownKeyId(keyId), why }, line);
  });
}

export function compose(connected: Reached, around: Surroundings, observers: Observers = {}): Composed {
  const { config, log, stopping } = around;
  const traced = given({ traces: around.traces });
  const engine = engineOf(connected, around);
  const metrics = createMetrics({ ...lookedUpIn(engine, log), inFlight: () => outbound.inFlight() });
  const { placeWaited: onPlaceWaited } = metrics;
  const allowed = config.allowedParticipants;
  const isDue = seldom(sayAgainMs);
  const waker = createWaker(engine, err => {
    if (isDue(asleep)) log.warn({ err, namespace: engine.namespace }, asleep);
  });
  const callsBack = { callsBack: waker.isPossible };
  const outbound: Outbound = createOutbound({
    ...{ allowed, onPlaceWaited },
    ...callsBack,
    ...outboundParts(around),
    ...given({ tls: config.participantTls }),
  });
  const receivers = createReceivers(around, callsBack);
  const { onStart, onEnding } = countingOf(engine, metrics, log);
  const coordinator = createCoordinator(engine, onStart);
  const within = places();
  const { wake } = waker;
  const activities = activitiesOf(
    { engine, outbound, receivers, metrics, onStart, within, wake, ...traced },
    log,
    observers,
  );
  const { connection } = connected;
  const { namespace, taskQueue } = engine;
  const identity = identityOf(engine.tag);
  let worker: Worker | undefined;
  return {
    engine,
    outbound,
    receivers,
    coordinator,
    metrics,
    activities,
    createApi: () =>
      createApi({
        ...{ coordinator, outbound, receivers, config, log, stopping, metrics },
        bulk: createBulk(engine),
        orphans: createOrphans(engine),
        cliOptions: engine.cliOptions,
        locks: createLocks(engine),
        lists: createLists(engine),
        workers: () => workersOn(engine),
        ...codecOf(connected, log),
        ...traced,
      }),
    createMetricsApi: () =>
      createMetricsApi({
        ...{ coordinator, config, log, stopping, metrics },
        ...(config.role === 'api' ? {} : { whyIdle: () => whyIdle(worker) }),
      }),
    createWorker: async settings => {
      const { cipher } = connected;
      const common = { connection, namespace, taskQueue, identity, activities };
      const own = { ...common, cipher, onEnding, ...traced };
      worker = await createWorker({ ...own, ...settings });
      within.open(tasksAtOnce(worker));
      return worker;
    },
    nameStrangers: () => nameStrangers(engine, log),
    scheduleSweeps: () => makeSchedule(engine, around, connected.address),
  };
}

/** What its callers send is what they make up, so it is told apart from what Temporal stores, and seldom whatever they name. */
function codecOf({ cipher }: Reached, log: Log): { readonly codec?: PayloadCipher } {
  if (!cipher.seals) return {};
  const isDue = seldom(sayAgainMs);
  const onUnreadable = (keyId: string, why: string): void => {
    if (isDue(notDecoded)) log.warn({ keyId: shownKeyId(keyId), why }, notDecoded);
  };
  return { codec: new PayloadCipher(cipher.keys, onUnreadable) };
}

const notDecoded =
  'a caller of /codec/decode sent something that no key of DTC_PAYLOAD_KEYS opens, and got it back as it was: where it came from ' +
  'Temporal, that key is missing here; else nothing is wrong (docs/ENCRYPTION.md)';

function outboundParts({ config, lookup }: Surroundings): Partial<OutboundOptions> {
  const { signingSecrets, signingMasterKeys } = config;
  return given({ signingSecrets, signingMasterKeys, lookup });
}

/** With places of its own (I9). */
function createReceivers(around: Surroundings, options: Partial<OutboundOptions>): Outbound {
  return createOutbound({
    ...options,
    allowed: around.config.allowedNotify,
    listName: 'DTC_ALLOWED_NOTIFY (DTC_ALLOWED_PARTICIPANTS where that is not set)',
    connections: descriptorShares().told,
    ...outboundParts(around),
  });
}

async function nameStrangers(engine: Engine, log: Log): Promise<void> {
  const { taskQueue, tag } = engine;
  try {
    for (const worker of await strangersOn(engine))
      log.warn({ worker: plain(worker), taskQueue, tag }, stranger);
  } catch (err) {
    log.warn({ err, taskQueue }, 'it is not known who else works on the task queue: Temporal does not say');
  }
}

const stranger =
  "a worker that does not call itself this coordinator's takes tasks from its task queue: one of a version before this, which is " +
  'no harm; or another program, or another coordinator, whose answers are not believed and cost transactions their time: give it, or this one, ' +
  'another task queue (DTC_TASK_QUEUE)';

/** Where that is not ours to do, an administrator may have done it, or a worker that has other keys. */
async function makeSchedule(
  engine: Engine,
  { config, log, stopping: signal }: Surroundings,
  address: string,
): Promise<void> {
  const patience = { signal, onRetry: warning({ config, log }, address) };
  try {
    const scheduled = await onceAnswered(() => scheduleSweeps(engine, config.sweep), patience);
    if (scheduled.is === 'left')
      log.error({ keyId: shownKeyId(scheduled.keyId) }, scheduleLeft(engine, scheduled.keyId));
  } catch (error) {
    if (!isForbidden(error)) throw error;
    log.warn({ namespace: engine.namespace }, scheduleRefused(engine, config.sweep));
  }
}

function engineOf(connected: Reached, { config, log, trouble }: Surroundings): Engine {
  const { client, lenient, connection, namespace, namespaceId, opened, retentionMs, attributes } = connected;
  const ownWorker = config.role !== 'api';
  const failedQuery = queryLogger(log, { taskQueue: config.taskQueue, ownWorker });
  const isDue = seldom(sayAgainMs);
  return {
    ...{ client, lenient, connection, namespace, namespaceId, opened, retentionMs, attributes },
    cliOptions: cliOptions({ address: connected.address, namespace }),
    knowsCallers: isAuthenticated(config),
    ...{ limits: config.limits, taskQueue: config.taskQueue, hasWorker: config.role !== 'api' },
    tag: config.coordinatorId ?? tagOfNamespace(namespaceId),
    ...given({ publicUrl: config.publicUrl }),
    ...(ownWorker ? { replayed: replayer(connected.cipher) } : {}),
    trouble: trouble ?? (() => undefined),
    onQueryFailed: error => {
      failedQuery({ error, unanswered: isTimeout(error) || isNotReady(error) });
    },
    onUnlisted: err => {
      if (isDue(unlisted)) log.warn({ err, namespace }, unlisted);
    },
  };
}

const asleep =
  'Temporal did not let a request that waits for its turn at a host come sooner, now that the host answers: it comes at its turn';

const unlisted =
  'Temporal did not take the search attributes of a transaction: it was started without them, and is not found by its labels or its ' +
  'caller. Right after they were registered that passes; else register them again, and start the coordinator again';
