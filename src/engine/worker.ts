/**
 * Owns the worker's options: each is there for how fast a dead or frozen worker is noticed (docs/ARCHITECTURE.md,
 * "Timeouts"), or to keep one participant's trouble from filling what all share (I9).
 */
import { readFile } from 'node:fs/promises';
import { type NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { type LockActivities } from '../protocol/lock/steps';
import { type NotificationActivities } from '../protocol/notification/steps';
import { type ChildActivities } from '../protocol/transaction/asChild';
import { type Activities, type CallLookActivities } from '../protocol/transaction/steps';
import { type SweepActivities } from '../protocol/orphans/steps';
import { bundlePath } from './bundle';
import { type PayloadCipher, keyless } from './encryption/cipher';
import { converterOf } from './encryption/converter';
import { sealFailures } from './encryption/failures';
import { type Ending, endings } from './endings';
import { given } from '../protocol/wire/given';
import { demandRecorded, recordedIn } from './recordedQueries';
import { type WorkerTraces, tracing } from './traced';
import { leaveOutEntryTimeouts } from './workflowThreads';

/** The SDK's own default. */
const mostWorkflowTasks = 40;

/** How many workflow tasks it may have under way: each has a workflow in the cache, or that of another is thrown out and lost. */
export function tasksAtOnce({ options }: Worker): number {
  return Math.min(mostWorkflowTasks, options.maxCachedWorkflows);
}

export interface WorkerSettings {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly taskQueue: string;
  readonly identity: string;
  readonly activities: Activities &
    Partial<CallLookActivities & ChildActivities & LockActivities & NotificationActivities & SweepActivities>;
  /** Absent: nothing is encrypted. */
  readonly cipher?: PayloadCipher;
  /** Absent where nothing is traced. */
  readonly traces?: WorkerTraces;
  /** Told of each transaction that has ended here. */
  readonly onEnding?: (ending: Ending) => void;
  /** The process is somebody else's: what is done to all workers of a process is left out. */
  readonly isGuest?: boolean;
  /** For tests: 0 makes every step replay. */
  readonly maxCachedWorkflows?: number;
  /** For tests that bundle the sources themselves. */
  readonly workflowBundle?: WorkerOptions['workflowBundle'];
}

/** Why the worker takes no work; undefined while it polls. Whether Temporal gives it any is not known here. */
export function whyIdle(worker: Worker | undefined): string | undefined {
  if (worker === undefined) return 'the worker has not begun to poll';
  const { runState, workflowPollerState, activityPollerState } = worker.getStatus();
  const polls = [workflowPollerState, activityPollerState].every(state => state === 'POLLING');
  if (runState === 'RUNNING' && polls) return undefined;
  return `the worker does not poll: it is ${runState}, workflows ${workflowPollerState}, activities ${activityPollerState}`;
}

export async function createWorker({
  maxCachedWorkflows,
  workflowBundle,
  cipher = keyless,
  traces,
  onEnding = () => undefined,
  isGuest = false,
  ...rest
}: WorkerSettings): Promise<Worker> {
  if (!isGuest) leaveOutEntryTimeouts();
  const { sinks, watch } = endings(onEnding);
  const traced = tracing(traces);
  const worker = await Worker.create({
    ...rest,
    ...traced,
    sinks: { ...traced.sinks, ...sinks },
    ...converterOf(cipher),
    workflowBundle: workflowBundle ?? (await ownBundle(cipher)),
    // a dead worker's sticky queue is given up, and heartbeats reach the server, within two seconds
    stickyQueueScheduleToStartTimeout: '2s',
    maxHeartbeatThrottleInterval: '200ms',
    defaultHeartbeatThrottleInterval: '200ms',
    // requests under way when the worker stops may end by themselves; then they are cut off and go on elsewhere
    shutdownGraceTime: '4s',
    shutdownForceTime: '8s',
    maxConcurrentActivityTaskExecutions: 1000,
    ...given({ maxCachedWorkflows }),
  });
  watch(worker);
  demandRecorded(worker, recordedIn(rest.connection, rest.namespace));
  return worker;
}

/** Of this process's version. */
export async function ownBundle({
  seals,
}: PayloadCipher): Promise<NonNullable<WorkerOptions['workflowBundle']>> {
  if (!seals) return { codePath: bundlePath };
  return { code: sealFailures + (await readFile(bundlePath, 'utf8')) };
}
