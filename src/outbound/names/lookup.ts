/**
 * Owns the look-up of names: `/etc/hosts`, then name servers, with what was found kept for as long as its owner allows (TTL), and
 * used after that while nobody can say anything newer (RFC 8767). Who may be called is judged for each connection, on the very
 * address that is connected to (`connector.ts`), so a kept answer is judged again.
 *
 * I9: one look-up a name at a time, so many in all, and some of those only for names that were found before: names whose servers
 * are silent delay neither each other nor anybody else.
 *
 * Other than getaddrinfo: no nsswitch.conf (mDNS, LDAP, `myhostname`), no sorting by RFC 6724 (IPv4 comes first).
 */
import { type LookupAddress } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import { type Ms } from '../../protocol/wire/phases';
import { type Lookup } from '../connector';
import { inHosts, parseHosts } from './hostsFile';
import { NameFailure, type Found, queryFirst } from './query';
import { candidatesOf, parseResolvConf } from './resolvConf';
import { systemFile } from './systemFile';

interface LookupOptions {
  readonly hostsFile?: string;
  readonly resolvConf?: string;
  /** Instead of those in resolv.conf. */
  readonly servers?: readonly string[];
  /** Look-ups under way at once. */
  readonly atOnce?: number;
  /** Of these, only for names that were found before. */
  readonly reserved?: number;
}

/** There was no turn for it: so many others are under way. */
export class NoTurn extends Error {
  readonly code = 'NO_TURN';
}

interface Kept {
  readonly addresses: readonly LookupAddress[];
  readonly freshUntil: Ms;
  readonly usableUntil: Ms;
}

/** A second try waits twice as long, and Node looks at the clock once a second: together some 3 s, less than a connection may take. */
const tries = { timeout: 800, tries: 2 };
const shortestTtlMs: Ms = 1_000;
const longestTtlMs: Ms = 300_000;
const staleForMs: Ms = 3_600_000;
/** How long a caller waits for a newer answer while there is an old one (RFC 8767 §5). */
const newerWithinMs: Ms = 500;
/** After nobody could say anything newer. */
const askAgainMs: Ms = 5_000;
const mostKept = 10_000;

export function createLookup(options: LookupOptions = {}): Lookup {
  const hosts = systemFile(options.hostsFile ?? '/etc/hosts', parseHosts);
  const names = new Names(options);
  return host => {
    const name = host.toLowerCase();
    const listed = inHosts(hosts(), name.replace(/\.$/, ''));
    return listed === undefined ? names.find(name) : Promise.resolve(listed);
  };
}

class Names {
  readonly #atOnce: number;
  readonly #reserved: number;
  readonly #ask: (name: string) => Promise<Found>;
  /** The one used longest ago comes first. */
  readonly #kept = new Map<string, Kept>();
  readonly #underWay = new Map<string, Promise<readonly LookupAddress[]>>();

  constructor(options: LookupOptions) {
    const { resolvConf = '/etc/resolv.conf', servers, atOnce = 128, reserved = 32 } = options;
    const system = systemFile(resolvConf, text => ({
      ...parseResolvConf(text),
      resolver: resolverOf(servers),
    }));
    this.#atOnce = atOnce;
    this.#reserved = reserved;
    this.#ask = name => queryFirst(system().resolver, candidatesOf(name, system()));
  }

  async find(name: string): Promise<readonly LookupAddress[]> {
    const kept = this.#keptOf(name);
    if (kept === undefined) return this.#newer(name, 0);
    if (Date.now() < kept.freshUntil) return kept.addresses;
    try {
      return (await within(newerWithinMs, this.#newer(name, this.#reserved))) ?? kept.addresses;
    } catch (error) {
      if (error instanceof NameFailure && error.absent) throw error;
      return kept.addresses;
    }
  }

  #keptOf(name: string): Kept | undefined {
    const kept = this.#kept.get(name);
    if (kept === undefined) return undefined;
    this.#kept.delete(name);
    if (Date.now() >= kept.usableUntil) return undefined; // however often it was kept on
    this.#kept.set(name, kept);
    return kept;
  }

  /** Many callers of one name share one look-up. */
  #newer(name: string, reserved: number): Promise<readonly LookupAddress[]> {
    const shared = this.#underWay.get(name);
    if (shared !== undefined) return shared;
    if (this.#underWay.size >= this.#atOnce - this.#reserved + reserved)
      return Promise.reject(new NoTurn(`${this.#underWay.size} names are being looked up already`));
    const asked = this.#askAndKeep(name).finally(() => this.#underWay.delete(name));
    this.#underWay.set(name, asked);
    return asked;
  }

  async #askAndKeep(name: string): Promise<readonly LookupAddress[]> {
    try {
      const { addresses, ttlMs } = await this.#ask(name);
      this.#keep(name, addresses, ttlMs);
      return addresses;
    } catch (error) {
      this.#keepThough(error, name);
      throw error;
    }
  }

  /** What was found before goes on being used, and for a moment without asking again (RFC 8767 §5). */
  #keepThough(error: unknown, name: string): void {
    const kept = this.#kept.get(name);
    if (kept === undefined) return;
    if (error instanceof NameFailure && error.absent) this.#kept.delete(name);
    else this.#kept.set(name, { ...kept, freshUntil: Date.now() + askAgainMs });
  }

  #keep(name: string, addresses: readonly LookupAddress[], ttlMs: Ms): void {
    const freshUntil = Date.now() + Math.min(Math.max(ttlMs, shortestTtlMs), longestTtlMs);
    this.#kept.delete(name);
    this.#kept.set(name, { addresses, freshUntil, usableUntil: freshUntil + staleForMs });
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= mostKept) break;
      this.#kept.delete(oldest);
    }
  }
}

function resolverOf(servers: readonly string[] | undefined): Resolver {
  const resolver = new Resolver(tries);
  if (servers !== undefined) resolver.setServers(servers);
  return resolver;
}

/** Undefined where it takes longer. */
async function within<T>(ms: Ms, work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>(resolve => {
    timer = setTimeout(resolve, ms, undefined);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
