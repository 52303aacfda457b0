/**
 * Owns encryption at rest: each payload that goes to Temporal is sealed with AES-256-GCM (NIST SP 800-38D) under the first of
 * `DTC_PAYLOAD_KEYS`, with a random nonce, and opened with whichever of them it names. What is sealed is the whole payload, with its
 * encoding, as protocol buffers write it; in plain text stand `encoding: binary/encrypted` and the key's id, which is authenticated.
 *
 * What is not sealed passes: what was stored before there were keys, and what a person sends with the `temporal` CLI. What cannot be
 * opened passes too, as it is: of a signal the workflow writes down that it makes no sense and goes on (PROTOCOL §4), where an error would
 * stop its workflow for ever; whoever needs the value finds an encoding that nobody reads.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { type Payload, type PayloadCodec } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { type PayloadKey, type PayloadKeys } from './payloadKeys';

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;
const encoding = Buffer.from('binary/encrypted');
const purpose = 'distributed-transaction-coordinator/payload/1/';

/** Told of each payload that none of the keys opens: the id of the key it names, and why. */
export type OnUnreadable = (keyId: string, why: 'unknown key' | 'not authentic') => void;

export class PayloadCipher implements PayloadCodec {
  readonly #first: PayloadKey;
  readonly #keys: ReadonlyMap<string, PayloadKey>;

  constructor(
    keys: PayloadKeys,
    readonly onUnreadable: OnUnreadable,
  ) {
    this.#first = keys[0];
    this.#keys = new Map(keys.map(key => [key.id, key]));
  }

  encode(payloads: Payload[]): Promise<Payload[]> {
    return Promise.resolve(payloads.map(each => this.seal(each)));
  }

  decode(payloads: Payload[]): Promise<Payload[]> {
    return Promise.resolve(payloads.map(each => this.open(each)));
  }

  seal(payload: Payload): Payload {
    const { id, key } = this.#first;
    const plain = temporal.api.common.v1.Payload.encode(payload).finish();
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes }).setAAD(aad(id));
    const data = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    return { metadata: { encoding, 'encryption-key-id': Buffer.from(id) }, data };
  }

  open(payload: Payload): Payload {
    if (!isSealed(payload)) return payload;
    const id = keyIdOf(payload);
    const known = this.#keys.get(id);
    const opened = known === undefined ? undefined : openedWith(known, payload.data ?? new Uint8Array());
    if (opened !== undefined) return opened;
    this.onUnreadable(id, known === undefined ? 'unknown key' : 'not authentic');
    return payload;
  }
}

export function isSealed({ metadata }: Payload): boolean {
  return encoding.equals(metadata?.['encoding'] ?? new Uint8Array());
}

function keyIdOf({ metadata }: Payload): string {
  return Buffer.from(metadata?.['encryption-key-id'] ?? []).toString();
}

/** Undefined where it is not what that key has sealed. */
function openedWith({ id, key }: PayloadKey, data: Uint8Array): Payload | undefined {
  if (data.length < nonceBytes + tagBytes) return undefined;
  const decipher = createDecipheriv(algorithm, key, data.subarray(0, nonceBytes), { authTagLength: tagBytes })
    .setAAD(aad(id))
    .setAuthTag(data.subarray(-tagBytes));
  try {
    const plain = Buffer.concat([decipher.update(data.subarray(nonceBytes, -tagBytes)), decipher.final()]);
    const { metadata, data: value } = temporal.api.common.v1.Payload.decode(plain);
    return { metadata, data: value };
  } catch {
    return undefined; // GCM says no more than that, and nor should we
  }
}

function aad(id: string): Buffer {
  return Buffer.from(purpose + id);
}
