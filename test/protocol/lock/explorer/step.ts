/** Owns the order of steps if nothing fails. */
import type * as exploring from '../../exploring/step';
import { type World } from './world';

export type Step = exploring.Step<World>;

export const rank = { work: 1, deliver: 2, ask: 3, tick: 4, end: 5, operator: 6, clock: 7 };
