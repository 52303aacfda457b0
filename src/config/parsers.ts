/** Owns how one setting's text is read: a parser gives the value, or for what `allowed` does not describe undefined or what is wrong. */
import { type AllowList, parseAllowList } from '../outbound/allowList';
import { Wrong, wrongEntries } from './wrong';
import { tagPattern } from '../protocol/wire/ids';
import { isMasterKey, isSecret, masterKeysForm, readKeyList, secretsForm } from '../protocol/wire/signatures';

export interface Parser<T> {
  readonly allowed: string;
  readonly parse: (text: string) => T | Wrong | undefined;
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
      return typeof value === 'number' && value % 1_000 === 0 ? value : undefined;
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

export const signingSecrets: Parser<readonly string[]> = {
  allowed: secretsForm,
  parse: text => readKeyList(text, isSecret),
};

export const signingMasterKeys: Parser<readonly string[]> = {
  allowed: masterKeysForm,
  parse: text => readKeyList(text, isMasterKey),
};

/** Compared with a claim as it is, so a blank around it would let nobody in. */
export const claim = matching(
  /^[\x21-\x7e]{1,500}$/,
  '1 to 500 visible ASCII characters, as it stands in the tokens',
);

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

/** As browsers write it in `Origin` (RFC 6454 §6.1). */
export const origin: Parser<string> = {
  allowed:
    'an origin: http:// or https://, a host, and a port where it is not the usual one, nothing after it',
  parse: text => {
    const url = httpUrl(text);
    return url !== undefined && /^https?:\/\/[^/?#]+\/?$/i.test(text) ? url.origin : undefined;
  },
};

/** A list without entries would read as "none", which is "any": whoever sets one means to name somebody. */
export const allowList: Parser<AllowList> = {
  allowed:
    'a comma list of origins (http://payments:8080), hosts by suffix (*.example.com) and CIDRs (10.0.0.0/8)',
  parse: text => {
    const { entries, wrong } = parseAllowList(text);
    if (wrong.length > 0) return wrongEntries(wrong);
    return entries.length > 0 ? entries : new Wrong('names nobody: unset it, or say who may be called');
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

/** Signals have paths of their own below it. */
export const collectorUrl: Parser<string> = {
  allowed: 'an http:// or https:// URL without credentials (they go into OTEL_EXPORTER_OTLP_HEADERS)',
  parse: text => httpUrl(text)?.href,
};

export const share = matching(/^(?:0|1|0?\.\d{1,12}|1\.0{1,12})$/, 'a number from 0 to 1');

function httpUrl(text: string): URL | undefined {
  const url = /^https?:\/\/[^/?#\s]/i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  return url?.username === '' && url.password === '' ? url : undefined;
}

/** `localhost`, 127.0.0.0/8 and ::1, with or without brackets. */
export function isLoopback(hostname: string): boolean {
  const name = hostname.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  return name === 'localhost' || name === '::1' || /^127(?:\.\d{1,3}){3}$/.test(name);
}
