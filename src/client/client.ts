/** Owns what a client is made of, and what is wrong with its options: said when it is made, by name, and without the token. */
import { documentIn, pathOf, repeatable, type Calls } from './calls';
import { begin } from './begin';
import { type Client, type ClientOptions } from './contract';
import { createHttp, isToken, tokenForm } from './http';
import { known } from './known';
import { count, list } from './list';
import { locksClient } from './locks';
import { act, actOnMany, orphans, participants, preview, sweep } from './operate';
import { wait } from './wait';
import { watch } from './watch';

const defaultTimeoutMs = 60_000;

/** @throws TypeError where an option cannot work */
export function createClient(options: ClientOptions): Client {
  checkOptions(known(options, 'client'));
  const { url, token, timeoutMs = defaultTimeoutMs } = options;
  const calls: Calls = { http: createHttp({ url, token }), timeoutMs };
  return {
    begin: async (request, more) => begin(calls, request, known(more, 'begin')),
    wait: async (id, more) => wait(calls, id, known(more, 'wait')),
    get: async (id, more) => {
      const asked = { method: 'GET', path: pathOf(id) } as const;
      return documentIn(calls.http, asked, await repeatable(calls, asked, known(more, 'read')), id);
    },
    list: (filter, more) => list(calls, filter, known(more, 'page')),
    count: async (filter, more) => count(calls, filter, known(more, 'read')),
    watch: (id, more) => watch(calls, id, known(more, 'read')),
    abort: async (id, body = {}, more = {}) => act(calls, { id, verb: 'abort', body }, known(more, 'act')),
    retry: async (id, more) => act(calls, { id, verb: 'retry', body: {} }, known(more, 'act')),
    resolve: async (id, body, more) => act(calls, { id, verb: 'resolve', body }, known(more, 'act')),
    previewAbort: async (id, body = {}, more = {}) =>
      preview(calls, { id, verb: 'abort', body }, known(more, 'act')),
    previewRetry: async (id, more) => preview(calls, { id, verb: 'retry', body: {} }, known(more, 'act')),
    previewResolve: async (id, body, more) =>
      preview(calls, { id, verb: 'resolve', body }, known(more, 'act')),
    locks: locksClient(calls),
    retryMany: async (body = {}, more = {}) => actOnMany(calls, { verb: 'retry', body }, known(more, 'call')),
    resolveMany: async (body, more) => actOnMany(calls, { verb: 'resolve', body }, known(more, 'call')),
    participants: async more => participants(calls, known(more, 'read')),
    orphans: async more => orphans(calls, known(more, 'read')),
    sweep: async (body, more) => sweep(calls, body, known(more, 'call')),
  };
}

function checkOptions({ url, token, timeoutMs = defaultTimeoutMs }: ClientOptions): void {
  if (!isBase(url))
    throw new TypeError(
      `url is ${JSON.stringify(withoutPassword(url))}: it must be an http:// or https:// URL, without credentials, query and fragment`,
    );
  if (token !== undefined && typeof token !== 'function' && !isToken(token))
    throw new TypeError(`token (the value is not shown) ${tokenForm}, or a function that gives it`);
  if (!Number.isFinite(timeoutMs) || timeoutMs <= 0)
    throw new TypeError(`timeoutMs is ${String(timeoutMs)}: it must be a number of milliseconds above 0`);
}

function isBase(text: unknown): text is string {
  if (typeof text !== 'string' || !URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && username + password + search + hash === '';
}

function withoutPassword(text: unknown): unknown {
  return typeof text === 'string' ? text.replace(/\/\/[^/]*@/, '//…@') : text;
}
