/** Owns what the coordinator tells and does for a sweep; each rejects where Temporal does not answer. */
import { type Ms } from '../wire/phases';
import { type Completion, type Standing, type TakenUp } from './standing';
import { type Memory, type Survey } from './steps';

export interface Sweeping {
  readonly survey: (input: {
    readonly now: Ms;
    readonly stuckAfterMs: Ms;
  }) => Promise<Omit<Survey, 'memory'>>;
  readonly memory: () => Promise<Memory | undefined>;
  readonly standingOf: (id: string) => Promise<Standing>;
  readonly completionOf: (id: string, participant: string) => Promise<Completion>;
  readonly takeUp: (id: string) => Promise<TakenUp>;
}
