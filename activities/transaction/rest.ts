/**
 * Owns what the workflow's first task has left of the round of prepares.
 *
 * I3, I4: it waits for the requests that are in flight. One that is not found was lost: it may have been sent, and may be open
 * (`protocol/transaction/firstRound.ts`).
 */
import { type Ending } from '../../src/protocol/transaction/events';
import { endedByLoss, lostBefore } from '../../src/protocol/transaction/firstRound';
import { type CallInput, type RestInput } from '../../src/protocol/transaction/steps';
import { type CallSender, sendOne } from './call';
import { type InFlight, flightKey } from './inFlight';
import { askAll } from './round';
import { temporalAttempt } from './temporalAttempt';

export function restActivity(sender: CallSender, flights: InFlight): (input: RestInput) => Promise<Ending[]> {
  return ({ calls, soFar, limit, ...rest }) => {
    const attempt = temporalAttempt();
    const shared = { ...rest, ...attempt.cancellation, phase: 'prepare', attempt: 2 } as const;
    const again = async (call: CallInput): Promise<Ending> =>
      limit > 1 ? lostBefore(await sendOne(sender, { ...shared, call })) : endedByLoss(call);
    const ask = (call: CallInput): Promise<Ending> => {
      const flight = flights.take(flightKey(call));
      flight?.follow(shared);
      return flight?.ended ?? again(call);
    };
    return askAll({ calls, before: soFar, ask }, attempt);
  };
}
