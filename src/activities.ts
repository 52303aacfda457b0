/** Owns what a worker of the coordinator can do: the activities of all slices, and to whom each tells what it did. */
import { createLockActivities } from '../activities/lock';
import { type Places } from '../activities/lock/places';
import { createNotificationActivities } from '../activities/notification';
import { createSweepActivities } from '../activities/orphans';
import { createActivities, createCallLookActivities } from '../activities/transaction';
import { createChildActivities } from '../activities/transaction/child';
import { type OnStart } from './coordinator/transaction';
import { type Engine } from './engine/engine';
import { type Waker } from './engine/wake';
import { type WorkerSettings } from './engine/worker';
import { type Outbound } from './outbound/contract';
import { type CallLog, callLogger } from './telemetry/callLog';
import { type Log } from './telemetry/log';
import { type Metrics } from './telemetry/metrics/metrics';
import { type NotificationLog, notificationLogger } from './telemetry/notificationLog';
import { type ActionLog, sweepLogger } from './telemetry/sweepLog';
import { type Traces } from './telemetry/traces/contract';

/** Told of what the worker does, beside the log lines. */
export interface Observers {
  readonly onCall?: (entry: CallLog) => void;
  readonly onSweepAction?: (entry: ActionLog) => void;
  readonly onNotification?: (entry: NotificationLog) => void;
}

interface Tools extends Pick<Waker, 'wake'> {
  readonly engine: Engine;
  readonly outbound: Outbound;
  readonly receivers: Outbound;
  readonly metrics: Metrics;
  readonly onStart: OnStart;
  readonly within: Places;
  readonly traces?: Traces;
}

export function activitiesOf(
  { engine, outbound, receivers, metrics, onStart, within, wake, ...traced }: Tools,
  log: Log,
  { onCall, onSweepAction, onNotification }: Observers,
): WorkerSettings['activities'] {
  return {
    ...createActivities({
      ...{ outbound, wake },
      log: all(callLogger(log), metrics.called, onCall),
      onAttention: metrics.attention,
      ...traced,
    }),
    ...createCallLookActivities(engine),
    ...createChildActivities({ engine, outbound, receivers, onStart }),
    ...createLockActivities(engine, within),
    ...createNotificationActivities({
      ...{ outbound: receivers, wake },
      log: all(notificationLogger(log), metrics.notified, onNotification),
    }),
    ...createSweepActivities({ engine, outbound, log: all(sweepLogger(log), metrics.swept, onSweepAction) }),
  };
}

function all<T>(...tells: readonly (((entry: T) => void) | undefined)[]): (entry: T) => void {
  return entry => {
    for (const tell of tells) tell?.(entry);
  };
}
