/** Owns what one check is. */
import { type Bench } from './bench';
import { type CheckFacts } from './contract';

/** What a check cannot do without. */
export type Need = 'payload' | 'refusedPayload' | 'preparedList' | 'secret' | 'masterKey' | 'restart';

export interface Check extends CheckFacts {
  readonly needs?: Need;
  /** @throws CheckFailed */
  readonly run: (bench: Bench) => Promise<void>;
}
