/** Owns the orphan sweep as the routes and the start of a worker see it. */
import { type SweepConfig } from '../../config/config';
import { type SweepReport } from '../../protocol/orphans/report';
import { type Engine } from '../../engine/engine';
import { lastReport } from './reports';
import { type Scheduled, schedule } from './schedule';

import { type SweepOptions, type Swept, sweepNow } from './sweepNow';

export { scheduleLeft, scheduleRefused } from './schedule';
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

/** Made or updated at the start of a worker, unless it is encrypted with a key that is not here. */
export function scheduleSweeps(engine: Engine, config: SweepConfig): Promise<Scheduled> {
  return schedule(engine, config);
}
