/** Owns what the sweep's activities are given. */
import { type Outbound } from '../../src/outbound/contract';
import { type Sweeping } from '../../src/protocol/orphans/knowledge';
import { type Action } from '../../src/protocol/orphans/report';

/** One line of log an action. */
export type ActionLog = Pick<Action, 'action' | 'transactionId' | 'done' | 'detail'> & {
  readonly participant?: string;
  /** Without its query. */
  readonly where?: string;
  readonly reason: string;
};

export interface SweepPorts extends Sweeping {
  readonly outbound: Pick<Outbound, 'send'>;
  readonly log: (entry: ActionLog) => void;
}
