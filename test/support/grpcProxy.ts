/**
 * Owns a way to a Temporal server for a client that may not do everything: named calls are refused, those of which the answer is to be lost are
 * carried out all the same, all others go through as they are.
 */
import {
  type ClientHttp2Session,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  connect,
  createServer,
} from 'node:http2';
import { portOf } from './listening';

export interface GrpcProxy {
  /** `host:port`, as Temporal is named. */
  readonly address: string;
  /** The paths that were refused. */
  readonly refused: readonly string[];
  close(): Promise<void>;
}

interface Refusal {
  readonly 'grpc-status': string;
  readonly 'grpc-message': string;
}

const permissionDenied: Refusal = { 'grpc-status': '7', 'grpc-message': 'Request unauthorized.' };

/** Which calls, and what they are answered. */
interface Forbidden extends Pick<RegExp, 'test'> {
  readonly as?: Refusal;
}

const nothing: Pick<RegExp, 'test'> = { test: () => false };

/**
 * @param forbidden calls by their paths, `/<service>/<method>`
 * @param lost calls whose answers do not come back
 * @param held what a call waits for before it goes through
 */
export async function startGrpcProxy(
  to: string,
  forbidden: Forbidden,
  lost = nothing,
  held: (path: string) => Promise<unknown> | undefined = () => undefined,
): Promise<GrpcProxy> {
  const sessions = new Set<ServerHttp2Session>();
  const far: ClientHttp2Session = connect(`http://${to}`);
  const refused: string[] = [];
  const server = createServer();
  server.on('session', session => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  server.on('stream', (near, headers) => {
    near.on('error', () => undefined); // a client that gave up
    const path = headers[':path'] ?? '';
    if (!forbidden.test(path)) {
      const passed = (): void => {
        passOn(near, headers, far, lost.test(path));
      };
      const wait = held(path);
      if (wait === undefined) passed();
      else void wait.then(passed);
      return;
    }
    refused.push(path);
    near.respond(
      { ':status': 200, 'content-type': 'application/grpc', ...(forbidden.as ?? permissionDenied) },
      { endStream: true },
    );
  });
  const port = await portOf(server);
  return {
    address: `127.0.0.1:${String(port)}`,
    refused,
    close: async () => {
      for (const session of sessions) session.destroy();
      far.destroy();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

/** What a worker makes of the first task that it is given: it does not arrive, and the task is given out again. */
export function firstCompletion(): Pick<RegExp, 'test'> {
  const completions = countedCompletions();
  completions.lose(1);
  return completions;
}

export interface CountedCompletions extends Pick<RegExp, 'test'> {
  /** The nth one from now on does not arrive. */
  lose(nth: number): void;
  /** It was lost. */
  isLost(): boolean;
}

/** What workers make of their workflow tasks. */
export function countedCompletions(): CountedCompletions {
  let until = 0;
  return {
    lose: nth => {
      until = nth;
    },
    isLost: () => until === 0,
    test: path => {
      if (until === 0 || !path.endsWith('/RespondWorkflowTaskCompleted')) return false;
      until -= 1;
      return until === 0;
    },
  };
}

function passOn(
  near: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  far: ClientHttp2Session,
  losesAnswer: boolean,
): void {
  const request = far.request(headers);
  request.on('error', () => {
    near.close();
  });
  near.on('close', () => {
    request.close();
  });
  request.once('response', answer => {
    if (losesAnswer) {
      near.respond(
        { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '14', 'grpc-message': 'lost' },
        { endStream: true },
      );
      return;
    }
    let trailers = {};
    request.once('trailers', (sent: IncomingHttpHeaders) => (trailers = sent));
    near.once('wantTrailers', () => {
      near.sendTrailers(trailers);
    });
    const isWhole = answer['grpc-status'] !== undefined; // without a body, its trailers are its headers
    near.respond(answer, isWhole ? { endStream: true } : { waitForTrailers: true });
    if (!isWhole) request.pipe(near);
  });
  near.pipe(request);
}
