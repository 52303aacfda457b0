/**
 * Owns how many transactions there are, by visibility: counts alone, which may be some seconds behind, one after the other, since they
 * search a database that every step of a transaction is written to. Who asks how often is `telemetry/metrics/looked.ts`.
 */
import { countRuns } from '../../engine/ask';
import { type Engine } from '../../engine/engine';
import { needsAttentionKey, transactionStateKey } from '../../engine/facts/searchAttributes';
import { visibly } from '../../engine/facts/status';
import { oursAnd } from '../ours';

/** Counting what a namespace has kept of a month takes its time. */
const countWithinMs = 10_000;

export interface TransactionCounts {
  /** `pending`: those that have not ended, and were not ended from outside. The others: for as long as Temporal keeps them. */
  readonly byStatus: Readonly<Record<'pending' | 'committed' | 'rolledback', number>>;
  readonly needingAttention: number;
}

/** @throws EngineUnavailable */
export async function countTransactions(engine: Engine): Promise<TransactionCounts> {
  const ended = (state: string): string =>
    `ExecutionStatus = 'Completed' AND ${transactionStateKey.name} = '${state}'`;
  const pending = await count(engine, visibly.open);
  const needingAttention = await count(engine, `${visibly.open} AND ${needsAttentionKey.name} = true`);
  const committed = await count(engine, ended('committed'));
  const rolledback = await count(engine, ended('rolledback'));
  return { byStatus: { pending, committed, rolledback }, needingAttention };
}

function count(engine: Engine, condition: string): Promise<number> {
  return countRuns(engine, oursAnd(engine, condition), countWithinMs);
}
