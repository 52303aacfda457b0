/** Owns what the errors of the driver and the server mean for a call: try again (`StoreUnavailable`), or as they are. */
import { StoreUnavailable } from '../contract';

interface DriverError {
  readonly code?: string;
  readonly errno?: number;
  /** Only what the server itself said has one. */
  readonly sqlState?: string;
  /** The driver's word for: this connection is of no more use. */
  readonly fatal?: boolean;
}

export const unknownBranch = 1397;
export const branchExists = 1440;
export const unknownThread = 1094;
/** Rolled back by the server, because it held nothing, waited for too long or was in a deadlock. */
export const branchRolledBack: readonly number[] = [1402, 1613, 1614];
/** What a step of a migration says of what it has made, or dropped, before. */
export const alreadyDone: readonly number[] = [1050, 1060, 1061, 1091];
const deadlock = 1213;

const gone = 'MySQL cannot be reached: check that it runs, and its address';
const full = 'MySQL has no connection left: raise max_connections, or lower connectionLimit';
const stopping = 'MySQL ended the connection: it is being stopped, or somebody killed it';
const readOnly = 'MySQL is read-only: check that the address is that of the primary';
const waited =
  'MySQL waited too long for a lock (lockTimeoutMs): another transaction holds the row, often a prepared one';

/** By the server's error number. */
const transient: Readonly<Record<number, string>> = {
  1040: full,
  1203: full,
  1226: full,
  1053: stopping,
  1077: stopping,
  1079: stopping,
  1317: stopping,
  1927: stopping,
  4031: stopping,
  1205: waited,
  [deadlock]: 'MySQL chose this transaction as the victim of a deadlock, again and again',
  1290: readOnly,
  1792: readOnly,
  1836: readOnly,
  [branchExists]: 'a call that died is still preparing this branch in MySQL; it ends soon',
  3149: 'MySQL cannot end the branch at the moment, for instance because a backup holds it up',
};

const network: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_SEQUENCE_TIMEOUT',
]);

export function numberOf(error: unknown): number {
  return (error as DriverError | undefined)?.errno ?? 0;
}

export function isDeadlock(error: unknown): boolean {
  return numberOf(error) === deadlock;
}

/** Nothing more can be asked on the connection that this came from. */
export function isBroken(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code = '', sqlState, fatal } = error as DriverError;
  return network.has(code) || (fatal === true && sqlState === undefined);
}

/** `error` as the kit is to see it. */
export function storeError(error: unknown): unknown {
  const advice = transient[numberOf(error)] ?? (isBroken(error) ? gone : undefined);
  return advice === undefined ? error : new StoreUnavailable(advice, { cause: error });
}
