/** Owns the report as text. */
import { type Violation } from '../checker/violation';
import { type Totals, verdictOf } from './totals';

const shownViolations = 40;

export function textReport(command: string, totals: Totals, violations: readonly Violation[]): string {
  const {
    orders,
    unaccepted,
    committed,
    rolledBack,
    requests,
    unanswered,
    calls,
    notifications,
    events,
    spoiled,
  } = totals;
  const { planned, carriedOut } = totals.allFaults;
  const recovery = new Map(totals.recoveries.map(each => [each.fault, each]));
  return [
    command,
    '',
    `${orders} orders: ${committed} known to be committed, ${rolledBack} rolled back; of ${unaccepted} no client was told an id`,
    `${requests} requests of clients, ${unanswered} of them without an answer; ${calls} requests at participants with a journal`,
    `${notifications} notifications, ${events} events`,
    '',
    `${carriedOut} faults were carried out of ${planned} planned${planned > carriedOut ? '; the time was over before the turn of the others came' : ''}`,
    `  ${'kind'.padEnd(20)} carried out, planned   first outcome after its end: median, longest`,
    ...[...totals.faults].map(([fault, times]) => {
      const found = recovery.get(fault);
      const soon = found === undefined ? '' : `${seconds(found.medianMs)}  ${seconds(found.longestMs)}`;
      return `  ${fault.padEnd(20)} ${count(times.carriedOut, 11)}  ${count(times.planned, 7)}   ${soon}`.trimEnd();
    }),
    ...(totals.deaths.size === 0
      ? []
      : [
          '',
          'processes that ended by themselves, and were started again:',
          ...[...totals.deaths].map(([how, times]) => `  ${how} (${times})`),
        ]),
    ...(spoiled.length === 0
      ? []
      : [
          '',
          `spoiled by Temporal, which wrote a pause down so that nobody can go on with them (${spoiled.length}), and not judged by what they leave behind:`,
          ...spoiled.map(workflowId => `  ${workflowId}`),
        ]),
    '',
    `verdict: ${verdictOf(violations)}`,
    ...violations.slice(0, shownViolations).map(({ rule, what }) => `  ${rule}: ${what}`),
    ...(violations.length > shownViolations ? [`  and ${violations.length - shownViolations} more`] : []),
    '',
  ].join('\n');
}

const count = (times: number, width: number): string => String(times).padStart(width);

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2).padStart(6)} s`;
}
