/** Owns the list of checks and their order: the plain course first, since all others build on it; restarts last. */
import { type Check } from '../check';
import { answerChecks } from './answers';
import { disorderChecks } from './disorder';
import { listChecks } from './inDoubtList';
import { independenceChecks } from './independence';
import { repeatChecks } from './repeats';
import { restartChecks } from './restarts';
import { signatureChecks } from './signatures';

export const checks: readonly Check[] = [
  ...answerChecks,
  ...repeatChecks,
  ...disorderChecks,
  ...independenceChecks,
  ...listChecks,
  ...signatureChecks,
  ...restartChecks,
];
