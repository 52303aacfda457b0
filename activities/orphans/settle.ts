/**
 * Owns sending participants the decisions of transactions that are over, at the siblings of their list's URL: an entry never
 * supplies one.
 *
 * O4: right before, the list is read again and the coordinator asked again: still listed, still decided so.
 * O5: the request is the one that the transaction itself sent, same key and body (I7), so two sweepers at once are harmless.
 */
import { Context } from '@temporalio/activity';
import { completionOf } from '../../src/coordinator/orphans/standing';
import { type Completion } from '../../src/protocol/orphans/standing';
import { type Settled, type Settlement, type SweepActivities } from '../../src/protocol/orphans/steps';
import { reasonOf } from '../../src/protocol/orphans/words';
import { failureOf } from '../../src/protocol/wire/answers';
import { participantBody, participantHeaders } from '../../src/protocol/wire/participantRequest';
import { redactUrl, siblingUrl } from '../../src/protocol/wire/urls';
import { concurrently } from '../../src/coordinator/concurrently';
import { type Entry, ListTrouble, pagesOf } from './preparedList';
import { type SweepTools } from './tools';

type Input = Parameters<SweepActivities['settle']>[0];
type Due = Extract<Completion, { is: 'due' }>;

const requestsAtOnce = 4;

export function settleActivity(tools: SweepTools): SweepActivities['settle'] {
  return async input => {
    const listed = await stillListed(tools, input);
    if (typeof listed === 'string') return input.entries.map(() => ({ is: 'unread', detail: listed }));
    return concurrently(input.entries, requestsAtOnce, entry =>
      listed.has(keyOf(entry)) ? settleOne(tools, input, entry) : Promise.resolve({ is: 'gone' }),
    );
  };
}

/** Which of the entries the list still has; or why it cannot be read. */
async function stillListed(
  { outbound }: SweepTools,
  { url, entries, requestTimeoutMs }: Input,
): Promise<ReadonlySet<string> | string> {
  const wanted = new Set(entries.map(keyOf));
  const found = new Set<string>();
  const { cancellationSignal: signal } = Context.current();
  try {
    for await (const page of pagesOf({ outbound, url, timeoutMs: requestTimeoutMs, signal })) {
      for (const key of page.map(keyOf)) if (wanted.has(key)) found.add(key);
      if (found.size === wanted.size) break;
    }
  } catch (error) {
    if (!(error instanceof ListTrouble)) throw error;
    return `the list could not be read again: ${error.message}`;
  }
  return found;
}

function keyOf({ transactionId, participant }: Entry): string {
  return `${transactionId}/${participant}`;
}

async function settleOne(tools: SweepTools, input: Input, entry: Settlement): Promise<Settled> {
  const { cancellationSignal: signal } = Context.current();
  signal.throwIfAborted();
  const completion = await completionOf(tools.engine, entry.transactionId, entry.participant);
  if (completion.is === 'notDecided') return { is: 'gone' };
  if (completion.is === 'unreadable') return failed(completion.detail);
  if (completion.is !== 'due') return completion;
  if (completion.decision !== entry.decision) return { is: 'gone' };
  signal.throwIfAborted();
  const settled = await send(tools, input, { ...entry, ...completion });
  const { transactionId, participant, decision: action, since } = entry;
  tools.log({
    ...{
      action,
      transactionId,
      participant,
      where: redactUrl(input.url),
      reason: reasonOf({ action, since }, input),
    },
    done: settled.is === 'done',
    ...('detail' in settled ? { detail: settled.detail } : {}),
  });
  return settled;
}

async function send(
  { outbound }: SweepTools,
  { url, requestTimeoutMs }: Input,
  call: Settlement & Omit<Due, 'is'>,
): Promise<Settled> {
  const request = { ...call, phase: call.decision, decideBy: 0 }; // decideBy is in prepare only
  const reply = await outbound.send({
    url: siblingUrl(url, call.decision),
    headers: participantHeaders(request),
    body: participantBody(request),
    timeoutMs: requestTimeoutMs,
    signal: Context.current().cancellationSignal,
    readBody: false,
  });
  const done = reply.kind === 'answer' && (reply.status === 200 || reply.status === 204);
  return done ? { is: 'done', at: Date.now() } : failed(failureOf(reply).message);
}

function failed(detail: string): Settled {
  return { is: 'failed', at: Date.now(), detail };
}
