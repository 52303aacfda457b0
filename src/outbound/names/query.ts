/**
 * Owns asking name servers for the addresses of one name, by c-ares: no thread waits for the answer, so a server that is silent
 * costs nobody else anything (I9).
 */
import { type LookupAddress } from 'node:dns';
import { type Resolver } from 'node:dns/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Ms } from '../../protocol/wire/phases';

export interface Found {
  readonly addresses: readonly LookupAddress[];
  readonly ttlMs: Ms;
}

/** `absent`: the servers say that there is none. Otherwise nobody knows. */
export class NameFailure extends Error {
  readonly absent: boolean;
  /** As getaddrinfo would say. */
  readonly code: 'ENOTFOUND' | 'EAI_AGAIN';

  constructor(absent: boolean, message: string) {
    super(message);
    this.absent = absent;
    this.code = absent ? 'ENOTFOUND' : 'EAI_AGAIN';
  }
}

/** How long an answer for one family waits for the other one's (RFC 8305 §3; some servers drop AAAA). */
const otherFamilyMs: Ms = 250;

type Records = readonly { readonly address: string; readonly ttl: number }[];

/** The first of `names` that exists. @throws NameFailure */
export async function queryFirst(resolver: Resolver, names: readonly string[]): Promise<Found> {
  let failure = new NameFailure(true, 'the name does not exist');
  for (const name of names) {
    try {
      return await query(resolver, name);
    } catch (error) {
      if (!(error instanceof NameFailure)) throw error;
      if (!error.absent) failure = error;
      if (error.message === silent) break; // the others would be as silent, and take as long
    }
  }
  throw failure;
}

const silent = 'no name server answered';

async function query(resolver: Resolver, name: string): Promise<Found> {
  const families = [
    records(4, resolver.resolve4(name, { ttl: true })),
    records(6, resolver.resolve6(name, { ttl: true })),
  ] as const;
  await Promise.any(families).catch((error: unknown) => {
    throw failureOf((error as AggregateError).errors);
  });
  const late = sleep(otherFamilyMs, undefined, { ref: false });
  const both = await Promise.all(families.map(each => Promise.race([each, late]).catch(() => undefined)));
  const found = both.filter(each => each !== undefined);
  return {
    addresses: found.flatMap(each => each.addresses),
    ttlMs: Math.min(...found.map(each => each.ttlMs)),
  };
}

async function records(family: 4 | 6, answer: Promise<Records>): Promise<Found> {
  const found = await answer;
  if (found.length === 0) throw Object.assign(new Error('no address'), { code: 'ENODATA' });
  const addresses = found.map(({ address }) => ({ address, family }));
  return { addresses, ttlMs: Math.min(...found.map(({ ttl }) => ttl)) * 1_000 };
}

const absentCodes = new Set(['ENOTFOUND', 'ENODATA', 'EBADNAME']);

function failureOf(errors: readonly NodeJS.ErrnoException[]): NameFailure {
  const unsure = errors.find(({ code = '' }) => !absentCodes.has(code));
  if (unsure === undefined) return new NameFailure(true, 'the name does not exist');
  const { code } = unsure;
  return new NameFailure(false, code === 'ETIMEOUT' ? silent : `the name servers failed (${String(code)})`);
}
