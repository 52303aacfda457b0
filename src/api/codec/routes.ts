/**
 * Owns `/codec` (PROTOCOL §3): the codec server that Temporal's Web UI and CLI ask, so that whoever operates sees what is encrypted in
 * Temporal, and sends it so. Operators only. A page of another site is refused by what keeps it from every route; that of the Web UI is
 * told by CORS headers that it may ask (the Fetch standard, "CORS protocol").
 */
import { type RequestHandler, Router } from 'express';
import { type Payloads, payloads } from '../../protocol/client/payloads';
import { given } from '../../protocol/wire/given';
import { bodyOf, jsonBody } from '../body';
import { type ApiDependencies } from '../dependencies';
import { allowOnly } from '../methods';
import { noQuery } from '../noQuery';
import { permit } from '../permissions';
import { parseAction } from '../transaction/bodies';

/** A page of a history, all of whose payloads come at once: the inputs of a hundred large transactions are more, and come in parts. */
const mostBytes = 8 * 1024 * 1024;

type Codec = NonNullable<ApiDependencies['codec']>;
type Payload = Parameters<Codec['decode']>[0][number];

/** Where nothing is encrypted, both give back what they are given. */
export function codecRoutes({ codec }: ApiDependencies): Router {
  const router = Router({ caseSensitive: true });
  const asIs = (all: Payload[]): Promise<Payload[]> => Promise.resolve(all);
  const coding = [
    ['/decode', codec === undefined ? asIs : all => codec.decode(all)],
    ['/encode', codec === undefined ? asIs : all => codec.encode(all)],
  ] as const satisfies readonly [string, Codec['decode']][];
  for (const [path, code] of coding)
    router
      .route(path)
      .post(permit('decode'), noQuery, jsonBody(mostBytes), coded(code))
      .all(allowOnly('POST'));
  return router;
}

function coded(code: Codec['decode']): RequestHandler {
  return async (request, response) => {
    const sent = parseAction(payloads, bodyOf(request.body));
    const answered = await code(sent.payloads.map(fromJson));
    response.json({ payloads: answered.map(toJson) } satisfies Payloads);
  };
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
