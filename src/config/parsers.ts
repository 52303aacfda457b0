/** Owns how one setting's text is read: a parser gives the value, or undefined for what `allowed` does not describe. */
import { tagPattern } from '../protocol/wire/ids';
import { isMasterKey, isSecret, masterKeyForm, secretForm } from '../protocol/wire/signatures';

export interface Parser<T> {
  readonly allowed: string;
  readonly parse: (text: string) => T | undefined;
}

export function integer(min: number, max: number, unit = ''): Parser<number> {
  return {
    allowed: `a whole number from ${min} to ${max}${unit}`,
    parse: text => {
      const value = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
      return value >= min && value <= max ? value : undefined;
    },
  };
}

/** In milliseconds, for what counts in seconds. */
export function wholeSeconds(min: number, max: number): Parser<number> {
  const { parse } = integer(min, max);
  return {
    allowed: `a whole number of seconds, in milliseconds: a multiple of 1000 from ${min} to ${max}`,
    parse: text => {
      const value = parse(text);
      return value !== undefined && value % 1_000 === 0 ? value : undefined;
    },
  };
}

export function oneOf<T extends string>(...values: readonly T[]): Parser<T> {
  return { allowed: `one of ${values.join(', ')}`, parse: text => values.find(value => value === text) };
}

function matching(pattern: RegExp, allowed: string): Parser<string> {
  return { allowed, parse: text => (pattern.test(text) ? text : undefined) };
}

/** A host name or an address to listen on. */
export const host = matching(
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)$/,
  'a host name or an IP address, without brackets or port',
);

/** For a setting whose reader has its own way of saying what is wrong. */
export const anything: Parser<string> = { allowed: 'any text', parse: text => text };

export const signingSecret: Parser<string> = {
  allowed: secretForm,
  parse: text => (isSecret(text) ? text : undefined),
};

export const signingMasterKey: Parser<string> = {
  allowed: masterKeyForm,
  parse: text => (isMasterKey(text) ? text : undefined),
};

/** Anything may stand in a path but nothing, and NUL. */
export const directory = matching(/^[^\0]+$/, 'a directory');

export const taskQueue = matching(/^[A-Za-z0-9._-]{1,200}$/, '1 to 200 of [A-Za-z0-9._-]');

export const coordinatorTag = matching(tagPattern, '1 to 16 of [a-z0-9]');

/** gRPC's `host:port`; brackets around an IPv6 address. */
export const address = matching(/^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+):\d{1,5}$/, 'host:port');

/** Temporal allows more, but nothing that a shell or a log needs to quote. */
export const namespace = matching(/^[A-Za-z0-9._-]{2,255}$/, '2 to 255 of [A-Za-z0-9._-]');

/** A base: `/transactions/<id>` is appended, so the trailing slash goes. */
export const baseUrl: Parser<string> = {
  allowed: 'an http:// or https:// URL without credentials, query and fragment',
  parse: text => {
    const url = httpUrl(text);
    const plain = url?.search === '' && url.hash === '' && !/[?#]/.test(text);
    return plain ? url.href.replace(/\/+$/, '') : undefined;
  },
};

/** Keys decide who is who, so they may not come over a line that others can write to. */
export const jwksUrl: Parser<string> = {
  allowed: 'an https:// URL without credentials, or an http:// one to a loopback address',
  parse: text => {
    const url = httpUrl(text);
    const safe = url?.protocol === 'https:' || (url !== undefined && isLoopback(url.hostname));
    return safe ? url.href : undefined;
  },
};

function httpUrl(text: string): URL | undefined {
  const url = /^https?:\/\/[^/?#\s]/i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  return url?.username === '' && url.password === '' ? url : undefined;
}

/** `localhost`, 127.0.0.0/8 and ::1, with or without brackets. */
export function isLoopback(hostname: string): boolean {
  const name = hostname.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  return name === 'localhost' || name === '::1' || /^127(?:\.\d{1,3}){3}$/.test(name);
}
