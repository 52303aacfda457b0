/**
 * Owns the round: one activity that asks everyone at once, each under its own timeout, and returns what came of each as a
 * value. It is never retried: whoever has no answer goes on in an activity of its own. Cancelled, it gives the open
 * requests up and returns what it has.
 */
import { type Phase } from '../../src/protocol/wire/phases';
import { type Ending } from '../../src/protocol/transaction/events';
import { type Sender, sendOne } from './call';
import { cancellation } from './cancellation';
import { whileBeating } from '../heartbeat';
import { type RoundInput } from '../../src/protocol/transaction/steps';

export function roundActivity(sender: Sender, phase: Phase): (input: RoundInput) => Promise<Ending[]> {
  return ({ calls, ...rest }) => {
    const shared = { ...rest, ...cancellation(), phase, attempt: 1 };
    const ask = (): Promise<Ending[]> => Promise.all(calls.map(call => sendOne(sender, { ...shared, call })));
    return whileBeating(undefined, ask);
  };
}
