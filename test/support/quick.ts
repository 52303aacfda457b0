/** Owns the limits of tests in which a participant is loose: `quietAt` comes four seconds after the start. */
import { type Limits } from '../../src/config/config';

export const quick: Partial<Limits> = {
  prepareTimeoutMs: 400,
  completionTimeoutMs: 400,
  prepareAttempts: 2,
  completionAttempts: 3,
  transactionTimeoutMs: 2500,
};
