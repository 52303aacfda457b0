/**
 * Owns encryption at rest: each payload that goes to Temporal is sealed with AES-256-GCM (NIST SP 800-38D) under the first of
 * `DTC_PAYLOAD_KEYS`, with a random nonce, and opened with whichever of them it names. What is sealed is the whole payload, with its
 * encoding, as protocol buffers write it; in plain text stand `encoding: binary/encrypted` and the key's id, which is authenticated.
 *
 * What is not sealed passes: what was stored before there were keys, and what a person sends with the `temporal` CLI. What cannot be
 * opened passes too: of a signal the workflow writes down that it makes no sense and goes on (PROTOCOL §4), where an error would stop its
 * workflow for ever. Whoever needs the value finds an encoding that nobody reads, and that says which key is missing (`unreadable.ts`).
 *
 * Without keys nothing is sealed, and what another process has sealed is told of as well.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { type Payload, type PayloadCodec } from '@temporalio/common';
import { temporal } from '@temporalio/proto';
import { type PayloadKey } from './payloadKeys';
import { type WhyUnreadable, sealedEncoding, unreadableEncoding } from './unreadable';

const algorithm = 'aes-256-gcm';
const nonceBytes = 12;
const tagBytes = 16;
const encoding = Buffer.from(sealedEncoding);
const purpose = 'distributed-transaction-coordinator/payload/1/';

/** Told of each payload that none of the keys opens: the id of the key it names, and why. */
export type OnUnreadable = (keyId: string, why: WhyUnreadable) => void;

export class PayloadCipher implements PayloadCodec {
  readonly #first: PayloadKey | undefined;
  readonly #keys: ReadonlyMap<string, PayloadKey>;

  /** @param keys the first seals, all open */
  constructor(
    readonly keys: readonly PayloadKey[],
    readonly onUnreadable: OnUnreadable,
  ) {
    this.#first = keys[0];
    this.#keys = new Map(keys.map(key => [key.id, key]));
  }

  encode(payloads: Payload[]): Promise<Payload[]> {
    return Promise.resolve(payloads.map(each => this.seal(each)));
  }

  decode(payloads: Payload[]): Promise<Payload[]> {
    return Promise.resolve(payloads.map(each => this.#opened(each)));
  }

  get seals(): boolean {
    return this.#first !== undefined;
  }

  seal(payload: Payload): Payload {
    if (this.#first === undefined) return payload;
    const { id, key } = this.#first;
    const plain = temporal.api.common.v1.Payload.encode(payload).finish();
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv(algorithm, key, nonce, { authTagLength: tagBytes }).setAAD(aad(id));
    const data = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    return { metadata: { encoding, 'encryption-key-id': Buffer.from(id) }, data };
  }

  /** As it was, where none of the keys opens it. */
  open(payload: Payload): Payload {
    return this.#try(payload, () => payload);
  }

  /** For the SDK, whose error where it needs the value quotes the encoding. */
  #opened(payload: Payload): Payload {
    return this.#try(payload, (id, why) => {
      const told = Buffer.from(unreadableEncoding(id, why));
      return { ...payload, metadata: { ...payload.metadata, encoding: told } };
    });
  }

  #try(payload: Payload, otherwise: (keyId: string, why: WhyUnreadable) => Payload): Payload {
    if (!isSealed(payload)) return payload;
    const id = keyIdOf(payload);
    const known = this.#keys.get(id);
    const opened = known === undefined ? undefined : openedWith(known, payload.data ?? new Uint8Array());
    if (opened !== undefined) return opened;
    const why = known === undefined ? 'unknown key' : 'not authentic';
    this.onUnreadable(id, why);
    return otherwise(id, why);
  }
}

/** Nothing is encrypted, and nobody told of what is. */
export const keyless = new PayloadCipher([], () => undefined);

export function isSealed({ metadata }: Payload): boolean {
  return encoding.equals(metadata?.['encoding'] ?? new Uint8Array());
}

/** The one that it names, in plain text. */
export function keyIdOf({ metadata }: Payload): string {
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
