/** Owns what a step is. */
import { type World } from './world';

export interface Step {
  readonly label: string;
  readonly next: () => World;
  /** The lower the sooner; absent for what need not happen. */
  readonly fair?: number;
}

export const rank = { work: 1, deliver: 2, ask: 3, tick: 4, end: 5, operator: 6, clock: 7 };
