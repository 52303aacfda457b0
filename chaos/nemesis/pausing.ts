/**
 * Owns what people pause in Temporal: a transaction, a lock, the calls of a transaction; and calls whose attempts are counted anew. Whoever
 * pauses lets it go on again, however long Temporal is out of reach meanwhile.
 *
 * Temporal spoils what is paused while a workflow task of it waits for a worker (`src/engine/spoiledByPause.ts`): such a workflow is
 * passed by, and where a task comes in between after all, the log says which one was spoiled.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client } from '@temporalio/client';
import { resources } from '../load/orders';
import { shuffled } from '../../src/testing/random';
import { spoiledAt } from '../../src/engine/spoiledByPause';
import { type Recorder } from '../recorder';
import { type FaultKind, type Scene } from './kind';
import { soon } from './soon';

const identity = 'nemesis';

export function pausing({ temporal, recorder, anyOpen, random }: Scene): FaultKind[] {
  const locks = (): readonly string[] => shuffled(resources, random).map(resource => `lock:${resource}`);
  return [
    pauseWorkflow('pause transaction', { temporal, recorder, choose: anyOpen }),
    pauseWorkflow('pause lock', { temporal, recorder, choose: locks }),
    pauseCalls({ temporal, choose: anyOpen }),
    resetCalls({ temporal, choose: anyOpen }),
  ];
}

interface Pausing {
  readonly temporal: Client;
  /** Ids of workflows; the first that can be paused is. */
  readonly choose: () => readonly string[];
}

function pauseWorkflow(
  fault: string,
  { temporal, recorder, choose }: Pausing & { readonly recorder: Recorder },
): FaultKind {
  const { namespace } = temporal.options;
  const { workflowService } = temporal.connection;
  return {
    ...{ fault, targets: [`${fault}: any`], longestMs: 5_000 },
    run: async (_target, until) => {
      let refused: string | undefined;
      const touched: string[] = [];
      for (const workflowId of choose()) {
        refused = await attempt(async () => {
          await demandNoTaskWaits(temporal, workflowId);
          touched.push(workflowId);
          const about = { namespace, workflowId, identity, reason: 'chaos' };
          await soon(temporal, () => workflowService.pauseWorkflowExecution(about));
        });
        if (refused === undefined) break;
      }
      try {
        await until;
      } finally {
        // also where it was refused, or no answer came: it may be paused all the same
        for (const workflowId of touched) {
          await untilDone(() =>
            soon(temporal, () =>
              workflowService.unpauseWorkflowExecution({ namespace, workflowId, identity, reason: 'chaos' }),
            ),
          );
          await untilDone(async () => {
            if (await isSpoiled(temporal, workflowId)) recorder.record({ kind: 'spoiled', workflowId });
          });
        }
      }
      return refused ?? touched.at(-1) ?? 'none was open';
    },
  };
}

/** temporal.api.enums.v1.PendingWorkflowTaskState */
const scheduled = 1;

async function demandNoTaskWaits(temporal: Client, workflowId: string): Promise<void> {
  const { raw } = await soon(temporal, () => temporal.workflow.getHandle(workflowId).describe());
  if (Number(raw.pendingWorkflowTask?.state) === scheduled)
    throw new Error(`a workflow task of ${workflowId} waits for a worker`);
}

async function isSpoiled(temporal: Client, workflowId: string): Promise<boolean> {
  const { events } = await soon(temporal, () => temporal.workflow.getHandle(workflowId).fetchHistory());
  return spoiledAt(events ?? []) !== undefined;
}

interface Calls {
  readonly workflowId: string;
  readonly ids: readonly string[];
}

/** Of the first that waits for any. */
async function someCalls({ temporal, choose }: Pausing): Promise<Calls | undefined> {
  for (const workflowId of choose()) {
    const { raw } = await soon(temporal, () => temporal.workflow.getHandle(workflowId).describe());
    const ids = (raw.pendingActivities ?? []).flatMap(({ activityId }) => activityId ?? []);
    if (ids.length > 0) return { workflowId, ids };
  }
  return undefined;
}

const noCalls = 'no call was under way';

function pauseCalls(pausing: Pausing): FaultKind {
  const { temporal } = pausing;
  const { namespace } = temporal.options;
  const { workflowService } = temporal.connection;
  return {
    ...{ fault: 'pause calls', targets: ['the calls of a transaction'], longestMs: 4_000 },
    run: async (_target, until) => {
      let calls: Calls | undefined;
      const refused = await attempt(async () => {
        calls = await someCalls(pausing);
        if (calls === undefined) return;
        const execution = { workflowId: calls.workflowId };
        for (const id of calls.ids)
          await soon(temporal, () =>
            workflowService.pauseActivity({ namespace, execution, identity, id, reason: 'chaos' }),
          );
      });
      const { workflowId, ids } = calls ?? { workflowId: '', ids: [] };
      try {
        await until;
      } finally {
        for (const id of ids)
          await untilDone(() =>
            soon(temporal, () =>
              workflowService.unpauseActivity({ namespace, execution: { workflowId }, identity, id }),
            ),
          );
      }
      return refused ?? (ids.length === 0 ? noCalls : `${workflowId}: ${ids.join(', ')}`);
    },
  };
}

function resetCalls(pausing: Pausing): FaultKind {
  const { temporal } = pausing;
  const { namespace } = temporal.options;
  return {
    ...{ fault: 'reset calls', targets: ['the calls of a transaction'], longestMs: 500 },
    run: async () => {
      let calls: Calls | undefined;
      const refused = await attempt(async () => {
        calls = await someCalls(pausing);
        const { workflowId, ids } = calls ?? { workflowId: '', ids: [] };
        for (const id of ids)
          await soon(temporal, () =>
            temporal.connection.workflowService.resetActivity({
              ...{ namespace, execution: { workflowId }, identity, id },
            }),
          );
      });
      return refused ?? (calls === undefined ? noCalls : `${calls.workflowId}: ${calls.ids.join(', ')}`);
    },
  };
}

/** @returns why not */
async function attempt(work: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return String(error); // it has ended meanwhile, or Temporal is down
  }
}

const patienceMs = 60_000;
const againMs = 300;
/** gRPC: it is not there any more, is not paused, or the server takes no such request. */
const over: readonly unknown[] = [3, 5, 9, 12];

/** @throws where Temporal does not answer within a minute */
async function untilDone(work: () => Promise<unknown>): Promise<void> {
  for (const end = Date.now() + patienceMs; ;) {
    try {
      await work();
      return;
    } catch (error) {
      if (over.includes((error as { readonly code?: unknown }).code)) return;
      if (Date.now() > end) throw error;
      await sleep(againMs);
    }
  }
}
