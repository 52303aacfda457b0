/** Owns the order of steps if participants answer and workers live; the best of them leads to the end (liveness). */
import type * as exploring from '../exploring/step';
import { type World } from './world';

export type Step = exploring.Step<World>;

export const rank = { deliver: 1, cutOff: 2, serviceGoesOn: 3, answer: 4, quiet: 5, clock: 6 };
