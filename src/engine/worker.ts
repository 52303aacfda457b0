/**
 * Owns the worker's options: each is there for how fast a dead or frozen worker is noticed (docs/ARCHITECTURE.md,
 * "Timeouts"), or to keep one participant's trouble from filling what all share (I9).
 */
import { type NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { type LockActivities } from '../protocol/lock/steps';
import { type NotificationActivities } from '../protocol/notification/steps';
import { type Activities, type CallLookActivities } from '../protocol/transaction/steps';
import { type SweepActivities } from '../protocol/orphans/steps';
import { bundlePath } from './bundle';
import { given } from '../protocol/wire/given';
import { type WorkerTraces, tracing } from './traced';
import { leaveOutEntryTimeouts } from './workflowThreads';

export interface WorkerSettings {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly taskQueue: string;
  readonly identity: string;
  readonly activities: Activities &
    Partial<CallLookActivities & LockActivities & NotificationActivities & SweepActivities>;
  /** Absent where nothing is traced. */
  readonly traces?: WorkerTraces;
  /** For tests: 0 makes every step replay. */
  readonly maxCachedWorkflows?: number;
  /** For tests that bundle the sources themselves. */
  readonly workflowBundle?: WorkerOptions['workflowBundle'];
}

export function createWorker({
  maxCachedWorkflows,
  workflowBundle,
  traces,
  ...rest
}: WorkerSettings): Promise<Worker> {
  leaveOutEntryTimeouts();
  return Worker.create({
    ...rest,
    ...tracing(traces),
    workflowBundle: workflowBundle ?? { codePath: bundlePath },
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
}
