/**
 * Owns every HTTP request that leaves. Connections are kept alive and hold one request at a time, so none waits behind
 * another; how many there are is what the gate lets in.
 */
import { Agent } from 'undici';
import { given } from '../protocol/wire/given';
import { type Ms } from '../protocol/wire/phases';
import { type SigningKeys } from '../protocol/wire/signatures';
import { type AllowList } from './allowList';
import { createConnector, type Lookup, type TlsParts } from './connector';
import { type Outbound } from './contract';
import { hostRules } from './limits/adaptiveLimit';
import { descriptorShares } from './limits/descriptors';
import { Gate } from './limits/gate';
import { createLookup } from './names/lookup';
import { createPolicy, type ListName } from './policy';
import { destinationOf, send } from './send';

/** Every request is signed (Standard Webhooks) where there is a key. */
export interface OutboundOptions extends SigningKeys {
  /** From `parseAllowList`; empty: any participant but those that are refused always. */
  readonly allowed: AllowList;
  /** What it was read from, for refusals. */
  readonly listName?: ListName;
  /** Calls in flight to one endpoint. */
  readonly callsPerEndpoint?: number;
  /** Connections at once; as many as the process's descriptors allow unless given. */
  readonly connections?: number;
  readonly maxBodyBytes?: number;
  /** The longest that one connection may take to be made; a request's own timeout bounds it too. */
  readonly connectTimeoutMs?: Ms;
  /** For `https`; whom Node trusts, and no certificate of ours, unless given. */
  readonly tls?: TlsParts;
  /** How long the rest of an answer whose status line was enough may take before its connection is closed. */
  readonly drainMs?: Ms;
  /** Whether whoever is told `busy` can be called back (`Outbound.callBack`): it need not look often then. Nobody can unless given. */
  readonly callsBack?: () => boolean;
  /** Told how long each request waited for its place, or until it was turned away. */
  readonly onPlaceWaited?: (ms: Ms) => void;
  /** Resolves a name to all of its addresses; `createLookup` unless given. */
  readonly lookup?: Lookup;
}

/** Each costs the engine a heartbeat a second. */
const slowInAll = 96;
/** Less than until an activity's first heartbeat. */
const patienceMs: Ms = 800;
const maxHeaderBytes = 16_384;
const maxHeaderCount = 100;
const keepAliveMs: Ms = 4_000;
const keepAliveLongestMs: Ms = 60_000;

export function createOutbound(options: OutboundOptions): Outbound {
  const { connectTimeoutMs = 5_000, callsPerEndpoint = 64, maxBodyBytes = 65_536, drainMs = 1_000 } = options;
  const { signingSecrets, signingMasterKeys, connections = descriptorShares().out } = options;
  const keys = given({ signingSecrets, signingMasterKeys });
  const closing = new AbortController();
  const policy = createPolicy(options.allowed, options.listName);
  const connect = createConnector({
    policy,
    lookup: options.lookup ?? createLookup(),
    connectTimeoutMs,
    tls: options.tls,
    most: connections,
    closing: closing.signal,
  });
  const agent = createAgent(connect);
  const limits = { maxBodyBytes, maxHeaderCount, drainMs };
  const gate = new Gate({
    perEndpoint: callsPerEndpoint,
    perHost: hostRules,
    inAll: connections,
    slowInAll,
    patienceMs,
    callsBack: options.callsBack ?? (() => false),
  });
  const { onPlaceWaited = () => undefined } = options;
  const sending = { agent, gate, limits, policy, keys, onPlaceWaited };
  return {
    check: url => policy.check(url),
    send: request => send(sending, request),
    callBack: (url, ms, call) => {
      gate.callBack(destinationOf(url), ms, call);
    },
    inFlight: () => gate.inFlight,
    close: async () => {
      gate.close();
      await agent.destroy();
      closing.abort();
    },
  };
}

/** No timeouts of undici's own: each request has one that bounds all of it. */
function createAgent(connect: ReturnType<typeof createConnector>): Agent {
  return new Agent({
    connect,
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: maxHeaderBytes,
    keepAliveTimeout: keepAliveMs,
    keepAliveMaxTimeout: keepAliveLongestMs,
  });
}
