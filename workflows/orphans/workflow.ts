/**
 * Owns one sweep: look, plan, act, report. Its result is the report, and what the next sweep remembers; nothing else is kept,
 * so its history is bounded by the cap on actions. Everything outside is done by activities, what may be done is `planOf`.
 */
import { ActivityCancellationType, ApplicationFailure, log, proxyActivities } from '@temporalio/workflow';
import { type Outcome, grown, mostFindings, reportOf } from '../../src/protocol/orphans/assemble';
import { type Plan, type Seen, planOf } from '../../src/protocol/orphans/plan';
import {
  type Interrupted,
  type Prepared,
  type SweepInput,
  type SweepReport,
} from '../../src/protocol/orphans/report';
import { scanned, settledOf, surveyed } from '../../src/protocol/orphans/results';
import { type SweepActivities } from '../../src/protocol/orphans/steps';
import { notOurs } from '../../src/protocol/wire/shapes';
import { redactUrl } from '../../src/protocol/wire/urls';

const shared = {
  heartbeatTimeout: '5s',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
} as const;

/** A list has many pages. */
const looking = proxyActivities<SweepActivities>({ ...shared, startToCloseTimeout: '5m' });

/** Of what is lost with a worker only the record is: doing it again is harmless. After five workers that stopped or died it is for the next sweep. */
const acting = proxyActivities<SweepActivities>({
  ...shared,
  startToCloseTimeout: '5m',
  retry: { maximumAttempts: 5 },
});

/** Of one kind, in all lists: what the scans bring stands in history. */
const mostScanned = 5000;

/** Few enough that the look right before acting is fresh, and that little goes unrecorded with a lost worker. */
const actionsAtOnce = 20;

export async function orphanSweep(input: SweepInput): Promise<SweepReport> {
  const seen = await look(input);
  const plan = planOf(seen);
  const outcomes = [...(await takeUp(plan)), ...(await settle(seen, plan))];
  const report = reportOf(seen, plan, outcomes);
  const more = grown(seen.survey.memory?.counts, report);
  if (more !== undefined)
    log.warn('the orphan sweep found more than before', { ...more.counts, newest: more.newest });
  return report;
}

async function look(input: SweepInput): Promise<Seen> {
  const { lists, requestTimeoutMs, stuckAfterMs } = input;
  const now = Date.now();
  const most = Math.min(mostFindings, Math.ceil(mostScanned / Math.max(lists.length, 1)));
  const [survey, ...scans] = await Promise.all([
    looking.survey({ now, stuckAfterMs }).then(surveyed),
    ...lists.map(url => looking.scan({ url, most, requestTimeoutMs }).then(scanned)),
  ]);
  if (survey === undefined) throw ApplicationFailure.nonRetryable(`the survey is ${notOurs}`, 'NotOurs');
  return { input, lists: lists.map(redactUrl), now, survey, scans };
}

async function takeUp({ recover }: Plan): Promise<Outcome[]> {
  return inChunks(recover, chunk => acting.takeUp({ ids: chunk.map(each => each.transactionId) }));
}

async function settle({ input, lists }: Seen, { settle: due }: Plan): Promise<Outcome[]> {
  const { requestTimeoutMs, safetyMs } = input;
  const outcomes = lists.map((_shown, list) => {
    const url = input.lists[list] ?? '';
    const ofList = due.filter(each => each.list === list);
    return inChunks(ofList, entries => acting.settle({ url, entries, requestTimeoutMs, safetyMs }));
  });
  return (await Promise.all(outcomes)).flat();
}

async function inChunks<F extends Interrupted | Prepared>(
  findings: readonly F[],
  act: (chunk: readonly F[]) => Promise<unknown>,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let from = 0; from < findings.length; from += actionsAtOnce) {
    const chunk = findings.slice(from, from + actionsAtOnce);
    const settled = settledOf(await act(chunk), { count: chunk.length, now: Date.now() });
    settled.forEach((each, index) => {
      const finding = chunk[index];
      if (finding !== undefined) outcomes.push({ finding, settled: each });
    });
  }
  return outcomes;
}
