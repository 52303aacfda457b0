/**
 * Owns telling what a transaction came to, as numbers: how long it was in each stage is noted as it goes, and told at its end, right
 * before the workflow completes. No event, and no call (`src/engine/endings.ts` says how it is counted once). Nothing is told where a query of
 * a closed run has it replayed with what came after its last task (`queryAhead.ts`): such a run never ended by itself.
 */
import { proxySinks, workflowInfo } from '@temporalio/workflow';
import { type EndedSinks } from '../../src/engine/facts/endedSink';
import { isAheadOfHistory } from '../queryAhead';
import { type Stay, measured, stageSince } from '../../src/protocol/transaction/measured';
import { type Transaction } from '../../src/protocol/transaction/state';

interface Measure {
  readonly note: (before: Transaction, after: Transaction) => void;
  readonly tell: (ended: Transaction) => void;
}

export function measure(first: Transaction): Measure {
  const { transactions } = proxySinks<EndedSinks>();
  const stays: Stay[] = [];
  let since = stageSince(first, Date.now());
  return {
    note: (before, after) => {
      if (before.stage === after.stage) return;
      const now = Date.now();
      stays.push({ stage: before.stage, ms: Math.max(now - since, 0) });
      since = now;
    },
    tell: ended => {
      if (!isAheadOfHistory()) transactions.ended(measured(ended, stays), workflowInfo().historyLength);
    },
  };
}
