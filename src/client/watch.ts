/**
 * Owns watching a transaction by Server-Sent Events (PROTOCOL §3), over as many connections as it takes: each begins with the id of the
 * event that came last, so what is told again is not told twice, and as each event is the whole document nothing is missing between two.
 * A stream that only closes says nothing of the transaction; `end` and `204` do.
 */
import { type TransactionDocument } from '../protocol/client/document';
import { documentFrom } from '../protocol/client/documentFrom';
import { type Ms } from '../protocol/wire/phases';
import { shortened } from '../protocol/wire/shortened';
import { type Calls, pathOf } from './calls';
import { type CallOptions } from './contract';
import { UnexpectedAnswer } from './errors';
import { type EventTimes, type Told, eventsOf } from './events';
import { type Asked } from './http';
import { Trouble, nextWaitMs, pause } from './patience';

const asShipped: EventTimes = { openMs: 10_000, silentMs: 45_000 };

export async function* watch(
  { http, timeoutMs: ofClient }: Calls,
  id: string,
  { signal, timeoutMs = ofClient }: CallOptions = {},
  times: EventTimes = asShipped,
): AsyncGenerator<TransactionDocument, undefined> {
  const trouble = new Trouble({ signal, timeoutMs });
  let last: string | undefined;
  let comeAgainMs: Ms | undefined;
  const onRetry = (ms: Ms): void => void (comeAgainMs = ms);
  const onHeard = (): void => {
    trouble.over();
  };
  for (let connections = 1; ; connections += 1) {
    const resumed = last;
    try {
      const connecting = { signal, ...times, onRetry, onHeard };
      for await (const told of eventsOf(http, askedFor(id, last), connecting)) {
        if (told.event === 'end' || told.event === 'gone') return undefined;
        if (told.event !== 'transaction') continue;
        const isKnown = told.id !== undefined && told.id === last && last === resumed;
        last = told.id ?? last;
        if (isKnown) continue;
        connections = 1;
        yield documentOf(told, id);
      }
      await pause(comeAgainMs ?? nextWaitMs(connections), signal);
    } catch (error) {
      await trouble.met(error);
    }
  }
}

/** @param last the id of the event that came last */
function askedFor(id: string, last: string | undefined): Asked {
  const resume = last === undefined ? {} : { 'last-event-id': last };
  return { method: 'GET', path: pathOf(id, 'events'), headers: { accept: 'text/event-stream', ...resume } };
}

/** @throws UnexpectedAnswer */
function documentOf({ data }: Told, id: string): TransactionDocument {
  const document = documentFrom(parsed(data), id);
  if (document !== undefined) return document;
  const message = `an event of transaction ${id} has not its document, so it is none of a coordinator: ${shortened(data, 120)}`;
  throw new UnexpectedAnswer(message, { status: 200, headers: new Headers() });
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined; // as what has another shape
  }
}
