/**
 * Owns `/codec` (PROTOCOL §3): the codec server that Temporal's Web UI and CLI ask, so that whoever operates sees what is encrypted in
 * Temporal, and sends it so. Operators only. A page of another site is refused by what keeps it from every route; that of the Web UI is
 * told by CORS headers that it may ask (the Fetch standard, "CORS protocol").
 *
 * What it is asked with is Temporal's to say, so of a query nothing is refused and nothing looked at: the Web UI of 2.54 asks by
 * `/decode?preserveStorageRefs=true`, which is about payloads that are stored elsewhere, of which there are none.
 */
import { type RequestHandler, Router } from 'express';
import { type Payloads, mostMetadata, mostPayloads } from '../../protocol/client/payloads';
import { given } from '../../protocol/wire/given';
import { membersOf } from '../../protocol/wire/shapes';
import { bodyOf, jsonBody } from '../body';
import { type ApiDependencies } from '../dependencies';
import { allowOnly } from '../methods';
import { permit } from '../permissions';
import { Problem } from '../problems';
import { parseAction } from '../transaction/bodies';
import { codecBody } from './body';

/** A page of a history, all of whose payloads come at once: the inputs of a hundred large transactions are more, and come in parts. */
const mostBytes = 8 * 1024 * 1024;

type Codec = NonNullable<ApiDependencies['codec']>;
type Payload = Parameters<Codec['open']>[0];
type Code = (payload: Payload) => Payload;

/** Where nothing is encrypted, both give back what they are given. */
export function codecRoutes({ codec }: ApiDependencies): Router {
  const router = Router({ caseSensitive: true });
  const coding = [
    ['/decode', each => codec?.open(each) ?? each],
    ['/encode', each => codec?.seal(each) ?? each],
  ] as const satisfies readonly [string, Code][];
  for (const [path, code] of coding)
    router.route(path).post(permit('decode'), jsonBody(mostBytes), coded(code)).all(allowOnly('POST'));
  return router;
}

function coded(code: Code): RequestHandler {
  return (request, response) => {
    const sent = parseAction(codecBody, bounded(bodyOf(request.body)));
    const answered = sent.payloads.map(each => toJson(code(fromJson(each))));
    response.json({ payloads: answered } satisfies Payloads);
  };
}

/** Before any of them is looked at, since even that takes its time with so many. @throws Problem */
function bounded(body: unknown): unknown {
  const { payloads } = membersOf(body);
  if (!Array.isArray(payloads)) return body;
  if (payloads.length > mostPayloads)
    throw tooMany(
      `the body has ${payloads.length} payloads: at most ${mostPayloads} in one request, send the rest in others`,
    );
  for (const [nth, each] of payloads.entries()) {
    const names = Object.keys(membersOf(membersOf(each)['metadata'])).length;
    if (names > mostMetadata)
      throw tooMany(`payload ${nth + 1} has ${names} entries of metadata: at most ${mostMetadata}`);
  }
  return body;
}

function tooMany(detail: string): Problem {
  return new Problem('body-too-large', detail);
}

/** No `Vary`, since nothing is cached. Before anybody is asked for a token: what asks beforehand has none (the Fetch standard, "CORS-preflight request"). */
export function letWebUi(origins: readonly string[]): RequestHandler {
  return (request, response, next) => {
    const { origin } = request.headers;
    if (origin === undefined || !origins.includes(origin)) {
      next();
      return;
    }
    response.set('access-control-allow-origin', origin);
    if (request.method !== 'OPTIONS') next();
    else response.set(allowed).status(204).end();
  };
}

/** The Web UI names the namespace, and hands on its user's token where it is told to. */
const allowed = {
  'access-control-allow-methods': 'POST',
  'access-control-allow-headers': 'authorization, content-type, x-namespace',
  'access-control-max-age': '600',
};

function fromJson({ metadata, data }: Payloads['payloads'][number]): Payload {
  const bytes = Object.entries(metadata ?? {}).map(([name, text]) => [name, Buffer.from(text, 'base64')]);
  return {
    metadata: Object.fromEntries(bytes) as Record<string, Uint8Array>,
    ...given({ data: data === undefined ? undefined : Buffer.from(data, 'base64') }),
  };
}

function toJson({ metadata, data }: Payload): Payloads['payloads'][number] {
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
  const all = Object.entries(metadata ?? {}).map(([name, bytes]) => [name, text(bytes)]);
  return {
    metadata: Object.fromEntries(all) as Record<string, string>,
    ...given({ data: data == null ? undefined : text(data) }),
  };
}
