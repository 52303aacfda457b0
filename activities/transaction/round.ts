/**
 * Owns the round: one activity that asks everyone at once, each under its own timeout, and returns what came of each as a
 * value. It is never retried: whoever has no answer goes on in an activity of its own. Cancelled, it gives the open
 * requests up and returns what it has. Its heartbeats tell what has come so far, for people to read.
 */
import { type Ms, type Phase } from '../../src/protocol/wire/phases';
import { type Ending } from '../../src/protocol/transaction/events';
import { type Attempt } from './attempt';
import { type CallSender, sendOne } from './call';
import {
  type CallInput,
  type RoundInput,
  type RoundTrace,
  type SoFar,
} from '../../src/protocol/transaction/steps';
import { given } from '../../src/protocol/wire/given';

/** In a larger round a heartbeat does not say why a request failed: it would grow long, and says so often. */
const mostWithReasons = 100;

export function askRound(
  sender: CallSender,
  { phase, input }: { readonly phase: Phase; readonly input: RoundInput },
  attempt: Attempt,
): Promise<Ending[]> {
  const { calls, ...rest } = input;
  const shared = { ...rest, ...attempt.cancellation, phase, attempt: 1 };
  const ask = (call: CallInput): Promise<Ending> => sendOne(sender, { ...shared, call });
  return askAll({ calls, before: [], ask }, attempt, sender.now);
}

interface Asking {
  readonly calls: readonly CallInput[];
  /** What has come before. */
  readonly before: readonly SoFar[];
  readonly ask: (call: CallInput) => Promise<Ending>;
}

export function askAll(
  { calls, before, ask }: Asking,
  attempt: Pick<Attempt, 'whileBeating'>,
  now: () => Ms = Date.now,
): Promise<Ending[]> {
  const soFar = [...before];
  const noting = async (call: CallInput): Promise<Ending> => {
    const ending = await ask(call);
    const { participant, is, requests } = ending;
    const why = calls.length > mostWithReasons ? undefined : ending.why;
    soFar.push({ participant, is, requests, ...given({ why }), at: now() });
    return ending;
  };
  return attempt.whileBeating(
    () => ({ soFar }) satisfies RoundTrace,
    () => Promise.all(calls.map(noting)),
  );
}
