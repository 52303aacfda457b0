/** What is written down of a settlement by hand: what came of saying it, and from when on it may have been heard. */
import { ServiceError, WorkflowNotFoundError } from '@temporalio/client';
import { type Entry } from '../../chaos/recorder';
import { settleOne } from '../../chaos/nemesis/settling';
import { seeded } from '../../src/testing/random';

const waiting = { decision: 'commit', participants: [{ name: 'north', state: 'prepared' }] };

/** @param signal what comes of it, of each transaction that is open */
async function settled(signals: Readonly<Record<string, () => Promise<void>>>, document: object = waiting) {
  const told: Entry[] = [];
  const temporalOnce = {
    withDeadline: (_: number, work: () => Promise<unknown>) => work(),
    workflow: {
      getHandle: (workflowId: string) => ({
        workflowId,
        query: () => Promise.resolve(document),
        signal: signals[workflowId],
      }),
    },
  };
  const note = await settleOne({
    temporalOnce: temporalOnce as never,
    anyOpen: () => Object.keys(signals),
    random: seeded(1),
    recorder: { told: [], record: entry => void told.push(entry) },
    world: { services: [{ name: 'north', isSeats: false }] } as never,
  });
  return { note, told };
}

const fine = (): Promise<void> => Promise.resolve();
const fails = (error: Error) => (): Promise<void> => Promise.reject(error);
const answered = (code: number): Error =>
  new ServiceError('no', { cause: Object.assign(new Error('no'), { code }) });

it('is said where Temporal takes it', async () => {
  const { note, told } = await settled({ t1: fine });
  expect(told).toEqual([
    {
      ...{ kind: 'settled', id: 't1', participant: 'north', said: 'said' },
      ...{ outcome: expect.any(String) as unknown, askedAt: expect.any(Number) as unknown },
    },
  ]);
  expect(note).toMatch(/^t1: north /);
});

it.each([
  ['refused', 'that it has ended', new WorkflowNotFoundError('it has ended', 't1', undefined)],
  ['refused', 'that nobody may', answered(7)],
  ['unknown', 'nothing in time', answered(4)],
  ['unknown', 'that it is away', answered(14)],
  ['unknown', 'something else', new Error('no')],
] as const)('is %s where Temporal answers %s, and another is settled', async (said, _, error) => {
  const { note, told } = await settled({ t1: fails(error), t2: fine });
  expect(told).toMatchObject([
    { id: 't1', said },
    { id: 't2', said: 'said' },
  ]);
  expect(note).toMatch(/^t2: north /);
});

it('is not tried of who is not waited for', async () => {
  const done = { ...waiting, participants: [{ name: 'north', state: 'committed' }] };
  expect(await settled({ t1: fine }, done)).toEqual({ note: 'nobody was waited for', told: [] });
  expect((await settled({ t1: fine }, { participants: waiting.participants })).told).toEqual([]);
});
