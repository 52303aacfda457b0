/** Owns what the sweep's activities are given. */
import { type Engine } from '../../src/engine/engine';
import { type Outbound } from '../../src/outbound/contract';
import { type ActionLog } from '../../src/telemetry/sweepLog';

export interface SweepTools {
  readonly engine: Engine;
  readonly outbound: Pick<Outbound, 'send'>;
  readonly log: (entry: ActionLog) => void;
}
