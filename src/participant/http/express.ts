/** Owns the way in and out of Express. Paths that are none of the kit's go on to the service's own routes. */
import { Readable } from 'node:stream';
import { type ReadableStream } from 'node:stream/web';
import type * as Express from 'express';
import { type Participant } from '../contract';
import { routeOf } from './handler';

/** Mount it before anything that reads bodies: signatures are over the bytes as they came. */
export function participantRouter(participant: Participant): Express.Router {
  const router = loadExpress().Router();
  router.use(async (request, response, next) => {
    const url = new URL(request.originalUrl, 'http://participant');
    if (routeOf(url) === undefined) {
      next();
      return;
    }
    if (request.readableEnded)
      throw new Error(
        'the body was read already: mount participantRouter before express.json() and the like',
      );
    await respond(await participant.handle(toRequest(request, url)), response);
  });
  return router;
}

function toRequest(request: Express.Request, url: URL): Request {
  const headers = Object.entries(request.headers).map(
    ([name, value]) => [name, String(value)] as [string, string],
  );
  const { method } = request;
  if (method === 'GET' || method === 'HEAD') return new Request(url, { method, headers });
  const body = Readable.toWeb(request) as ReadableStream<Uint8Array>;
  return new Request(url, { method, headers, body, duplex: 'half' });
}

async function respond(answer: Response, response: Express.Response): Promise<void> {
  response.status(answer.status).setHeaders(answer.headers);
  response.end(await answer.text());
}

/** An optional peer: whoever serves with something else calls `participant.handle`. */
function loadExpress(): typeof Express {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would load it for every server
    return require('express') as typeof Express;
  } catch (error) {
    throw new Error('participantRouter needs Express 5: npm install express', { cause: error });
  }
}
