/** Owns which changes of a transaction are worth a line of log. */
import { type Phase, timestamp } from '../../src/protocol/wire/phases';
import { hostOf } from '../../src/protocol/wire/urls';
import { heuristicOf, heuristicOfOne, statusOf } from '../../src/protocol/transaction/outcome';
import { type OperatorAction, type Transaction, phaseOf } from '../../src/protocol/transaction/state';
import { given } from '../../src/protocol/wire/given';
import { urlOf } from './requests';

export interface LogLine {
  readonly level: 'info' | 'warn';
  readonly message: string;
  readonly fields: Record<string, unknown>;
}

export function logLines(before: Transaction | undefined, after: Transaction): LogLine[] {
  if (before === undefined) return takenUp(after);
  return [
    ...decided(before, after),
    ...operated(before, after),
    ...attention(before, after),
    ...ended(before, after),
  ];
}

function line(
  t: Transaction,
  level: LogLine['level'],
  { message, ...fields }: Record<string, unknown> & { message: string },
): LogLine {
  return { level, message, fields: { transactionId: t.id, ...fields } };
}

/** Where the requests of the phase go to, or those of prepare. Undefined where nobody of that name takes part. */
function hostNamed(t: Transaction, name: string | undefined, phase: Phase = 'prepare'): string | undefined {
  const found = t.participants.find(p => p.target.name === name);
  return found === undefined ? undefined : hostOf(urlOf(found, phase));
}

function takenUp(t: Transaction): LogLine[] {
  const last = t.recoveries?.at(-1);
  if (last === undefined) return [];
  const { from, why } = last;
  const more = { from, stage: t.stage, ...given({ decision: t.decision }) };
  return [line(t, 'warn', { message: `taken up again: its run had been ${why}`, ...more })];
}

function decided(before: Transaction, after: Transaction): LogLine[] {
  if (before.decision !== undefined || after.decision === undefined) return [];
  const { decision, reason } = after;
  const host = hostNamed(after, reason?.participant);
  return [line(after, 'info', { message: `decided ${decision}`, decision, ...given({ reason, host }) })];
}

function operated(before: Transaction, after: Transaction): LogLine[] {
  // not by the count: repeats, and messages past the limit, are counted without being written down
  const fresh: readonly OperatorAction[] = after.actions.filter(action => !before.actions.includes(action));
  return fresh.map(({ action, ...rest }) =>
    line(after, 'warn', {
      message: `${action} ${rest.ignored === undefined ? 'applied' : 'ignored'}`,
      ...rest,
      ...given({ host: hostNamed(after, rest.participant, phaseOf[before.stage]) }),
    }),
  );
}

function attention(before: Transaction, after: Transaction): LogLine[] {
  return after.participants
    .filter((p, i) => p.attention && before.participants[i]?.attention !== true)
    .map(p => {
      const { at = 0, ...failure } = p.lastFailure ?? {};
      const error = { ...failure, at: timestamp(at) };
      const host = hostOf(urlOf(p, phaseOf[after.stage] ?? 'prepare'));
      const fields = { participant: p.target.name, host, attempts: p.attempts, error };
      return line(after, 'warn', { message: 'needs attention: still trying', ...fields });
    });
}

function ended(before: Transaction, after: Transaction): LogLine[] {
  if (before.stage === 'ended' || after.stage !== 'ended') return [];
  const durationMs = (after.endedAt ?? 0) - after.accepted.createdAt;
  const message = `ended ${statusOf(after)}`;
  const heuristic = heuristicOf(after);
  if (heuristic === undefined) return [line(after, 'info', { message, durationMs })];
  return [line(after, 'warn', { message, durationMs, heuristic, of: otherwise(after) })];
}

/** Who ended, or may have ended, otherwise than decided. */
function otherwise(t: Transaction): object[] {
  return t.participants.flatMap(p => {
    const heuristic = heuristicOfOne(t, p);
    if (heuristic === undefined) return [];
    const { name } = p.target;
    return [{ participant: name, ...given({ host: hostNamed(t, name, t.decision) }), heuristic }];
  });
}
