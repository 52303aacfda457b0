/**
 * Owns what may be believed of the result of an activity of the sweep: any worker on the task queue may have given it. What is
 * none of ours is trouble, never a finding: O1 and O3 hold, since nothing is acted on that no scan of ours has seen.
 */
import { type Ms } from '../wire/phases';
import { isAmount, isListOf, isOneOf, isOptional, isText, membersOf, notOurs } from '../wire/shapes';
import { isFailure } from '../transaction/results';
import { type Stuck, type Undelivered } from './report';
import { type InterruptedRun, type Memory, type Scan, type Settled, type Survey } from './steps';

const resultNotOurs = `its result is ${notOurs}`;

/** Undefined where it is none of ours: without it nothing is known. */
export function surveyed(result: unknown): Survey | undefined {
  const { memory, interrupted, interruptedCount, stuck, stuckCount, undelivered, undeliveredCount } =
    membersOf(result);
  const isOurs =
    isOptional(isMemory, memory) &&
    isListOf(isInterrupted, interrupted) &&
    isListOf(isStuck, stuck) &&
    isOptional(value => isListOf(isUndelivered, value), undelivered) &&
    isOptional(isAmount, undeliveredCount) &&
    [interruptedCount, stuckCount].every(isAmount);
  return isOurs ? (result as Survey) : undefined;
}

const counted = ['entries', 'foreign', 'running', 'prepared', 'unknown'] as const;

/** What is none of ours is a list that was not read. */
export function scanned(result: unknown): Scan {
  const { counts, decided, unknown, interrupted, trouble } = membersOf(result);
  const numbers = membersOf(counts);
  const isOurs =
    counted.every(each => isAmount(numbers[each])) &&
    isListOf(isDecided, decided) &&
    isListOf(isUnknown, unknown) &&
    isListOf(isInterrupted, interrupted) &&
    isOptional(isText, trouble);
  return isOurs ? (result as Scan) : { ...unread, trouble: `it was not read: ${resultNotOurs}` };
}

const unread: Scan = {
  counts: { entries: 0, foreign: 0, running: 0, prepared: 0, unknown: 0 },
  ...{ decided: [], unknown: [], interrupted: [] },
};

/** One for each of `count`, in order; what is none of ours failed. */
export function settledOf(
  result: unknown,
  { count, now }: { readonly count: number; readonly now: Ms },
): Settled[] {
  const given: readonly unknown[] = Array.isArray(result) ? result : [];
  return Array.from({ length: count }, (_, index) => {
    const each = given[index];
    return isSettled(each) ? each : { is: 'failed', at: now, detail: resultNotOurs };
  });
}

function isSettled(value: unknown): value is Settled {
  const { is, at, detail } = membersOf(value);
  switch (is) {
    case 'done':
      return isAmount(at);
    case 'failed':
      return isAmount(at) && isText(detail);
    case 'unread':
    case 'forced':
    case 'unreplayable':
      return isText(detail);
    default:
      return isOneOf(['gone', 'stranger'], is);
  }
}

/** What it holds was a result of ours, in the record. */
function isMemory(value: unknown): value is Memory {
  const { lists, findings, counts } = membersOf(value);
  return (
    isListOf(isText, lists) && Array.isArray(findings) && Object.values(membersOf(counts)).every(isAmount)
  );
}

function isInterrupted(value: unknown): value is InterruptedRun {
  const { transactionId, endedAt } = membersOf(value);
  return isText(transactionId) && isAmount(endedAt);
}

function isStuck(value: unknown): value is Stuck {
  const { kind, transactionId, since, state, needsAttention, detail, command } = membersOf(value);
  return (
    kind === 'stuck' &&
    [transactionId, state, detail].every(isText) &&
    isAmount(since) &&
    typeof needsAttention === 'boolean' &&
    isOptional(isText, command)
  );
}

function isUndelivered(value: unknown): value is Undelivered {
  const { kind, id, runId, transactionId, type, url, since, attempts, why, gaveUpAt } = membersOf(value);
  return (
    kind === 'undelivered' &&
    [id, transactionId, type, url].every(isText) &&
    isAmount(since) &&
    isOptional(isText, runId) &&
    isOptional(isAmount, attempts) &&
    isOptional(isFailure, why) &&
    isOptional(isAmount, gaveUpAt)
  );
}

function isDecided(value: unknown): value is Scan['decided'][number] {
  const { transactionId, participant, decision } = membersOf(value);
  return isText(transactionId) && isText(participant) && isOneOf(['commit', 'rollback'], decision);
}

function isUnknown(value: unknown): value is Scan['unknown'][number] {
  const { transactionId, participant, expired } = membersOf(value);
  return isText(transactionId) && isText(participant) && typeof expired === 'boolean';
}
