/**
 * A running coordinator's `/metrics`: everything that is promised, documented or asked for by an alert or the dashboard is there, and nothing
 * of ours that is not documented.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ROOT } from '../devServer/fixture';
import { anchorsOf } from '../docs/anchors';
import { newTag } from '../orphans/support/sweeps';
import { type Participants, always, startParticipants } from '../support/participants';
import { type CoordinatorProcess, endProcesses, post, startProcess, untilEnded } from '../support/processes';
import { type Sample, type Scraped, scrape } from '../support/scraped';
import { untilListed } from '../support/temporalCli';
import { eventually, until } from '../support/until';
import { promised } from './contract';
import { type Asked, askedBy } from './queries';

let participants: Participants;
let seen: Scraped;
let notification: string;
let printed: CoordinatorProcess['printed'];

beforeAll(async () => {
  participants = await startParticipants();
  const coordinator = await startProcess({
    ...{
      TEMPORAL_ADDRESS: process.env['TEST_TEMPORAL_ADDRESS'] ?? '',
      DTC_TASK_QUEUE: `metrics-${randomUUID()}`,
    },
    ...{ DTC_COORDINATOR_ID: newTag(), DTC_SWEEP_INTERVAL_MS: '86400000' },
    ...{ DTC_COMPLETION_ATTEMPTS: '1', DTC_RETRY_INITIAL_MS: '50' },
  });
  const { url } = coordinator;
  printed = coordinator.printed;
  participants.on('broken', always('commit', 503));
  participants.on('gone', () => 410);
  const told = {
    participants: [participants.url('a'), participants.url('b')],
    notify: { url: participants.url('gone') },
  };
  const { id } = await post(url, told);
  await untilEnded(url, id);
  notification = `notification:${id}:outcome`;
  const broken = await post(url, [participants.url('broken')]);
  const unknown = `${broken.id.slice(0, -4)}0000`; // which Temporal refuses to describe
  expect((await fetch(`${url}/transactions/${unknown}`)).status).toBe(404);
  await eventually(() => participants.requests(broken.id, 'broken', 'commit').length > 1);
  expect((await fetch(`${url}/orphans/sweep`, { method: 'POST' })).status).toBe(200);
  seen = await until(() => scrape(url), isWhole);
});
afterAll(async () => {
  await endProcesses();
  await participants.close();
});

/** What is looked up, or told by the SDK in its own time, has come. */
function isWhole({ samples }: Scraped): boolean {
  const names = new Set(samples.map(({ name }) => name));
  return [
    'dtc_transactions',
    'dtc_orphans',
    'dtc_attention_total',
    'temporal_request_total',
    'temporal_request_failure_total',
  ].every(each => names.has(each));
}

/** A histogram's samples have names of their own. */
function samplesOf(metric: string): readonly Sample[] {
  return seen.samples.filter(
    ({ name }) =>
      name === metric ||
      (name.startsWith(metric) && /^_(?:bucket|sum|count)$/.test(name.slice(metric.length))),
  );
}

const monitoring = readFileSync(join(ROOT, 'docs/MONITORING.md'), 'utf8');
const rows = new Map(
  [...monitoring.matchAll(/^\| `(dtc_\w+)` \| (\w+)[^|]*?\| (.*) \| (.*) \|$/gm)].map(
    ([row, name = '', type = '']) => [name, { row, type }] as const,
  ),
);

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook_url: string };
}

const rules = (
  parse(readFileSync(join(ROOT, 'deploy/prometheus/alerts.yml'), 'utf8')) as {
    readonly groups: readonly { readonly rules: readonly Rule[] }[];
  }
).groups.flatMap(group => group.rules);

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

const { panels } = JSON.parse(readFileSync(join(ROOT, 'deploy/grafana/coordinator.json'), 'utf8')) as {
  readonly panels: readonly Panel[];
};

describe('what is told', () => {
  it.each(Object.entries(promised))('has %s, documented with its labels', (name, { type, labels }) => {
    expect(seen.types.get(name)).toBe(type);
    expect(rows.get(name)).toMatchObject({ type });
    for (const label of labels) expect(rows.get(name)?.row).toContain(`\`${label}\``);
    const names = new Set(samplesOf(name).flatMap(each => Object.keys(each.labels)));
    names.delete('le');
    // nothing is in flight, perhaps: then there is no sample either
    if (samplesOf(name).length > 0) expect([...names].sort()).toEqual([...labels].sort());
  });

  it('has nothing of ours that is not documented, nor documents what is not there', () => {
    const ours = [...seen.types.keys()].filter(name => name.startsWith('dtc_'));
    expect(ours.filter(name => !rows.has(name))).toEqual([]);
    expect([...rows.keys()].sort()).toEqual(Object.keys(promised).sort());
  });

  it("has the process's own, and those of Temporal's SDK", () => {
    const names = [...seen.types.keys()];
    expect(names).toEqual(
      expect.arrayContaining([
        ...['process_resident_memory_bytes', 'process_cpu_seconds_total', 'nodejs_eventloop_lag_p99_seconds'],
        ...['temporal_request_total', 'temporal_request_latency_seconds', 'temporal_num_pollers'],
      ]),
    );
    expect(seen.sum('temporal_workflow_completed_total', { workflow_type: 'transaction' })).toBe(1);
  });
});

it('has one line of log of a notification that is not wanted, though its workflow fails', async () => {
  await eventually(() => printed.stdout.includes('notification not wanted any more'));
  await untilListed(notification, "ExecutionStatus = 'Failed'");
  expect(printed.stdout).not.toMatch(/Workflow failed|not delivered/);
});

/** Prometheus' own: what is scraped, and by which job. */
const own = { metrics: new Set(['up']), labels: new Set(['job', 'instance']) };
const closed = new Set(['status', 'reason', 'phase', 'kind', 'action', 'result', 'route', 'method']);

/** What of it no server tells. */
function unknownIn({ metric, labels, values }: Asked): string[] {
  if (own.metrics.has(metric)) return [];
  const samples = samplesOf(metric);
  if (samples.length === 0) return [metric];
  const has = (label: string): boolean => own.labels.has(label) || samples.some(each => label in each.labels);
  const told = (label: string, value: string): boolean =>
    monitoring.includes(`\`${value}\``) || samples.some(each => each.labels[label] === value);
  return [
    ...labels.filter(label => !has(label)).map(label => `${metric}{${label}}`),
    ...values
      .filter(([label, value]) => closed.has(label) && !told(label, value))
      .map(([label, value]) => `${metric}{${label}="${value}"}`),
  ];
}

function unknownOf(expression: string): string[] {
  const asked = askedBy(expression);
  expect(asked).not.toEqual([]);
  return asked.flatMap(unknownIn).filter(each => !isEmptyByNature(each));
}

/** Has samples only while something is under way. */
function isEmptyByNature(unknown: string): boolean {
  return unknown === 'dtc_participant_requests_in_flight';
}

describe('alerts', () => {
  it.each(rules.map(rule => [rule.alert, rule] as const))(
    '%s asks for what there is, and says what to do',
    (name, rule) => {
      expect(unknownOf(rule.expr)).toEqual([]);
      expect(rule.labels.severity).toMatch(/^(?:critical|warning|info)$/);
      expect(rule.annotations.summary).toMatch(/^.{30,}\.$/);
      const [page = '', anchor = ''] = rule.annotations.runbook_url.split('#');
      expect(page).toBe('docs/OPERATIONS.md');
      expect(anchorsOf(readFileSync(join(ROOT, page), 'utf8'))).toContain(anchor);
      expect(monitoring).toContain(`\`${name}\``);
    },
  );

  it('are all there are in the documentation', () => {
    const named = [...monitoring.matchAll(/`(Dtc\w+)`/g)].map(([, name = '']) => name);
    expect(named.filter(name => !rules.some(rule => rule.alert === name))).toEqual([]);
    const withoutOne = [...rows].filter(([, { row }]) => !/`Dtc\w+`/.test(row)).map(([name]) => name);
    expect(withoutOne).toEqual([]);
  });
});

describe('the dashboard', () => {
  const targets = panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => [title, expr] as const),
  );

  it.each(targets)('%s: %s', (_, expr) => {
    expect(unknownOf(expr)).toEqual([]);
  });

  it('shows every metric of ours', () => {
    const shown = new Set(
      targets.flatMap(([, expr]) => askedBy(expr)).map(({ metric }) => metric.replace(/_bucket$/, '')),
    );
    expect(Object.keys(promised).filter(name => !shown.has(name))).toEqual([]);
  });
});

it.each([
  ['sum(dtc_nothing_total)', 'dtc_nothing_total'],
  ['sum by (kind) (dtc_transactions)', 'dtc_transactions{kind}'],
  ['dtc_orphans{kind="lost"}', 'dtc_orphans{kind="lost"}'],
])('finds what no server tells: %s', (expression, unknown) => {
  expect(unknownOf(expression)).toEqual([unknown]);
});

it('finds what is no PromQL', () => {
  expect(() => askedBy('sum(rate(dtc_transactions[5m])')).toThrow('no PromQL');
});
