/** Owns the list of keys that payloads are encrypted with. Errors say positions alone: what stands where an id should may be a key (I11). */
import { type PayloadKey, type PayloadKeys, keyBytes, keyIdPattern } from '../engine/encryption/payloadKeys';
import { type Parser } from './parsers';
import { type Entry, Wrong, readSecrets } from './wrong';

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
  const text = rest.join(':');
  const key = keyIn(text);
  if (key === undefined && keyIn(id) !== undefined && keyIdPattern.test(text))
    return 'has its key before its id: it has to be id:key';
  if (!keyIdPattern.test(id)) return 'has an id that is not [A-Za-z0-9._-]{1,64}';
  return key === undefined ? `has a key that is not the base64 of ${keyBytes} bytes` : { id, key };
}

function keyIn(text: string): Buffer | undefined {
  const key = Buffer.from(text, 'base64');
  return key.length === keyBytes && key.toString('base64') === text ? key : undefined;
}

function conflict({ id, key }: PayloadKey, before: readonly Entry<PayloadKey>[]): string | undefined {
  const namesake = before.find(({ value }) => value.id === id);
  if (namesake !== undefined) return `has the id of entry ${namesake.nth}`;
  const same = before.find(({ value }) => value.key.equals(key));
  return same === undefined ? undefined : `has the same key as entry ${same.nth}`;
}
