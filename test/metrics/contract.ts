/** Owns the names and labels that are promised (docs/MONITORING.md): people write alerts and dashboards against them. */

interface Promised {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
}

const counter = (...labels: string[]): Promised => ({ type: 'counter', labels });
const gauge = (...labels: string[]): Promised => ({ type: 'gauge', labels });
const histogram = (...labels: string[]): Promised => ({ type: 'histogram', labels });

export const promised: Readonly<Record<string, Promised>> = {
  dtc_transactions_started_total: counter(),
  dtc_transactions_ended_total: counter('status', 'reason'),
  dtc_transaction_seconds: histogram('status'),
  dtc_phase_seconds: histogram('phase'),
  dtc_participant_requests_total: counter('host', 'phase', 'result'),
  dtc_participant_request_seconds: histogram('host', 'phase'),
  dtc_participant_requests_in_flight: gauge('host'),
  dtc_bulkhead_wait_seconds: histogram(),
  dtc_lock_wait_seconds: histogram(),
  dtc_attention_total: counter('host'),
  dtc_heuristics_total: counter('kind'),
  dtc_transactions: gauge('status'),
  dtc_transactions_needing_attention: gauge(),
  dtc_orphans: gauge('kind'),
  dtc_orphan_actions_total: counter('action', 'result'),
  dtc_notifications_total: counter('result'),
  dtc_http_requests_total: counter('method', 'route', 'code'),
  dtc_http_request_seconds: histogram('method', 'route'),
  dtc_waiting_requests: gauge(),
};
