/**
 * Owns what a step is. `fair` ranks the steps that happen if participants answer and workers live; the best of them leads to the
 * end (liveness).
 */
import { type World } from './world';

export interface Step {
  readonly label: string;
  readonly next: () => World;
  /** The lower the sooner; absent for what need not happen. */
  readonly fair?: number;
}

export const rank = { deliver: 1, cutOff: 2, serviceGoesOn: 3, answer: 4, quiet: 5, clock: 6 };
