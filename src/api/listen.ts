/** Owns the listening socket: opened with a clear error, closed without cutting off a request that runs. */
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type Config } from '../config/config';
import { type Ms } from '../protocol/wire/phases';

export interface ApiServer {
  /** Where it answers, `http://host:port`; the port is the real one where any free one was asked for. */
  readonly url: string;
  readonly port: number;
  /** Stops accepting, waits for running requests, `graceMs` (5 s) at most, and closes every connection. */
  close(graceMs?: number): Promise<void>;
}

/**
 * Headers, then the whole request, must have come within these; nobody holds a connection by sending slowly. They count from a
 * request's first byte, so neither ends a connection that is idle between two.
 */
const timeouts = { headersTimeout: 10_000, requestTimeout: 30_000 };

/** Nor by not reading: nothing goes either way for longer than this only while an answer is waited for, or nobody takes it. */
const stillMs: Ms = 60_000;

interface Place
  extends Pick<Config, 'host' | 'port' | 'keepAliveTimeoutMs'>, Partial<Pick<Config, 'longestWaitS'>> {
  /** Beside the longest wait; `stillMs` unless given. */
  readonly unreadMs?: Ms;
  /** Which setting the port is of: `DTC_PORT` unless given. */
  readonly portSetting?: string;
  /** Who has the port, for people. */
  readonly holderOf?: (port: number) => Promise<string>;
  /** More are closed as they come: each holds a descriptor. */
  readonly maxConnections?: number;
}

/** @throws Error that names the setting to change, where the address cannot be had */
export async function listen(app: RequestListener, place: Place): Promise<ApiServer> {
  const { host, port, keepAliveTimeoutMs, portSetting = 'DTC_PORT' } = place;
  const { holderOf = () => Promise.resolve('another process') } = place;
  const { longestWaitS = 0, unreadMs = stillMs } = place;
  const server = createServer({ ...timeouts, keepAliveTimeout: keepAliveTimeoutMs });
  server.timeout = longestWaitS * 1_000 + unreadMs;
  server.maxConnections = place.maxConnections ?? Infinity;
  const running = trackRunning(server);
  server.on('request', app);
  const failure = await new Promise<NodeJS.ErrnoException | undefined>(resolve => {
    server.once('error', resolve);
    server.listen({ host, port }, () => {
      resolve(undefined);
    });
  });
  if (failure !== undefined)
    throw new Error(await cannotListen(failure, { host, port, portSetting, holderOf }), { cause: failure });
  const bound = (server.address() as AddressInfo).port;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${bound}`;
  return { url, port: bound, close: (graceMs = 5_000) => close(server, running, graceMs) };
}

async function cannotListen(
  error: NodeJS.ErrnoException,
  { host, port, portSetting, holderOf }: Required<Pick<Place, 'host' | 'port' | 'portSetting' | 'holderOf'>>,
): Promise<string> {
  const where = `${host}:${port}`;
  if (error.code === 'EADDRINUSE')
    return `${where} is in use by ${await holderOf(port)}: set ${portSetting} to another port`;
  if (error.code === 'EACCES')
    return `this user may not listen on ${where}: set ${portSetting} to 1024 or more`;
  return `cannot listen on ${where} (${error.message}): set DTC_HOST to an address of this machine`;
}

interface Running {
  readonly responses: Set<{ readonly headersSent: boolean; setHeader(name: string, value: string): unknown }>;
  /** Called whenever the last running request has been answered. */
  idle: () => void;
}

function trackRunning(server: Server): Running {
  const running: Running = { responses: new Set(), idle: () => undefined };
  server.on('request', (_request, response) => {
    running.responses.add(response);
    if (!server.listening) response.setHeader('connection', 'close');
    response.once('close', () => {
      running.responses.delete(response);
      if (running.responses.size === 0) running.idle();
    });
  });
  return running;
}

/** Node's own `close` leaves alone what is not idle to it, which includes connections that never sent anything. */
async function close(server: Server, running: Running, graceMs: number): Promise<void> {
  const closed = new Promise(resolve => server.close(resolve));
  for (const response of running.responses)
    if (!response.headersSent) response.setHeader('connection', 'close');
  const cut = setTimeout(() => {
    server.closeAllConnections();
  }, graceMs);
  running.idle = () =>
    setImmediate(() => {
      if (running.responses.size === 0) server.closeAllConnections();
    });
  if (running.responses.size === 0) running.idle();
  await closed;
  clearTimeout(cut);
}
