/**
 * Owns `GET /transactions/<id>/events` (PROTOCOL §3): the document now and after each change, until the transaction has ended. An event's
 * id says how far the transaction had come (`changesOf`), the same in every process: who comes again with it is told what is new.
 */
import { type Request, type RequestHandler, type Response } from 'express';
import { type Reading } from '../../coordinator/transaction/contract';
import { changesOf, toldOf } from '../../protocol/client/changes';
import { type TransactionDocument } from '../../protocol/client/document';
import { given } from '../../protocol/wire/given';
import { type ApiDependencies } from '../dependencies';
import { EventStream, type ServerEvent } from '../eventStream';
import { headerProblem } from '../headerProblem';
import { ownOnly } from '../permissions';
import { tagged } from './preconditions';
import { Problem } from '../problems';
import { callerOf } from '../requestContext';
import { waiting } from '../waiting';
import { type WaitingRoom } from '../waitingRoom';

type IdRequest = Request<{ id: string }>;

export function events(api: ApiDependencies, room: WaitingRoom): RequestHandler<{ id: string }> {
  return async (request: IdRequest, response) => {
    const last = lastEventId(request);
    if (request.method === 'HEAD') {
      await api.coordinator.read(request.params.id, ownOnly(callerOf(response)));
      new EventStream(response).end();
      return;
    }
    const followed = await room.wait(callerOf(response), () => follow(api, request, response, last));
    if (followed === undefined) await tellOnce(api, request, response, last);
  };
}

/** The number of changes of which it was told last; undefined where it comes for the first time. */
function lastEventId(request: Request): number | undefined {
  const text = request.get('last-event-id') ?? '';
  if (text === '') return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  const error = headerProblem('Last-Event-ID', text, 'must be the id of an event of this transaction');
  throw new Problem('invalid-request', 'the Last-Event-ID header is not valid', { errors: [error] });
}

async function follow(
  { coordinator, stopping }: ApiDependencies,
  request: IdRequest,
  response: Response,
  last: number | undefined,
): Promise<true> {
  const of = ownOnly(callerOf(response));
  await waiting(response, stopping, signal =>
    coordinator.watch(request.params.id, { ...given({ of }), signal }, readings =>
      tell(response, readings, last),
    ),
  );
  return true;
}

async function tell(
  response: Response,
  readings: AsyncIterable<Reading>,
  last: number | undefined,
): Promise<void> {
  let stream: EventStream | undefined;
  let told: string | undefined;
  let known = last;
  for await (const reading of readings) {
    const { document } = reading;
    if (stream === undefined && isAtEnd(document, last)) {
      tellNoMore(response);
      return;
    }
    stream ??= new EventStream(response);
    if (isOlder(reading, known)) continue;
    const isNews = toldOf(document) !== told && (told !== undefined || changesOf(document) !== last);
    told = toldOf(document);
    known = changesOf(document);
    if (isNews && !(await stream.send(eventOf(document)))) return;
    if (document.endedAt !== undefined) await stream.send(endOf(document));
  }
  stream?.end();
}

/**
 * Knows less than was told, on this connection or the one before: after a restart no worker answers yet, and calls under way, which told
 * the phase, have ended since. What was told is not taken back for that; the first worker that answers says how far it is.
 *
 * @param known the number of changes that were told
 */
function isOlder({ document, partial }: Reading, known: number | undefined): boolean {
  return partial === true && known !== undefined && changesOf(document) < known;
}

function eventOf(document: TransactionDocument): ServerEvent {
  return { event: 'transaction', id: String(changesOf(document)), data: tagged(document) };
}

/** It counts as the last change, so that who has it is told that there is nothing more. */
function endOf(document: TransactionDocument): ServerEvent {
  const { id, status } = document;
  return { event: 'end', id: String(changesOf(document) + 1), data: { id, status } };
}

function isAtEnd(document: TransactionDocument, last: number | undefined): boolean {
  return document.endedAt !== undefined && last === changesOf(document) + 1;
}

/** `204` keeps a browser from coming again (the HTML standard, §9.2.3). */
function tellNoMore(response: Response): void {
  response.status(204).end();
}

const comeAgainMs = 5_000;

/** There is no room to wait: the document as it is, unless that is known, and when to come again. A thousand more who find none cost one look. */
async function tellOnce(
  { coordinator }: ApiDependencies,
  request: IdRequest,
  response: Response,
  last: number | undefined,
): Promise<void> {
  const reading = await coordinator.glance(request.params.id, ownOnly(callerOf(response)));
  const { document } = reading;
  if (isAtEnd(document, last)) {
    tellNoMore(response);
    return;
  }
  response.set('retry-after', String(comeAgainMs / 1_000));
  const stream = new EventStream(response);
  await stream.comeAgainAfter(comeAgainMs);
  if (changesOf(document) !== last && !isOlder(reading, last)) await stream.send(eventOf(document));
  if (document.endedAt !== undefined) await stream.send(endOf(document));
  stream.end();
}
