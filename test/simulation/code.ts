/**
 * Owns the code that is simulated: that of production, loaded with some text replaced or none, over the simulation's engine and clock.
 * What has no place there: the Web UI's details, the watch on a process that stands still, and the look at Temporal's pending calls.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import path from 'node:path';
import * as common from '@temporalio/common';
import { type createLockActivities } from '../../activities/lock';
import { type places } from '../../activities/lock/places';
import type * as heartbeatModule from '../../activities/heartbeat';
import { type createNotificationActivities } from '../../activities/notification';
import { type createActivities } from '../../activities/transaction';
import { type OwnSender } from '../../activities/transaction/own';
import { type leftUnbegun } from '../../src/coordinator/transaction/unbegun';
import { type judge } from '../../src/protocol/transaction/operator';
import { type LockActivities } from '../../src/protocol/lock/steps';
import { type Engine } from '../../src/engine/engine';
import { type Outbound } from '../../src/outbound/contract';
import { type NotificationActivities } from '../../src/protocol/notification/steps';
import type * as lookBackModule from '../../src/protocol/transaction/lookBack';
import { type Activities } from '../../src/protocol/transaction/steps';
import { type notification } from '../../workflows/notification/workflow';
import { type transaction } from '../../workflows/transaction/workflow';
import { type hearing } from '../../workflows/transaction/heard';
import { type Core } from '../protocol/explorer/core';
import { realCore } from '../protocol/explorer/realCore';
import { type Patch, patchedModules } from '../protocol/exploring/patched';
import { type Clock } from './clock';
import { type Instance } from './instance';
import { type LockCore } from './locks/lock';
import { type LockClient } from './locks/messages';
import { workflowApi } from './workflowApi';

/** What an attempt at an activity finds as its `Context`. */
export interface ActivityContext {
  readonly info: Readonly<Record<string, unknown>>;
  readonly cancellationSignal: AbortSignal;
  readonly cancellationDetails:
    { readonly cancelRequested?: boolean; readonly timedOut?: boolean } | undefined;
  heartbeat(details: unknown): void;
}

/** What the code runs in now: one run after the other. */
export interface Surroundings {
  clock: Clock;
  instance: Instance;
}

export interface Code {
  readonly around: Surroundings;
  readonly contexts: AsyncLocalStorage<ActivityContext>;
  readonly transaction: typeof transaction;
  readonly notification: typeof notification;
  readonly leftUnbegun: typeof leftUnbegun;
  /** Of a worker of their own. */
  readonly newActivities: (
    sender: Omit<OwnSender, 'standstill' | 'log'>,
    others: { readonly locks: LockClient; readonly receivers: Pick<Outbound, 'send'> },
  ) => Activities & NotificationActivities & Omit<LockActivities, 'lookAt'>;
  readonly locks: LockCore;
  readonly traceOf: typeof lookBackModule.traceOf;
  readonly judge: typeof judge;
  /** What judges: of what is broken, what says what is reported. */
  readonly core: Core;
}

/** That a worker has at once. */
const workflowTasks = 10;

const root = path.resolve(__dirname, '../..');

export function loadCode(patches: readonly Patch[] = []): Code {
  const around = {} as Surroundings;
  const contexts = new AsyncLocalStorage<ActivityContext>();
  const inWorkflow = patchedModules(patches, {
    root,
    globals: { Error, Date: dateOf(() => around.instance.now) },
    stands: {
      '@temporalio/workflow': original => workflowApi(original() as object, () => around.instance),
      'workflows/transaction/details.ts': () => ({ detailsOf: () => '' }),
      'workflows/transaction/heard.ts': original =>
        heardBy(original() as { hearing: typeof hearing }, around),
    },
  });
  const globals = {
    Error, // under jest there are two, and what is thrown across would be none of the other
    Date: dateOf(() => around.clock.now()),
    setTimeout: (call: () => void, ms: number) => ({
      takeBack: around.clock.after(ms, call),
      unref: () => undefined,
    }),
    performance: { now: () => around.clock.now() },
    clearTimeout: (timer: { takeBack: () => void } | undefined) => timer?.takeBack(),
  };
  const activityApi = { ...common, Context: { current: () => contexts.getStore() } };
  const heartbeats = new AsyncLocalStorage<typeof heartbeatModule>();
  // a worker counts its own heartbeats: what is left of one that is gone is nothing to another
  const newHeartbeats = (): typeof heartbeatModule =>
    patchedModules(patches, { root, globals, stands: { '@temporalio/activity': () => activityApi } })(
      'activities/heartbeat.ts',
    ) as typeof heartbeatModule;
  const inActivity = patchedModules(patches, {
    root,
    globals,
    stands: {
      '@temporalio/activity': () => activityApi,
      'activities/heartbeat.ts': () => ({
        get whileBeating() {
          return heartbeats.getStore()?.whileBeating;
        },
      }),
      'activities/standstill.ts': () => ({ watchStandstill: () => ({ mayHaveTaken: () => false }) }),
      'src/coordinator/transaction/lookBack.ts': () => ({}),
      'src/coordinator/lock/look.ts': () => ({}),
      'src/coordinator/lock/inTheWay.ts': () => ({ inTheWay: () => Promise.resolve(undefined) }),
    },
  });
  const { createActivities: create } = inActivity('activities/transaction/index.ts') as {
    createActivities: typeof createActivities;
  };
  const { createLockActivities: createForLocks } = inActivity('activities/lock/index.ts') as {
    createLockActivities: typeof createLockActivities;
  };
  const { createNotificationActivities: createForNotices } = inActivity(
    'activities/notification/index.ts',
  ) as {
    createNotificationActivities: typeof createNotificationActivities;
  };
  const { places: newPlaces } = inActivity('activities/lock/places.ts') as { places: typeof places };
  return {
    around,
    contexts,
    ...(inWorkflow('workflows/transaction/workflow.ts') as { transaction: typeof transaction }),
    ...(inWorkflow('workflows/notification/workflow.ts') as { notification: typeof notification }),
    ...(inWorkflow('src/coordinator/transaction/unbegun.ts') as { leftUnbegun: typeof leftUnbegun }),
    newActivities: ({ outbound, ...sender }, { locks: workflow, receivers }) => {
      const beating = newHeartbeats();
      const within = newPlaces();
      within.open(workflowTasks);
      const connection = { withDeadline: (_at: number, work: () => Promise<unknown>) => work() };
      const own = {
        ...sender,
        wake: (): Promise<void> => Promise.resolve(),
        log: (): void => undefined,
      };
      const callBack = (): void => undefined; // nobody is called back: it comes again at its turn
      const activities = {
        ...create({ ...own, outbound: { ...outbound, callBack } }),
        ...createForLocks({ client: { workflow }, connection } as unknown as Engine, within),
        ...createForNotices({ ...own, outbound: { ...receivers, callBack } }),
      };
      return new Proxy(activities, {
        get: (of, name) => {
          const perform = Reflect.get(of, name) as ((input: unknown) => Promise<unknown>) | undefined;
          return perform && ((input: unknown) => heartbeats.run(beating, () => perform(input)));
        },
      });
    },
    locks: {
      ...(inWorkflow('src/protocol/lock/answer.ts') as LockCore),
      ...(inWorkflow('src/protocol/lock/apply.ts') as LockCore),
      ...(inWorkflow('src/protocol/lock/state.ts') as LockCore),
      ...(inWorkflow('src/protocol/lock/wanted.ts') as LockCore),
    },
    traceOf: (inActivity('src/protocol/transaction/lookBack.ts') as typeof lookBackModule).traceOf,
    judge: (inWorkflow('src/protocol/transaction/operator.ts') as { judge: typeof judge }).judge,
    core: {
      ...realCore,
      outcome: inWorkflow('src/protocol/transaction/outcome.ts') as Core['outcome'],
      locking: inWorkflow('src/protocol/transaction/locking.ts') as Core['locking'],
    },
  };
}

function heardBy(real: { hearing: typeof hearing }, around: Surroundings): { hearing: typeof hearing } {
  return {
    hearing: first => {
      const heard = real.hearing(first);
      around.instance.state = heard.state;
      return heard;
    },
  };
}

function dateOf(now: () => number): unknown {
  return new Proxy(Date, {
    construct: (target, given: unknown[]) =>
      Reflect.construct(target, given.length === 0 ? [now()] : given) as object,
    get: (target, name) => (name === 'now' ? now : (Reflect.get(target, name) as unknown)),
  });
}
