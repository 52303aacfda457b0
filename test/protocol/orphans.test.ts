/** What a sweep may do is pure: two sights, their distance and the cap, by the clock that the test sets. */
import { grown, reportOf } from '../../src/protocol/orphans/assemble';
import { type Seen, planOf, settlingMs } from '../../src/protocol/orphans/plan';
import { type Finding, type SweepReport } from '../../src/protocol/orphans/report';
import { surveyed } from '../../src/protocol/orphans/results';
import { type Memory, type Scan } from '../../src/protocol/orphans/steps';
import { orphansDocument } from '../../src/protocol/orphans/words';

const where = 'http://a/prepared';
const safetyMs = 120_000;
const nobody: Scan = {
  counts: { entries: 0, foreign: 0, running: 0, prepared: 0, unknown: 0 },
  ...{ decided: [], unknown: [], interrupted: [] },
};
const entry = { transactionId: 'testt1', participant: 'p1', decision: 'commit' } as const;

function seen(more: {
  readonly now?: number;
  readonly memory?: Memory;
  readonly scan?: Partial<Scan>;
  readonly input?: Partial<Seen['input']>;
  readonly survey?: Partial<Seen['survey']>;
}): Seen {
  const input = {
    version: 1,
    lists: [where],
    safetyMs,
    maxActions: 100,
    stuckAfterMs: 1,
    requestTimeoutMs: 1,
  } as const;
  const survey = { interrupted: [], interruptedCount: 0, stuck: [], stuckCount: 0, ...more.survey };
  return {
    input: { ...input, dryRun: false, ...more.input },
    lists: [where],
    now: more.now ?? 1_000_000,
    survey: { ...survey, ...(more.memory === undefined ? {} : { memory: more.memory }) },
    scans: [{ ...nobody, ...more.scan }],
  };
}

function sweep(it: Seen): SweepReport {
  return reportOf(it, planOf(it), []);
}

const listed = { scan: { decided: [entry] } };

it('acts on the second sight once the first is as old as the safety, not a millisecond before', () => {
  const first = sweep(seen({ ...listed, now: 0 }));
  expect(planOf(seen({ ...listed, memory: first, now: safetyMs - 1 })).settle).toEqual([]);
  const second = sweep(seen({ ...listed, memory: first, now: safetyMs - 1 }));
  expect(planOf(seen({ ...listed, memory: second, now: safetyMs })).settle).toMatchObject([{ since: 0 }]);
});

it('never acts on a first sight, however long ago the participant says that it prepared', () => {
  expect(planOf(seen(listed)).settle).toEqual([]);
});

it('takes another decision for another sight', () => {
  const rollback = { scan: { decided: [{ ...entry, decision: 'rollback' }] } } as const;
  const first = sweep(seen({ ...rollback, now: 0 }));
  expect(planOf(seen({ ...listed, memory: first })).settle).toEqual([]);
});

it('takes an entry of another list for another sight', () => {
  const first = { ...sweep(seen({ ...listed, now: 0 })), lists: ['http://b/prepared'] };
  expect(planOf(seen({ ...listed, memory: first })).settle).toEqual([]);
});

it('never acts on an unknown id, in any number of sweeps', () => {
  const scan = { unknown: [{ transactionId: 'testt2', participant: 'p1', expired: false }] };
  let memory: SweepReport | undefined;
  for (const now of [0, safetyMs, 10 * safetyMs]) {
    const it: Seen = seen({ scan, now, ...(memory === undefined ? {} : { memory }) });
    expect(planOf(it)).toMatchObject({ recover: [], settle: [] });
    memory = sweep(it);
  }
  expect(memory?.findings).toMatchObject([{ kind: 'unknown', since: 0 }]);
});

it('counts taking up and sending towards one cap, taking up first', () => {
  const interrupted = [{ transactionId: 'testt3', endedAt: 0 }];
  const memory = sweep(seen({ ...listed, now: 0 }));
  const plan = planOf(seen({ ...listed, memory, survey: { interrupted }, input: { maxActions: 1 } }));
  expect([plan.recover.length, plan.settle.length]).toEqual([1, 0]);
  expect(plan.left).toMatchObject([{ kind: 'prepared', left: 'capped' }]);
});

it('leaves a transaction alone in the moment in which it was ended', () => {
  const survey = { interrupted: [{ transactionId: 'testt3', endedAt: 1000 }] };
  expect(planOf(seen({ survey, now: 999 + settlingMs })).recover).toEqual([]);
  expect(planOf(seen({ survey, now: 1000 + settlingMs })).recover).toHaveLength(1);
});

it('keeps a bounded report, and counts the rest', () => {
  const decided = Array.from({ length: 3000 }, (_, i) => ({ ...entry, transactionId: `testt${i}` }));
  const counts = { ...nobody.counts, prepared: 9000, entries: 9000 };
  const report = sweep(seen({ scan: { decided, counts } }));
  expect(report.findings).toHaveLength(1000);
  expect(report.counts.prepared).toBe(9000);
  expect(JSON.stringify(report).length).toBeLessThan(500_000);
});

it('does not let those that fail take the place of those that wait', () => {
  const others = Array.from({ length: 5 }, (_, i) => ({ ...entry, transactionId: `testt${i}` }));
  const before: Finding[] = others.map((each, i) => ({
    ...{ kind: 'prepared', ...each, list: 0, since: 0 },
    left: i < 3 ? 'failed' : 'waits',
  }));
  const memory = { ...sweep(seen({})), findings: before };
  const plan = planOf(seen({ scan: { decided: others }, memory, input: { maxActions: 2 } }));
  expect(plan.settle.map(({ transactionId }) => transactionId)).toEqual(['testt3', 'testt4']);
});

describe('what there is more of than before', () => {
  const unknown = (count: number): Partial<Scan> => ({
    unknown: Array.from({ length: count }, (_, i) => ({
      ...{ transactionId: `testt${i}`, participant: 'p1', expired: false },
    })),
  });

  it('is named, by its list or by transaction and participant', () => {
    const report = sweep(seen({ scan: { ...unknown(1), trouble: 'answered 500' } }));
    expect(grown(undefined, report)).toEqual({
      counts: { unknown: 1, unreachable: 1 },
      newest: { unknown: ['testt0 p1'], unreachable: [where] },
    });
  });

  it('is said once', () => {
    const report = sweep(seen({ scan: unknown(2) }));
    expect(grown(report.counts, report)).toBeUndefined();
    expect(grown(report.counts, sweep(seen({ scan: unknown(1) })))).toBeUndefined();
  });

  it('is five of a kind at most, and what was found last', () => {
    const first = sweep(seen({ scan: unknown(90), now: 0 }));
    const scan = { unknown: [...(unknown(90).unknown ?? [])] };
    scan.unknown.splice(10, 0, { transactionId: 'testtnew', participant: 'p2', expired: false });
    const more = grown(first.counts, sweep(seen({ scan, memory: first, now: 1 })));
    expect(more?.counts).toEqual({ unknown: 91 });
    expect(more?.newest['unknown']).toHaveLength(5);
    expect(more?.newest['unknown']?.[0]).toBe('testtnew p2');
  });
});

const untold = {
  kind: 'undelivered',
  id: 'notification:testt1:outcome',
  transactionId: 'testt1',
  type: 'transaction.outcome',
  url: 'http://shop/told',
  since: 0,
} as const;
const why = { code: 'unavailable', status: 500, message: 'answered 500' };

it('lists what was not delivered, with what a person can do, and remembers none of it', () => {
  const neverBegun = { ...untold, neverBegun: true } as const;
  const undelivered = [{ ...untold, attempts: 7, why, gaveUpAt: 1_000 }, untold, neverBegun];
  const report = sweep(seen({ survey: { undelivered, undeliveredCount: 3 } }));
  expect(report.counts.undelivered).toBe(3);
  const about = { kind: 'undelivered', id: untold.id, transactionId: 'testt1', where: 'http://shop/told' };
  expect(orphansDocument(report).findings).toMatchObject([
    {
      ...about,
      ...{ attempts: 7, lastError: why, gaveUpAt: '1970-01-01T00:00:01.000Z' },
      command: expect.stringContaining('temporal workflow reset') as string,
    },
    { ...about, command: expect.stringContaining('temporal activity reset') as string },
    {
      ...{ ...about, willDo: 'nothing: a person has to' },
      command: expect.stringContaining(
        `temporal workflow signal --workflow-id ${untold.id} --name wake`,
      ) as string,
    },
  ]);
  expect(grown(undefined, report)).toMatchObject({ counts: { undelivered: 3 } });
});

it('believes a survey of before there were notifications, and none with one that makes no sense', () => {
  const survey = { interrupted: [], interruptedCount: 0, stuck: [], stuckCount: 0 };
  expect(surveyed(survey)).toEqual(survey);
  expect(surveyed({ ...survey, undelivered: [untold], undeliveredCount: 1 })).toBeDefined();
  expect(surveyed({ ...survey, undelivered: [{ ...untold, since: 'now' }] })).toBeUndefined();
});
