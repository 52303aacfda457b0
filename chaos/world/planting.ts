/** Owns how a program of ours is started with a planted bug in it. */
import { join } from 'node:path';
import { root } from './root';

export interface Planting {
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

/** @param plant its name; none where there is none */
export function planting(plant: string | undefined): Planting {
  if (plant === undefined) return { args: [], env: {} };
  return { args: ['--require', join(root, 'dist/chaos/plants/plant.js')], env: { CHAOS_PLANT: plant } };
}
