/**
 * Owns the making of connections: the policy is asked again here, for an address that stands in the URL and for each one
 * that a name resolves to, and only an address that passed is connected to. Nothing of a request is sent before.
 *
 * One address that is refused always spoils the whole name (it may be a rebinding); one that is only not listed is left out.
 */
import { type LookupAddress } from 'node:dns';
import { type LookupFunction, type Socket } from 'node:net';
import { type SecureContextOptions } from 'node:tls';
import { buildConnector } from 'undici';
import { type Ms } from '../protocol/wire/phases';
import { readAsMeant } from './interim';
import { type Policy } from './policy';

/** All addresses of a name. */
export type Lookup = (host: string) => Promise<readonly LookupAddress[]>;

/** So many are open already. */
class NoSocketLeft extends Error {
  readonly code = 'EMFILE';
}

/** The policy does not let this connection be made. */
export class PolicyRefusal extends Error {}

/** PEM texts: who is trusted (whom Node trusts unless given), and who we are. */
export type TlsParts = Pick<SecureContextOptions, 'ca' | 'cert' | 'key'>;

export interface ConnectorOptions {
  readonly policy: Policy;
  readonly lookup: Lookup;
  readonly connectTimeoutMs: Ms;
  /** Where it is TLS. */
  readonly tls?: TlsParts | undefined;
  /** Sockets at once, those that are kept for the next request among them. */
  readonly most: number;
  /** Ends connections that are still being made. */
  readonly closing: AbortSignal;
}

export function createConnector(options: ConnectorOptions): buildConnector.connector {
  const { policy } = options;
  const lookup = shared(options.lookup);
  const open = new Set<Socket>();
  const byName = connectorFor(options, lookup, { named: true, open });
  const byAddress = connectorFor(options, lookup, { named: false, open });
  return (target, callback) => {
    const url = new URL(`${target.protocol}//${target.host ?? target.hostname}`);
    const refusal = policy.check(url.href);
    const full = open.size >= options.most ? new NoSocketLeft() : undefined;
    const error = refusal === undefined ? full : new PolicyRefusal(refusal);
    if (error !== undefined) {
      queueMicrotask(() => {
        callback(error, null);
      });
      return;
    }
    const connect = policy.names(url) ? byName : byAddress;
    connect(target, (...result) => {
      if (result[0] === null) readAsMeant(result[1]);
      callback(...result);
    });
  };
}

function connectorFor(
  options: ConnectorOptions,
  lookup: Lookup,
  { named, open }: { readonly named: boolean; readonly open: Set<Socket> },
): buildConnector.connector {
  const { policy, connectTimeoutMs, closing } = options;
  const settings = {
    ...options.tls,
    timeout: connectTimeoutMs,
    lookup: guarded(lookup, policy, named),
    // of one address among several; the default of 250 ms gives up on a far or busy host
    autoSelectFamilyAttemptTimeout: 2_000,
  };
  return endedBy(closing, buildConnector(settings), open);
}

/**
 * Ends what is still being made when `closing` aborts, and keeps `open` as the sockets that are. A socket's own `signal` option would do that too, and keep every
 * socket there ever was, since its listener stays on the signal after the socket is closed.
 */
function endedBy(
  closing: AbortSignal,
  connect: buildConnector.connector,
  open: Set<Socket>,
): buildConnector.connector {
  const connectSocket = connect as unknown as SocketMaker;
  const making = new Set<Socket>();
  const end = (): void => {
    for (const socket of making) socket.destroy(closed());
  };
  closing.addEventListener('abort', end);
  return (target, callback) => {
    const made: buildConnector.Callback = (...result) => {
      making.delete(socket);
      callback(...result);
    };
    const socket = connectSocket(target, made);
    making.add(socket);
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    if (closing.aborted) end();
  };
}

/** What undici's connectors are, though their types do not say what they return. */
type SocketMaker = (...of: Parameters<buildConnector.connector>) => Socket;

/** What Node's own `signal` option would say. */
function closed(): Error {
  return Object.assign(new Error('closed'), { name: 'AbortError', code: 'ABORT_ERR' });
}

/** Many callers of one name share one look-up (I9). */
function shared(lookup: Lookup): Lookup {
  const underWay = new Map<string, Promise<readonly LookupAddress[]>>();
  return host => {
    const found = underWay.get(host) ?? lookup(host).finally(() => underWay.delete(host));
    underWay.set(host, found);
    return found;
  };
}

function guarded(lookup: Lookup, policy: Policy, named: boolean): LookupFunction {
  return (host, { all }, callback) => {
    lookup(host)
      .then(addresses => usable(host, addresses, { policy, named }))
      .then(
        ([first, ...rest]) => {
          if (all === true) callback(null, [first, ...rest]);
          else callback(null, first.address, first.family);
        },
        (error: unknown) => {
          callback(error as NodeJS.ErrnoException, '');
        },
      );
  };
}

type Some<T> = [T, ...T[]];

function usable(
  host: string,
  addresses: readonly LookupAddress[],
  { policy, named }: { policy: Policy; named: boolean },
): Some<LookupAddress> {
  const judged = addresses.map(one => ({ one, refusal: policy.checkAddress(host, one.address, named) }));
  const spoiling = judged.find(({ refusal }) => refusal?.always);
  const [first, ...rest] = judged.filter(({ refusal }) => refusal === undefined).map(({ one }) => one);
  if (spoiling === undefined && first !== undefined) return [first, ...rest];
  const refusal = (spoiling ?? judged[0])?.refusal;
  if (refusal !== undefined) throw new PolicyRefusal(refusal.why);
  throw Object.assign(new Error('the name has no address'), { code: 'ENOTFOUND' });
}
