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
  type Begun,
  type CallInput,
  type RoundInput,
  type RoundTrace,
  type SoFar,
} from '../../src/protocol/transaction/steps';
import { given } from '../../src/protocol/wire/given';

/** In a larger round a heartbeat does not say why a request failed: it would grow long, and says so often. */
const mostWithReasons = 100;

export function roundActivity(
  sender: Sender,
  phase: Phase,
  flights?: InFlight,
): (input: RoundInput) => Promise<Ending[]> {
  return ({ calls, begun, ...rest }) => {
    const shared = { ...rest, ...cancellation(), phase, attempt: 1 };
    const soFar: SoFar[] = [...(begun?.soFar ?? [])];
    const send = (call: CallInput, attempt = 1): Promise<Ending> =>
      sendOne(sender, { ...shared, call, attempt });
    const goOn = async (call: CallInput, { limit }: Begun): Promise<Ending> => {
      const flight = flights?.take(flightKey(call));
      flight?.follow(shared);
      if (flight !== undefined) return flight.ended;
      return limit > 1 ? lostBefore(await send(call, 2)) : endedByLoss(call);
    };
    const ask = async (call: CallInput): Promise<Ending> => {
      const ending = await (begun === undefined ? send(call) : goOn(call, begun));
      const { participant, is, requests } = ending;
      const why = calls.length > mostWithReasons ? undefined : ending.why;
      soFar.push({ participant, is, requests, ...given({ why }), at: Date.now() });
      return ending;
    };
    return whileBeating(
      () => ({ soFar }) satisfies RoundTrace,
      () => Promise.all(calls.map(ask)),
    );
  };
}
