/** Whoever ends a transaction from outside in Temporal ends nobody's promise: the sweep takes it up again. */
import { sweepIdOf } from '../../src/coordinator/orphans/reports';
import { settlingMs } from '../../src/protocol/orphans/plan';
import { startCoordinator } from '../support/coordinator';
import { startParticipants } from '../support/participants';
import { statefulParticipant } from '../support/statefulParticipant';
import { temporalWorkflow } from '../support/temporalCli';
import { eventually } from '../support/until';
import { lastReport, newTag, sweep, useSweeps } from './support/sweeps';

describe('asked for', () => {
  const world = useSweeps();

  async function terminated(): Promise<string> {
    const { dtc, participants } = world;
    let up = false;
    participants.on('slow', ({ phase }) => (phase === 'commit' && !up ? 503 : 200));
    const { id } = await dtc.start([participants.url('slow')]);
    await dtc.until(id, ({ state }) => state === 'committing');
    await temporalWorkflow('terminate', id, '--reason', 'a slip');
    up = true;
    return id;
  }

  it('waits a moment, says what it would do, and then takes it up', async () => {
    const { dtc } = world;
    const id = await terminated();
    const endedAt = Date.now();
    const early = await sweep(dtc);
    expect(early).toMatchObject({
      actions: [],
      findings: [
        {
          kind: 'interrupted',
          transactionId: id,
          willDo: 'take it up again',
          why: expect.stringContaining('just now') as string,
        },
      ],
    });
    await eventually(() => Date.now() > endedAt + settlingMs);
    const dry = await sweep(dtc, true);
    expect(dry).toMatchObject({
      actions: [],
      findings: [{ kind: 'interrupted', transactionId: id, willDo: 'would take it up again' }],
    });
    expect((await dtc.get(id)).state).toBe('interrupted');

    const done = await sweep(dtc);
    expect(done.actions).toMatchObject([{ action: 'recover', transactionId: id, result: 'done' }]);
    expect(done.actions[0]?.reason).toContain('ended from outside');
    await dtc.until(id, ({ state, endedAt: over }) => state === 'committed' && over !== undefined);
    expect(await sweep(dtc)).toMatchObject({ actions: [], findings: [] });
  });

  it('is taken up because a participant lists it, before its decision is sent there', async () => {
    const { dtc, list } = world;
    const id = await terminated();
    const endedAt = Date.now();
    list.entries = [{ transactionId: id, participant: 'p1' }];
    await eventually(() => Date.now() > endedAt + settlingMs);
    const { actions } = await sweep(dtc);
    expect(actions).toMatchObject([{ action: 'recover', transactionId: id, result: 'done' }]);
    expect(list.sent).toEqual([]);
    await dtc.until(id, ({ endedAt: over }) => over !== undefined);
  });

  it('is taken up once by two sweeps at once', async () => {
    const { dtc } = world;
    const id = await terminated();
    const endedAt = Date.now();
    await eventually(() => Date.now() > endedAt + settlingMs);
    const both = await Promise.all([sweep(dtc), sweep(dtc)]);
    expect(both.flatMap(({ actions }) => actions)).toMatchObject([{ action: 'recover', transactionId: id }]);
    await dtc.until(id, ({ endedAt: over }) => over !== undefined);
  });
});

describe('by the Schedule', () => {
  it('takes a terminated transaction up without anybody’s help, until somebody pauses it', async () => {
    const participants = await startParticipants();
    const env = { DTC_COORDINATOR_ID: newTag(), DTC_SWEEP_INTERVAL_MS: '1000' };
    const dtc = await startCoordinator({ env, sweeps: true });
    const schedule = dtc.client.schedule.getHandle(sweepIdOf(dtc));
    const stuck = async (name: string): Promise<string> => {
      let up = false;
      const slow = statefulParticipant(participants, name, {
        fault: ({ phase }) => (phase === 'commit' && !up ? { instead: 503 } : undefined),
      });
      const { id } = await dtc.start([slow.url]);
      await dtc.until(id, ({ state }) => state === 'committing');
      await temporalWorkflow('terminate', id);
      up = true;
      return id;
    };
    try {
      const id = await stuck('a');
      await dtc.until(id, ({ state }) => state === 'committed');
      expect((await dtc.get(id)).recoveries).toHaveLength(1);

      await schedule.pause('for the test');
      const other = await stuck('b');
      const { sweptAt } = await sweep(dtc, true);
      const { info } = await schedule.describe();
      await eventually(() => Date.now() > Date.parse(sweptAt ?? '') + settlingMs + 2000);
      expect((await schedule.describe()).info.numActionsTaken).toBe(info.numActionsTaken);
      expect((await dtc.get(other)).state).toBe('interrupted');

      await schedule.unpause();
      await dtc.until(other, ({ state }) => state === 'committed');
    } finally {
      await dtc.close();
      await participants.close();
    }
  });

  it('sweeps where no list is configured, and leaves a report', async () => {
    const dtc = await startCoordinator({
      env: { DTC_COORDINATOR_ID: newTag(), DTC_SWEEP_INTERVAL_MS: '1000' },
      sweeps: true,
    });
    try {
      expect(await lastReport(dtc)).toEqual({ findings: [], counts: {}, actions: [] });
      await eventually(async () => (await lastReport(dtc)).sweptAt !== undefined);
    } finally {
      await dtc.close();
    }
  });
});
