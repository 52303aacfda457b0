/** Owns the list of keys that payloads are encrypted with. Errors say positions and ids, never keys (I11). */
import { type PayloadKey, type PayloadKeys, keyBytes, keyIdPattern } from '../engine/encryption/payloadKeys';
import { type Parser } from './parsers';
import { Wrong, readSecrets } from './wrong';

export const payloadKeys: Parser<PayloadKeys> = {
  allowed: 'a comma list of id:key, each key the base64 of 32 random bytes',
  parse: text => {
    const keys = readSecrets(text, { read: parseEntry, conflict });
    if (keys instanceof Wrong) return keys;
    const [first, ...others] = keys;
    return first === undefined ? undefined : [first, ...others];
  },
};

function parseEntry(entry: string): PayloadKey | string {
  const [id = '', ...rest] = entry.split(':');
  if (rest.length === 0) return 'is not id:key';
  if (!keyIdPattern.test(id)) return 'has an id that is not [A-Za-z0-9._-]{1,64}';
  const text = rest.join(':');
  const key = Buffer.from(text, 'base64');
  if (key.length !== keyBytes || key.toString('base64') !== text)
    return `("${id}") has a key that is not the base64 of ${keyBytes} bytes`;
  return { id, key };
}

function conflict(key: PayloadKey, before: readonly PayloadKey[]): string | undefined {
  if (before.some(({ id }) => id === key.id)) return `has the id of another, "${key.id}"`;
  const same = before.find(each => each.key.equals(key.key));
  return same === undefined ? undefined : `("${key.id}") has the same key as "${same.id}"`;
}
