/** Owns what the sweep's activities are given of the coordinator. They reject where Temporal does not answer. */
import { type Outbound } from '../../src/outbound/contract';
import { type Action } from '../../src/protocol/orphans/report';
import { type Completion, type Standing, type TakenUp } from '../../src/protocol/orphans/standing';
import { type Memory, type Survey } from '../../src/protocol/orphans/steps';
import { type Ms } from '../../src/protocol/wire/phases';

/** One line of log an action. */
export type ActionLog = Pick<Action, 'action' | 'transactionId' | 'done' | 'detail'> & {
  readonly participant?: string;
  /** Without its query. */
  readonly where?: string;
  readonly reason: string;
};

export interface SweepPorts {
  readonly outbound: Pick<Outbound, 'send'>;
  readonly survey: (input: {
    readonly now: Ms;
    readonly stuckAfterMs: Ms;
  }) => Promise<Omit<Survey, 'memory'>>;
  readonly memory: () => Promise<Memory | undefined>;
  readonly standingOf: (id: string) => Promise<Standing>;
  readonly completionOf: (id: string, participant: string) => Promise<Completion>;
  readonly takeUp: (id: string) => Promise<TakenUp>;
  readonly log: (entry: ActionLog) => void;
}
