import { WorkerUnavailable } from '../../src/coordinator/errors';
import { type SweepReport } from '../../src/protocol/orphans/report';
import { Harness, problem } from './harness';

const report: SweepReport = {
  version: 1,
  sweptAt: Date.parse('2026-01-01T00:10:00.000Z'),
  dryRun: false,
  ...{ safetyMs: 1000, maxActions: 5, lists: ['http://a/hotel/prepared'] },
  findings: [
    {
      kind: 'unknown',
      ...{ transactionId: 'testt1', participant: 'hotel', list: 0, expired: false },
      since: Date.parse('2026-01-01T00:00:00.000Z'),
    },
  ],
  actions: [],
  counts: {
    ...{ interrupted: 0, prepared: 0, unknown: 1, stuck: 0, unreachable: 0 },
    ...{ entries: 1, foreign: 0, running: 0, actions: 0 },
  },
};

let api: Harness;
beforeEach(async () => (api = await Harness.start()));
afterEach(() => api.close());

it('has no report before the first sweep', async () => {
  const { status, json } = await api.call('/orphans');
  expect([status, json]).toEqual([200, { findings: [], counts: {}, actions: [] }]);
});

it('answers with the last report, in words', async () => {
  api.orphans.report = report;
  const { status, json } = await api.call('/orphans');
  expect(status).toBe(200);
  expect(json).toMatchObject({
    sweptAt: '2026-01-01T00:10:00.000Z',
    findings: [
      {
        ...{
          kind: 'unknown',
          transactionId: 'testt1',
          participant: 'hotel',
          where: 'http://a/hotel/prepared',
        },
        since: '2026-01-01T00:00:00.000Z',
        willDo: expect.stringMatching(/^nothing/) as string,
        why: expect.any(String) as string,
        command: expect.stringContaining('settle-participant') as string,
      },
    ],
    counts: { unknown: 1 },
    actions: [],
  });
});

it('says in commands of the CLI where Temporal is', async () => {
  const about = { since: 0, transactionId: 'testt1' };
  const told = { ...about, id: 'notification:testt1:end', type: 'transaction.end', url: 'http://shop/told' };
  api.orphans.report = {
    ...report,
    findings: [
      { kind: 'interrupted', ...about, left: 'unreplayable' },
      { kind: 'undelivered', ...told },
      { kind: 'undelivered', ...told, gaveUpAt: 1 },
      ...report.findings,
    ],
  };
  const { json } = await api.call('/orphans');
  const commands = (json['findings'] as { command: string }[]).map(({ command }) => command);
  const options = '--address temporal.example:7233 --namespace shop';
  expect(commands).toEqual([
    `temporal workflow show --workflow-id testt1 ${options}`,
    `temporal activity reset --workflow-id notification:testt1:end --activity-id notify ${options}`,
    `temporal workflow reset --workflow-id notification:testt1:end --type FirstWorkflowTask --reason "send it again" ${options}`,
    expect.not.stringContaining('temporal'),
  ]);
  api.orphans.swept = { is: 'swept', report: api.orphans.report };
  expect((await api.call('/orphans/sweep', { method: 'POST' })).json).toEqual(json);
});

it('sweeps without a body and its type, but not for a web page', async () => {
  api.orphans.swept = { is: 'swept', report };
  expect((await api.call('/orphans/sweep', { method: 'POST' })).status).toBe(200);
  const headers = { origin: 'https://evil.example' };
  const answer = await api.call('/orphans/sweep', { method: 'POST', headers });
  expect(answer).toEqual(problem('unsupported-media-type', 415));
});

it('sweeps now and answers with the report', async () => {
  api.orphans.swept = { is: 'swept', report };
  const { status, json } = await api.call('/orphans/sweep', { json: { dryRun: true } });
  expect([status, json['sweptAt']]).toEqual([200, '2026-01-01T00:10:00.000Z']);
  expect(api.orphans.asked).toMatchObject([{ dryRun: true }]);
});

it('sweeps for real where nothing is said', async () => {
  await api.call('/orphans/sweep', { json: {} });
  expect(api.orphans.asked).toMatchObject([{ dryRun: false }]);
});

it('says where to look when a sweep takes longer than is waited for', async () => {
  const { status, headers, json } = await api.call('/orphans/sweep', { json: {} });
  expect([status, headers['location']]).toEqual([202, '/orphans']);
  expect(json).toEqual({ workflowId: 'orphan-sweep-test-asked-1', report: '/orphans' });
});

it('answers 503 with retry-after where there is no worker', async () => {
  api.orphans.swept = new WorkerUnavailable('no worker has begun the sweep');
  const answer = await api.call('/orphans/sweep', { json: {} });
  expect(answer).toEqual(problem('worker-unavailable', 503));
  expect(answer.headers['retry-after']).toBe('1');
});

it('refuses a body that is none', async () => {
  const answer = await api.call('/orphans/sweep', { json: { dryRun: 'yes', dry: true } });
  expect(answer).toEqual(
    problem('invalid-request', 400, {
      errors: [
        { pointer: '#/dryRun', value: 'yes', message: 'must be true or false' },
        { pointer: '#/dry', message: 'unknown field; known: dryRun' },
      ],
    }),
  );
  expect(api.orphans.asked).toEqual([]);
});

it('knows one method each', async () => {
  const deleted = await api.call('/orphans', { method: 'DELETE' });
  expect(deleted).toEqual(problem('method-not-allowed', 405));
  expect((await api.call('/orphans/sweep')).headers['allow']).toBe('POST');
});

it.each(['client', 'participant'])('is for operators, not for a %s', async role => {
  const token = 'a-token-of-sixteen';
  const guarded = await Harness.start({ DTC_API_TOKENS: `caller:${role}:${token}` });
  const headers = { authorization: `Bearer ${token}` };
  expect(await guarded.call('/orphans', { headers })).toEqual(problem('role-not-allowed', 403));
  expect(await guarded.call('/orphans/sweep', { headers, json: {} })).toEqual(
    problem('role-not-allowed', 403),
  );
  expect((await guarded.call('/orphans')).status).toBe(401);
  await guarded.close();
});
