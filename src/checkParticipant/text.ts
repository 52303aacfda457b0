/** Owns what a person reads: the table of a report, and the list of checks. */
import { type Check } from './check';
import { type CheckResult, type Report } from './contract';

export function reportText(report: Report): string {
  const width = Math.max(...report.checks.map(({ name }) => name.length));
  const rows = report.checks.flatMap(each => [headLine(each, width), ...detailLines(each)]);
  return [`Participant ${report.participant}`, '', ...rows, '', countLine(report), ''].join('\n');
}

function headLine({ name, result, reason }: CheckResult, width: number): string {
  return `${name.padEnd(width)}  ${result}${reason === undefined ? '' : `: ${reason}`}`;
}

function detailLines({ failure, notes, unsettled, why }: CheckResult): string[] {
  const failed = failure === undefined ? [] : Object.entries({ ...failure, why });
  const others = [
    ...notes.map(note => ['note', note] as const),
    ...unsettled.map(id => ['left', `${id} could not be ended: look after it`] as const),
  ];
  return [...failed, ...others].map(([what, text]) => `    ${what.padEnd(9)} ${text}`);
}

function countLine({ checks, passed, failed, skipped, durationMs }: Report): string {
  const seconds = (durationMs / 1000).toFixed(1);
  return `${checks.length} checks: ${passed} passed, ${failed} failed, ${skipped} skipped (${seconds} s).`;
}

const needs = {
  payload: '--payload',
  refusedPayload: '--refused-payload',
  preparedList: 'a list of what is prepared',
  secret: '--secret',
  masterKey: 'DTC_SIGNING_MASTER_KEY',
  restart: '--restart',
} as const;

export function listText(checks: readonly Check[]): string {
  return checks.map(checkText).join('\n');
}

function checkText({ name, does, why, transactions, commits, needs: need }: Check): string {
  const uses = `${transactions} transaction${transactions === 1 ? '' : 's'}, ${commits} committed`;
  return `${name}\n  ${does}\n  ${why}\n  ${uses}${need === undefined ? '' : `; needs ${needs[need]}`}\n`;
}

/** What `--list --json` prints. */
export function listJson(checks: readonly Check[]): readonly Omit<Check, 'run'>[] {
  return checks.map(({ run, ...about }) => about);
}
