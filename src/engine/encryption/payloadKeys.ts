/** Owns the keys that what Temporal stores is encrypted with: by id, the first encrypts, all decrypt, so that they can be rotated. */

export interface PayloadKey {
  /** Stands beside what it encrypts, in plain text. */
  readonly id: string;
  /** 32 bytes: AES-256. */
  readonly key: Buffer;
}

/** At least one. */
export type PayloadKeys = readonly [PayloadKey, ...PayloadKey[]];

export const keyIdPattern = /^[A-Za-z0-9._-]{1,64}$/;

export const keyBytes = 32;
