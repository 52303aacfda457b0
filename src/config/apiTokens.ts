/** Owns the list of bearer tokens. Only their hashes are kept: a configuration that leaks holds no token (I11). */
import { createHash } from 'node:crypto';
import { type Parser } from './parsers';
import { type Entry, readSecrets } from './wrong';

/** `client`: start, read and abort its own; `participant`: read one transaction; `operator`: all (PROTOCOL §5). */
export type Role = 'client' | 'participant' | 'operator';

export interface ApiToken {
  readonly name: string;
  readonly role: Role;
  /** SHA-256 of the token. */
  readonly hash: Buffer;
}

export const callerNamePattern = /^[A-Za-z0-9._@-]{1,64}$/;

/** RFC 6750 §2.1, and long enough that nobody guesses it. */
const tokenPattern = /^[A-Za-z0-9._~+/-]{16,512}=*$/;

export function isRole(text: unknown): text is Role {
  return text === 'client' || text === 'participant' || text === 'operator';
}

export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** All that is wrong is said, by position alone: what stands where a name should may be a token. */
export const apiTokens: Parser<readonly ApiToken[]> = {
  allowed: 'a comma list of name:role:token',
  parse: text => readSecrets(text, { read: parseEntry, conflict }),
};

function parseEntry(entry: string): ApiToken | string {
  const [name = '', role, ...rest] = entry.split(':');
  const token = rest.join(':');
  if (role === undefined || rest.length === 0) return 'is not name:role:token';
  if (!callerNamePattern.test(name)) return 'has a name that is not [A-Za-z0-9._@-]{1,64}';
  if (!isRole(role)) return 'has a role that is not client, participant or operator';
  if (!tokenPattern.test(token)) return 'has a token that is not 16 to 512 of [A-Za-z0-9._~+/-]';
  return { name, role, hash: hashToken(token) };
}

/** A name may have several tokens, so that one can be replaced without a gap; they are one caller with one role. */
function conflict({ name, role, hash }: ApiToken, before: readonly Entry<ApiToken>[]): string | undefined {
  const same = before.find(({ value }) => value.hash.equals(hash));
  if (same !== undefined) return `repeats the token of entry ${same.nth}`;
  const namesake = before.find(({ value }) => value.name === name);
  if (namesake === undefined || namesake.value.role === role) return undefined;
  return `has the role ${role}, and entry ${namesake.nth}, of the same name, ${namesake.value.role}`;
}
