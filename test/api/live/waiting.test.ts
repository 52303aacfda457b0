/**
 * `Prefer: wait` leaves nothing behind, however a wait ends: the signal that every wait listens to is as old as the process,
 * and a timer may be set for a minute, so that what each left would add up.
 */
import { EventEmitter, getEventListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Response } from 'express';
import { waiting } from '../../../src/api/waiting';
import { type WaitOptions } from '../../../src/coordinator/transaction/contract';
import { endOf } from '../../../src/engine/ask';
import { type Engine } from '../../../src/engine/engine';
import { waits } from '../../../src/coordinator/transaction/wait';
import { read } from '../../../src/coordinator/transaction/read';
import { readConfig } from '../../../src/config/readConfig';
import { type Connected, connect } from '../../../src/engine/connect';
import { hang } from '../../support/participants';
import { gate } from '../../support/statefulParticipant';
import { eventually } from '../../support/until';
import { useWorld } from '../../support/world';

const world = useWorld();
const stopping = new AbortController();
let connected: Connected;
let engine: Engine;

beforeAll(async () => {
  const { tag, taskQueue } = world.dtc;
  connected = await connect({
    connection: { address: process.env['TEST_TEMPORAL_ADDRESS'] ?? '' },
    namespace: 'default',
    signal: stopping.signal,
    onRetry: () => undefined,
  });
  const { limits } = readConfig({});
  engine = {
    ...connected,
    tag,
    taskQueue,
    limits,
    attributes: new Set(),
    namespaceId: '',
    cliOptions: '',
    knowsCallers: false,
    hasWorker: true,
    trouble: () => undefined,
    onQueryFailed: () => undefined,
    onUnlisted: () => undefined,
  };
});
afterEach(() => {
  jest.restoreAllMocks();
});
afterAll(() => connected.connection.close());

/** Of the process: some are Temporal's client's and go away by themselves. */
const timers = (): number => process.getActiveResourcesInfo().filter(kind => kind === 'Timeout').length;
const minuteMs = 60_000;

interface Ends {
  readonly how: string;
  readonly wait: Pick<WaitOptions, 'until' | 'timeoutMs'>;
  /** What ends it, where it is not its time. */
  readonly end?: (id: string, caller: AbortController) => unknown;
}

const outcome = { is: 'outcome' } as const;

describe('a wait that ends', () => {
  it.each<Ends>([
    { how: 'when its time is over', wait: { until: outcome, timeoutMs: 100 } },
    {
      how: 'because the caller went away',
      wait: { until: outcome, timeoutMs: minuteMs },
      end: (_id, caller) => {
        caller.abort();
      },
    },
    {
      how: 'with the outcome',
      wait: { until: outcome, timeoutMs: minuteMs },
      end: id => world.dtc.act(id, 'abort'),
    },
    {
      how: 'with another state',
      wait: { until: { is: 'state', from: 'preparing' }, timeoutMs: minuteMs },
      end: id => world.dtc.act(id, 'abort'),
    },
  ])('$how leaves no listener and no timer', async ({ wait: options, end }) => {
    const { dtc, participants } = world;
    participants.on('hangs', r => (r.phase === 'prepare' ? hang : undefined));
    const url = participants.url('hangs');
    const { id } = await dtc.start({ participants: [{ url, timeoutMs: 30_000 }], timeoutMs: 30_000 });
    await dtc.until(id, d => d.state === 'preparing');
    const caller = new AbortController();
    const before = timers();
    const wait = waits(engine);
    const from = await read(engine, id);
    const nine = Array.from({ length: 9 }, () => wait(from, { ...options, signal: caller.signal }));
    expect(getEventListeners(caller.signal, 'abort').length).toBeGreaterThanOrEqual(9);
    expect(timers()).toBeGreaterThanOrEqual(before + 9);
    await end?.(id, caller);
    await Promise.all(nine);
    expect(getEventListeners(caller.signal, 'abort')).toEqual([]);
    await eventually(() => timers() < before + 9, 5000);
  });
});

it('asks no worker while it lasts, and Temporal no oftener the more wait', async () => {
  const { dtc, participants } = world;
  participants.on('hangs', r => (r.phase === 'prepare' ? hang : undefined));
  const url = participants.url('hangs');
  const { id } = await dtc.start({ participants: [{ url, timeoutMs: 30_000 }], timeoutMs: 30_000 });
  const from = await read(engine, id);
  const { workflowService: temporal } = connected.connection;
  const queries = jest.spyOn(temporal, 'queryWorkflow');
  const looks = jest.spyOn(temporal, 'describeWorkflowExecution');
  const wait = waits(engine);
  const caller = new AbortController();
  const all = Array.from({ length: 100 }, () =>
    wait(from, { until: outcome, timeoutMs: minuteMs, signal: caller.signal }),
  );
  await sleep(3000); // a hundred of which each looked as often as one alone does would have looked three hundred times
  expect(queries).not.toHaveBeenCalled();
  expect(looks.mock.calls.length).toBeLessThanOrEqual(40);
  caller.abort();
  await Promise.all(all);
});

it('looks no oftener at one that was taken up again meanwhile', async () => {
  const { dtc, participants } = world;
  participants.on('stuck', ({ phase }) => (phase === 'commit' ? 503 : undefined));
  const { id } = await dtc.start([participants.url('stuck')]);
  await dtc.until(id, d => d.state === 'committing');
  const from = await read(engine, id);
  const { workflowService: temporal } = connected.connection;
  const describing = temporal.describeWorkflowExecution.bind(temporal) as (...asked: unknown[]) => unknown;
  const takenUp = gate();
  const looks = jest.spyOn(temporal, 'describeWorkflowExecution');
  looks.mockImplementation(
    (async (...asked: unknown[]) => (
      await takenUp.passed,
      describing(...asked)
    )) as typeof temporal.describeWorkflowExecution,
  );
  const caller = new AbortController();
  const waited = waits(engine)(from, { until: outcome, timeoutMs: minuteMs, signal: caller.signal });
  try {
    await dtc.client.workflow.getHandle(id).terminate('tried');
    expect(await dtc.recover(id)).toMatchObject({ is: 'recovered' });
    takenUp.open();
    await eventually(() => looks.mock.calls.length > 0); // the wait has seen the end of the first run
    looks.mockClear();
    await sleep(2700);
    expect(looks.mock.calls.length).toBeLessThanOrEqual(3); // every second; two looks at a time make five
  } finally {
    caller.abort();
    expect((await waited).document).toMatchObject({ state: 'committing', status: 'pending' });
  }
});

it('asks Temporal no more once it has ended', async () => {
  const over = new AbortController();
  let polls = 0;
  const getWorkflowExecutionHistory = (): Promise<object> => {
    polls += 1;
    if (polls === 3) over.abort();
    return Promise.resolve({ history: { events: [] } }); // as after twenty seconds in which nothing closed
  };
  const connection = { workflowService: { getWorkflowExecutionHistory } } as unknown as Engine['connection'];
  expect(
    await endOf({ connection, namespace: 'default', opened: answer => answer }, 'id', over.signal),
  ).toEqual({
    is: 'unseen',
  });
  expect(polls).toBe(3);
});

it('of a request leaves no listener on the signal of the process, nor on the response', async () => {
  const response = new EventEmitter();
  const one = (work: (signal: AbortSignal) => Promise<unknown>): Promise<unknown> =>
    waiting(response as unknown as Response, stopping.signal, work);
  await one(() => Promise.resolve());
  await expect(one(() => Promise.reject(new Error('no such transaction')))).rejects.toThrow();
  const gone = one(
    signal =>
      new Promise(resolve => {
        signal.addEventListener('abort', resolve);
      }),
  );
  response.emit('close');
  await gone;
  expect(getEventListeners(stopping.signal, 'abort')).toEqual([]);
  expect(response.listenerCount('close')).toBe(0);
});
