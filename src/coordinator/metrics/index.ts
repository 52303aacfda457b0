/**
 * Owns what metrics need of Temporal: counts of what there is, and what became of that of which Temporal's own word was lost. Nothing of
 * it is asked for a transaction that is well.
 */
import { type Ending } from '../../engine/endings';
import { type Engine } from '../../engine/engine';
import { type SweepReport } from '../../protocol/orphans/report';
import { type Log } from '../../telemetry/log';
import { type Doubt, doubts } from '../../telemetry/metrics/doubts';
import { type LookedUp } from '../../telemetry/metrics/gauges';
import { looked } from '../../telemetry/metrics/looked';
import { type Metrics } from '../../telemetry/metrics/metrics';
import { seldom } from '../../telemetry/seldom';
import { lastReport } from '../orphans/reports';
import { type OnStart } from '../transaction';
import { wasStartedAt } from '../transaction/wasStarted';
import { countTransactions } from './counts';
import { wasEndedIn } from './wasEnded';

const sayAgainMs = 300_000;

/** What a scrape shows of what Temporal knows. */
export function lookedUpIn(engine: Engine, log: Pick<Log, 'warn'>): Omit<LookedUp, 'inFlight'> {
  const isDue = seldom(sayAgainMs);
  const failed = (err: unknown): void => {
    const line = 'metrics do not show what Temporal does not answer: transactions and orphans by kind';
    if (isDue(line)) log.warn({ err }, line);
  };
  const counts = looked(() => countTransactions(engine), failed);
  const report = looked(() => lastReport(engine), failed);
  return {
    transactions: () => counts.now()?.byStatus,
    needingAttention: () => counts.now()?.needingAttention,
    orphans: () => kindsIn(report.now()),
  };
}

function kindsIn(report: SweepReport | undefined): Record<string, number> | undefined {
  if (report === undefined) return undefined;
  const { interrupted, prepared, unknown, stuck, unreachable, undelivered = 0 } = report.counts;
  return { interrupted, prepared, unknown, stuck, unreachable, undelivered };
}

export interface Told {
  readonly onStart: OnStart;
  readonly onEnding: (ending: Ending) => void;
}

/** Counts starts and ends, each once (`engine/endings.ts`, `transaction/start.ts`). */
export function countingOf(
  engine: Engine,
  metrics: Pick<Metrics, 'started' | 'ended'>,
  log: Pick<Log, 'warn'>,
): Told {
  const doubt: (doubt: Doubt) => void = doubts(log);
  return {
    onStart: ({ id, createdAt, isKnown }) => {
      if (isKnown) metrics.started();
      else
        doubt({
          what: 'was started here',
          transactionId: id,
          look: () => wasStartedAt(engine, id, createdAt),
          count: () => {
            metrics.started();
          },
        });
    },
    onEnding: ({ measured, is, ...task }) => {
      const count = (): void => {
        metrics.ended(measured);
      };
      if (is === 'recorded') count();
      else
        doubt({
          what: 'was ended here',
          transactionId: task.workflowId,
          look: () => wasEndedIn(engine, task),
          count,
        });
    },
  };
}
