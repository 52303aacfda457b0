/**
 * Owns the round: one activity that asks everyone at once, each under its own timeout, and returns what came of each as a
 * value. It is never retried: whoever has no answer goes on in an activity of its own. Cancelled, it gives the open
 * requests up and returns what it has. Its heartbeats tell what has come so far, for people to read.
 *
 * I3, I4: where the round began in the workflow's first task, it waits for the requests that are in flight. One that is not found was
 * lost: it may have been sent, and may be open (`protocol/transaction/firstRound.ts`).
 */
import { type Phase } from '../../src/protocol/wire/phases';
import { type Ending } from '../../src/protocol/transaction/events';
import { type Sender, sendOne } from './call';
import { cancellation } from './cancellation';
import { whileBeating } from '../heartbeat';
import { type InFlight, flightKey } from './inFlight';
import { endedByLoss, lostBefore } from '../../src/protocol/transaction/firstRound';
import {
  type CallInput,
  type RestInput,
  type RoundInput,
  type RoundTrace,
  type SoFar,
} from '../../src/protocol/transaction/steps';
import { given } from '../../src/protocol/wire/given';

/** In a larger round a heartbeat does not say why a request failed: it would grow long, and says so often. */
const mostWithReasons = 100;

export function roundActivity(sender: Sender, phase: Phase): (input: RoundInput) => Promise<Ending[]> {
  return ({ calls, ...rest }) => {
    const shared = { ...rest, ...cancellation(), phase, attempt: 1 };
    return askAll(calls, [], call => sendOne(sender, { ...shared, call }));
  };
}

/** What the workflow's first task has left of the round of prepares. */
export function restActivity(sender: Sender, flights: InFlight): (input: RestInput) => Promise<Ending[]> {
  return ({ calls, soFar, limit, ...rest }) => {
    const shared = { ...rest, ...cancellation(), phase: 'prepare', attempt: 2 } as const;
    const again = async (call: CallInput): Promise<Ending> =>
      limit > 1 ? lostBefore(await sendOne(sender, { ...shared, call })) : endedByLoss(call);
    return askAll(calls, soFar, call => {
      const flight = flights.take(flightKey(call));
      flight?.follow(shared);
      return flight?.ended ?? again(call);
    });
  };
}

function askAll(
  calls: readonly CallInput[],
  before: readonly SoFar[],
  ask: (call: CallInput) => Promise<Ending>,
): Promise<Ending[]> {
  const soFar = [...before];
  const noting = async (call: CallInput): Promise<Ending> => {
    const ending = await ask(call);
    const { participant, is, requests } = ending;
    const why = calls.length > mostWithReasons ? undefined : ending.why;
    soFar.push({ participant, is, requests, ...given({ why }), at: Date.now() });
    return ending;
  };
  return whileBeating(
    () => ({ soFar }) satisfies RoundTrace,
    () => Promise.all(calls.map(noting)),
  );
}
