// Where the repository is, and its stamps. Owns no behaviour.
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** In node_modules and in dist, so that whoever removes one of these removes its stamp. */
export const INSTALLED_STAMP = 'node_modules/.setup-stamp';
export const BUILT_STAMP = 'dist/.setup-stamp';
export const LOCK = 'dist/.setup-lock';
