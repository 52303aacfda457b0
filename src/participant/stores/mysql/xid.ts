/**
 * Owns the names of branches: gtrid is the transaction, bqual the participant, 64 bytes each at most (http/shapes.ts).
 *
 * XA RECOVER shows the branches of the whole server. Whose they are is in the formatID, 31 bits: "D", then 24 bits of a
 * hash of the database's name, so that services that share a server do not see each other's.
 */
import { createHash } from 'node:crypto';
import { type BranchKey } from '../../contract';

const mark = 'D'.charCodeAt(0) * 2 ** 24;

export function formatIdOf(database: string): number {
  return mark + createHash('sha256').update(database.toLowerCase()).digest().readUIntBE(0, 3);
}

/** In hexadecimal, so that nothing has to be quoted. */
export function xidOf({ transactionId, participant }: BranchKey, formatId: number): string {
  const hex = (text: string): string => `X'${Buffer.from(text).toString('hex')}'`;
  return `${hex(transactionId)}, ${hex(participant)}, ${formatId}`;
}

/** A row of XA RECOVER. */
export interface Recovered {
  readonly formatID: number | string;
  readonly gtrid_length: number | string;
  readonly bqual_length: number | string;
  /** gtrid and bqual, one after the other. */
  readonly data: Buffer;
}

export function keyOf({ gtrid_length, bqual_length, data }: Recovered): BranchKey {
  const end = Number(gtrid_length);
  return {
    transactionId: data.toString('utf8', 0, end),
    participant: data.toString('utf8', end, end + Number(bqual_length)),
  };
}
