/** Owns the orphan sweep as the routes, the worker's activities and the start of a worker see it. */
import { type SweepConfig } from '../../config/config';
import { type Sweeping } from '../../protocol/orphans/knowledge';
import { type SweepReport } from '../../protocol/orphans/report';
import { type Engine } from '../engine';
import { lastReport, memory } from './reports';
import { schedule } from './schedule';
import { completionOf, standingOf } from './standing';
import { survey } from './survey';
import { type SweepOptions, type Swept, sweepNow } from './sweepNow';
import { takeUp } from './takeUp';

export type { SweepOptions, Swept } from './sweepNow';

/** What an operator may ask. */
export interface Orphans {
  /** Of the newest sweep that ended; undefined before the first. */
  lastReport(): Promise<SweepReport | undefined>;
  sweepNow(options: SweepOptions): Promise<Swept>;
}

export function createOrphans(engine: Engine): Orphans {
  return { lastReport: () => lastReport(engine), sweepNow: options => sweepNow(engine, options) };
}

export function createSweeping(engine: Engine): Sweeping {
  return {
    survey: input => survey(engine, input),
    memory: () => memory(engine),
    standingOf: id => standingOf(engine, id),
    completionOf: (id, participant) => completionOf(engine, id, participant),
    takeUp: id => takeUp(engine, id),
  };
}

/** Made or updated at the start of a worker. */
export function scheduleSweeps(engine: Engine, config: SweepConfig): Promise<void> {
  return schedule(engine, config);
}
