/**
 * Owns every metric of this program by name, label and unit (PROTOCOL §3; docs/MONITORING.md says what each means), and one function for
 * each thing that is counted. Whoever calls one has seen the thing happen, once:
 *
 * - *started*: the front end that started it, once Temporal has confirmed that (a start of unknown result: `doubts.ts`).
 * - *ended*, its seconds, phases, lock wait and heuristic: the worker whose last workflow task Temporal has recorded (`engine/endings.ts`).
 * - *attention*: the first attempt of the call that follows (`workflows/transaction/raised.ts`).
 * - requests, waits, actions of the sweep: whoever makes them. A request that is repeated is another request.
 *
 * Counters are of one process and begin at zero with it, as Prometheus expects; a sum over all processes is the whole.
 */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { type Measured } from '../../protocol/transaction/measured';
import { reasonCodes } from '../../protocol/transaction/state';
import { busy } from '../../protocol/wire/answers';
import { type Ms, type Phase } from '../../protocol/wire/phases';
import { type CallLog } from '../callLog';
import { type NotificationLog } from '../notificationLog';
import { type ActionLog } from '../sweepLog';
import { type LookedUp, addLookedUp } from './gauges';
import { hostLabels } from './hosts';

export interface Answered {
  readonly method: string;
  /** The pattern, never a path with an id in it. */
  readonly route: string;
  /** `499`: the client had gone before. */
  readonly code: number;
  readonly ms: Ms;
}

export type Metrics = ReturnType<typeof createMetrics>;

const quick = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const long = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600, 21_600, 86_400];

/** What may be counted is there with zero from the start: Prometheus sees no increase in what only appears. */
const known = {
  ended: [
    { status: 'committed', reason: 'none' },
    ...reasonCodes.map(reason => ({ status: 'rolledback', reason })),
  ],
  heuristics: ['mixed', 'hazard'],
  phases: ['prepare', 'commit', 'rollback'],
  sweepActions: ['recover', 'commit', 'rollback'],
  notifications: ['delivered', 'failed', 'gone', 'undelivered'],
} as const;

export function createMetrics(lookedUp: LookedUp = {}) {
  const registry = new Registry();
  const registers = [registry];
  const labelOf = hostLabels();
  addLookedUp(registry, lookedUp, labelOf);

  const startedTotal = new Counter({
    registers,
    name: 'dtc_transactions_started_total',
    help: 'Transactions that were accepted, each once however often its request was sent.',
  });
  const endedTotal = new Counter({
    registers,
    name: 'dtc_transactions_ended_total',
    help: 'Transactions that ended, by what was reported and why they rolled back (none: they did not).',
    labelNames: ['status', 'reason'],
  });
  const transactionSeconds = new Histogram({
    registers,
    name: 'dtc_transaction_seconds',
    help: 'From the acceptance of a transaction to its end.',
    labelNames: ['status'],
    buckets: long,
  });
  const phaseSeconds = new Histogram({
    registers,
    name: 'dtc_phase_seconds',
    help: 'How long a transaction that ended was in each phase.',
    labelNames: ['phase'],
    buckets: long,
  });
  const requestsTotal = new Counter({
    registers,
    name: 'dtc_participant_requests_total',
    help: 'Requests to participants, by what came of them.',
    labelNames: ['host', 'phase', 'result'],
  });
  const requestSeconds = new Histogram({
    registers,
    name: 'dtc_participant_request_seconds',
    help: 'One request to a participant, the wait for a place to send it included.',
    labelNames: ['host', 'phase'],
    buckets: quick,
  });
  const bulkheadWait = new Histogram({
    registers,
    name: 'dtc_bulkhead_wait_seconds',
    help: 'How long a request that leaves waited in this process for a place to be sent, or until it was turned away.',
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.8, 1],
  });
  const lockWait = new Histogram({
    registers,
    name: 'dtc_lock_wait_seconds',
    help: 'How long a transaction waited for all of its locks, or a caller for one, whether they got them or not.',
    buckets: quick,
  });
  const attentionTotal = new Counter({
    registers,
    name: 'dtc_attention_total',
    help: 'Participants that came to need attention: they were asked as often as configured, and still are.',
    labelNames: ['host'],
  });
  const heuristicsTotal = new Counter({
    registers,
    name: 'dtc_heuristics_total',
    help: 'Transactions that ended with a participant that did, or may have done, otherwise than decided.',
    labelNames: ['kind'],
  });
  const orphanActions = new Counter({
    registers,
    name: 'dtc_orphan_actions_total',
    help: 'What orphan sweeps did, by whether it succeeded.',
    labelNames: ['action', 'result'],
  });
  const notificationsTotal = new Counter({
    registers,
    name: 'dtc_notifications_total',
    help: 'Requests to receivers of notifications, by what came of the notification (failed: it is tried again).',
    labelNames: ['result'],
  });
  const httpRequests = new Counter({
    registers,
    name: 'dtc_http_requests_total',
    help: 'Requests to this process, by route and status (499: the client had gone).',
    labelNames: ['method', 'route', 'code'],
  });
  const httpSeconds = new Histogram({
    registers,
    name: 'dtc_http_request_seconds',
    help: 'From the arrival of a request to its answer, what it waited for on purpose included.',
    labelNames: ['method', 'route'],
    buckets: quick,
  });
  const waitingRequests = new Gauge({
    registers,
    name: 'dtc_waiting_requests',
    help: 'Requests that wait on purpose (Prefer: wait) in this process.',
  });

  for (const labels of known.ended) endedTotal.inc(labels, 0);
  for (const status of ['committed', 'rolledback']) transactionSeconds.zero({ status });
  for (const phase of known.phases) phaseSeconds.zero({ phase });
  for (const kind of known.heuristics) heuristicsTotal.inc({ kind }, 0);
  for (const action of known.sweepActions)
    for (const result of ['done', 'failed']) orphanActions.inc({ action, result }, 0);
  for (const result of known.notifications) notificationsTotal.inc({ result }, 0);

  return {
    registry,
    /** Once a process: its own memory, CPU, event loop. */
    addProcess: () => {
      collectDefaultMetrics({ register: registry });
    },
    started: () => {
      startedTotal.inc();
    },
    ended: ({ status, reason, heuristic, totalMs, phases, locksMs }: Measured) => {
      endedTotal.inc({ status, reason: reason ?? 'none' });
      transactionSeconds.observe({ status }, totalMs / 1_000);
      for (const { phase, ms } of phases) phaseSeconds.observe({ phase }, ms / 1_000);
      if (heuristic !== undefined) heuristicsTotal.inc({ kind: heuristic });
      if (locksMs !== undefined) lockWait.observe(locksMs / 1_000);
    },
    /** What found no place was no request (PROTOCOL §2). */
    called: ({ host, phase, result, error, durationMs }: CallLog) => {
      if (error?.code === busy) return;
      const labels: { readonly host: string; readonly phase: Phase } = { host: labelOf(host), phase };
      requestsTotal.inc({ ...labels, result });
      requestSeconds.observe(labels, durationMs / 1_000);
    },
    placeWaited: (ms: Ms) => {
      bulkheadWait.observe(ms / 1_000);
    },
    lockWaited: (ms: Ms) => {
      lockWait.observe(ms / 1_000);
    },
    attention: (host: string) => {
      attentionTotal.inc({ host: labelOf(host) });
    },
    swept: ({ action, done }: ActionLog) => {
      orphanActions.inc({ action, result: done ? 'done' : 'failed' });
    },
    notified: ({ result }: Pick<NotificationLog, 'result'>) => {
      notificationsTotal.inc({ result });
    },
    answered: ({ method, route, code, ms }: Answered) => {
      httpRequests.inc({ method, route, code });
      httpSeconds.observe({ method, route }, ms / 1_000);
    },
    waiting: (count: number) => {
      waitingRequests.set(count);
    },
  };
}
