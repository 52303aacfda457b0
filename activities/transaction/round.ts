/**
 * Owns the round: one activity that asks everyone at once, each under its own timeout, and returns what came of each as a
 * value. It is never retried: whoever has no answer goes on in an activity of its own. Cancelled, it gives the open
 * requests up and returns what it has. Its heartbeats tell what has come so far, for people to read.
 */
import { type Phase } from '../../src/protocol/wire/phases';
import { type Ending } from '../../src/protocol/transaction/events';
import { type Sender, sendOne } from './call';
import { cancellation } from './cancellation';
import { whileBeating } from '../heartbeat';
import {
  type CallInput,
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
    const soFar: SoFar[] = [];
    const ask = async (call: CallInput): Promise<Ending> => {
      const ending = await sendOne(sender, { ...shared, call });
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
