/** Owns where the project is: this file runs from `dist/chaos/world`. */
import { join } from 'node:path';

export const root = join(__dirname, '../../..');
