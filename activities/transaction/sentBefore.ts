/** Owns what an own activity's attempt makes of those before it: by the last heartbeat, and by how many there were. */
import { type Sent, type Trace } from '../../src/protocol/transaction/steps';
import { joinExposure, unknownExposure, untouched } from '../../src/protocol/wire/answers';
import { given } from '../../src/protocol/wire/given';

/** What the attempts before this one have left with the engine. */
export interface Trail {
  /** Which one this is: 1, 2, … */
  readonly attempt: number;
  /** Of the last heartbeat; undefined where there was none. */
  readonly heartbeatDetails: unknown;
}

/** Traces of before this was counted say less. */
type StoredTrace = Pick<Trace, 'attempt' | 'over' | 'exposure'> & Partial<Trace>;

/**
 * What was sent before this attempt. One that left no closing trace was lost: anything may have happened in it. A trace
 * counts also where the attempts seem to begin: `temporal activity reset` counts them from 1 again, and requests with them.
 */
export function sentBefore({ attempt: thisOne, heartbeatDetails }: Trail, firstSending: number): Sent {
  const trace = heartbeatDetails as StoredTrace | undefined;
  const beginsAnew = thisOne <= firstSending;
  if (beginsAnew && trace === undefined) return nothingSent;
  const { exposure = untouched, over = false, attempt = firstSending - 1, busy = 0 } = trace ?? {};
  const failed = given({ failed: trace?.failed });
  const traced = trace?.requests ?? Math.max(attempt - firstSending + 1, 0);
  const untraced = Math.max(thisOne - 1 - attempt, 0);
  const requests = beginsAnew ? 0 : traced + untraced;
  const isKnown = over && (beginsAnew || untraced === 0);
  if (isKnown) return { exposure, requests, busy, ...failed };
  return { exposure: joinExposure(exposure, unknownExposure), requests, busy: 0, ...failed };
}

const nothingSent: Sent = { exposure: untouched, requests: 0, busy: 0 };
