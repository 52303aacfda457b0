/**
 * Owns what stands at `/problems/<name>`, where the `type` of a problem leads (RFC 9457 §3.1.1): what happened, and what to do.
 * Text, or HTML for a browser. One for each of `problemTypes`; no token is needed, and nothing of a request is in them.
 */
import { type Request, type Response, Router } from 'express';
import { type ProblemName, problemTypes } from '../protocol/client/problems';
import { allowOnly } from './methods';

interface Explanation {
  readonly happened: string;
  readonly toDo: string;
}

const explanations: Readonly<Record<ProblemName, Explanation>> = {
  'invalid-json': {
    happened: 'The body is empty, not JSON, or not UTF-8. Nothing was started or changed.',
    toDo: 'See "detail" for the place, and send the body as JSON.',
  },
  'invalid-request': {
    happened:
      'A field of the body, a header, the query or the path is not valid. Nothing was started or changed.',
    toDo: 'Each of "errors" says where, what was there, and what is allowed. The same request is refused again.',
  },
  unauthenticated: {
    happened: 'The request has no token, or one that is not valid or has expired.',
    toDo: 'Send "authorization: Bearer <token>", with a token of DTC_API_TOKENS or a JWT signed by a key of DTC_JWKS_URL.',
  },
  'role-not-allowed': {
    happened: 'The token is good, but its role may not do this.',
    toDo: 'Use a token of another role: clients start and abort their own transactions and use locks, operators do all.',
  },
  'participant-not-allowed': {
    happened: "A participant's URL may not be called from here. Nothing was started.",
    toDo: 'Each of "errors" names a participant and the rule. Whoever runs the coordinator changes DTC_ALLOWED_PARTICIPANTS; link-local and cloud metadata addresses are refused whatever it says.',
  },
  'receiver-not-allowed': {
    happened: 'The URL of "notify" may not be called from here. Nothing was started.',
    toDo: '"errors" names the rule. Whoever runs the coordinator changes DTC_ALLOWED_NOTIFY, or DTC_ALLOWED_PARTICIPANTS where that is not set; link-local and cloud metadata addresses are refused whatever they say.',
  },
  'not-found': {
    happened: 'There is no such path.',
    toDo: 'Compare the path with docs/PROTOCOL.md. A lock whose name has a slash is named in the query.',
  },
  'not-held': {
    happened: 'The holder neither holds nor awaits the lock, or it belongs to another client.',
    toDo: 'If the lease has ended there is nothing to release. Else look with GET /locks?resource=<resource>; right after a grant through another front end, send it again.',
  },
  'unknown-transaction': {
    happened: 'There is no transaction of this id here, or it belongs to another client.',
    toDo: 'Compare the id, and the coordinator that gave it: an id begins with the tag of its coordinator. After a restored backup see docs/BACKUP.md, "After a disaster".',
  },
  'method-not-allowed': {
    happened: 'The path is right, but not for this method.',
    toDo: 'The header "allow" says which methods there are.',
  },
  'lock-timeout': {
    happened: 'The lock was not free within waitMs. Nothing is held.',
    toDo: '"heldBy" has it, "ahead" wait before. Send the request again, or look with GET /locks?resource=<resource> how long it has been held.',
  },
  'lock-conflict': {
    happened:
      'The lock cannot be taken or released like this: it is held in the other mode, by a name of another caller, by a transaction that runs, or not with the token that was seen.',
    toDo: 'See "detail". Release it first to change its mode, or use another holder; the lock of a transaction is released when that ends; where the token is another, look at the lock again.',
  },
  'action-conflict': {
    happened: 'The action does not apply to the transaction as it is. Nothing was changed.',
    toDo: 'Read the transaction: "state" and "decision" say what is still possible, "paused" what lets it go on.',
  },
  'state-changed': {
    happened:
      'The request named by If-Match what its sender had seen of the transaction, and it is not so any more. Nothing was done.',
    toDo: 'See "changes". Read the transaction again, decide anew, and send the "etag" of that document.',
  },
  'foreign-workflow': {
    happened:
      'Temporal has a workflow of another program under this id, of a transaction or a lock. Nothing of ours was done to it.',
    toDo: 'See "detail" for its id and type. Whoever runs it gives it another id and ends this one. The id of a lock is free as soon as that has closed.',
  },
  'expired-transaction': {
    happened: 'The transaction ended longer ago than Temporal keeps records.',
    toDo: 'Ask the participants, by the id. What must be kept longer needs a longer retention of the namespace.',
  },
  'body-too-large': {
    happened: 'The request is over DTC_MAX_BODY_BYTES, or too large for Temporal. Nothing was started.',
    toDo: 'Send references instead of data in the payloads, or fewer participants; or raise the limit.',
  },
  'unsupported-media-type': {
    happened: 'The body is not declared as JSON in UTF-8, or is compressed.',
    toDo: 'Send "content-type: application/json", without content-encoding.',
  },
  'misdirected-request': {
    happened:
      'The Host header names neither this machine, DTC_HOST nor DTC_PUBLIC_URL. Where nobody has to authenticate that is how a web page would come in.',
    toDo: 'Call it as localhost, or set DTC_PUBLIC_URL to the name that it is called by.',
  },
  'idempotency-key-reused': {
    happened: 'The Idempotency-Key was used before, for a request that differs. Nothing was started.',
    toDo: 'For a repeat, send what was sent the first time; for another transaction, another key.',
  },
  'rate-limited': {
    happened:
      'The caller sends more requests a second than DTC_RATE_LIMIT (without authentication: its address does). Nothing was done by this request.',
    toDo: 'Send it again after "retry-after", and fewer of them: use "Prefer: wait" instead of reading again and again.',
  },
  'internal-error': {
    happened: 'The coordinator met a bug of its own.',
    toDo: 'The log has the rest ("request failed"). With an Idempotency-Key the request may be sent again.',
  },
  'engine-unavailable': {
    happened:
      'Temporal does not answer, or cannot take anything at the moment. Of a POST /transactions nothing was started; of a lock "detail" says what may be done yet.',
    toDo: 'Send it again after "retry-after". If it lasts: is Temporal up, and is its disk full? The log says why.',
  },
  'start-unknown': {
    happened: 'The start was sent and its answer lost: it may have happened, or happen yet.',
    toDo: 'Read what "location" names. With an Idempotency-Key send the same again; without one a repeat may be a second transaction.',
  },
  overloaded: {
    happened:
      'More transactions are being started than can be done, so this one was refused before anything was handed over: this request started nothing. Or more lists of transactions are asked for than are read at once.',
    toDo: 'Send it again after "retry-after", with or without an Idempotency-Key. Whoever runs the coordinator finds what it waits for in the log ("request not served"), and what to do in docs/OPERATIONS.md, "Overload".',
  },
  'lock-queue-full': {
    happened: 'Too many hold the lock or wait for it already.',
    toDo: 'Send it again later, or lock something narrower.',
  },
  'worker-unavailable': {
    happened: 'No worker answered in time. What was asked for may happen yet.',
    toDo: 'Look, then send it again. If it lasts: does a process with DTC_ROLE "worker" or "all" run on this DTC_TASK_QUEUE?',
  },
  stopping: {
    happened: 'This process is on its way down.',
    toDo: 'Send it again: another process, or the next one, answers. A place in the queue of a lock is kept.',
  },
  'keys-unavailable': {
    happened: 'The keys that tokens are checked with cannot be had from DTC_JWKS_URL.',
    toDo: 'Send it again later. Whoever runs the coordinator looks whether that URL answers.',
  },
};

interface Page extends Explanation {
  readonly name: string;
  readonly status: number;
  readonly title: string;
}

const pages: ReadonlyMap<string, Page> = new Map(
  Object.entries(problemTypes).map(([name, [status, title]]) => [
    name,
    { name, status, title, ...explanations[name as ProblemName] },
  ]),
);

export function problemPages(): Router {
  const router = Router({ caseSensitive: true });
  router
    .route('/problems')
    .get((request, response) => {
      show(request, response, [...pages.values()]);
    })
    .all(allowOnly('GET, HEAD'));
  router
    .route('/problems/:name')
    .all((request, _response, next) => {
      next(pages.has(request.params.name) ? undefined : 'router');
    })
    .get((request, response) => {
      const page = pages.get(request.params.name);
      show(request, response, page === undefined ? [] : [page]);
    })
    .all(allowOnly('GET, HEAD'));
  return router;
}

/** Browsers name HTML; whoever takes anything, as curl does, gets text. */
function show(request: Request, response: Response, shown: readonly Page[]): void {
  const html = request.accepts(['text/plain', 'text/html']) === 'text/html';
  response.vary('accept').type(html ? 'html' : 'text');
  response.end(html ? asHtml(shown) : shown.map(asText).join('\n'));
}

function asText({ name, status, title, happened, toDo }: Page): string {
  return `/problems/${name} (${status})\n${title}.\n\nWhat happened: ${happened}\nWhat to do: ${toDo}\n`;
}

function asHtml(shown: readonly Page[]): string {
  const [only] = shown.length === 1 ? shown : [];
  const title = only?.title ?? 'Problems';
  const articles = shown.map(
    ({ name, status, title: heading, happened, toDo }) =>
      `<h1>${escaped(heading)}</h1>\n<p><code>/problems/${name}</code>, ${status}</p>\n` +
      `<p>What happened: ${escaped(happened)}</p>\n<p>What to do: ${escaped(toDo)}</p>\n`,
  );
  return `<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>${escaped(title)}</title>\n${articles.join('')}</html>\n`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
