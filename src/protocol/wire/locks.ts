/** Owns what locks look like on the wire (PROTOCOL §3): names of resources and holders, and what a participant is told of one. */

export const lockModes = ['exclusive', 'shared'] as const;
export type LockMode = (typeof lockModes)[number];

/**
 * Fits a path of a URL, a workflow id, a command line and a visibility query without quoting. A proxy that undoes `%2F` also
 * tidies the path: `x/../b` would arrive as `b`, somebody else's lock. So no segment is empty, `.` or `..` (RFC 3986 §5.2.4).
 */
export const resourcePattern =
  /^(?=.{1,128}$)[A-Za-z0-9][A-Za-z0-9._:@=-]*(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._:@=-]+)*$/;
export const resourceForm =
  'must be 1 to 128 of [A-Za-z0-9._:/@=-], the first a letter or digit, and no segment between slashes empty, "." or ".."';

export const holderPattern = /^[A-Za-z0-9][A-Za-z0-9._:@=-]{0,127}$/;
export const holderForm = 'must be 1 to 128 of [A-Za-z0-9._:@=-], the first a letter or digit';

/** As in the request. */
export interface LockRequest {
  readonly resource: string;
  readonly mode: LockMode;
}

/** A lock that a transaction holds on a resource it shares with others, as participants see it. */
export interface FencedLock extends LockRequest {
  /** Grows with every grant of the resource; an integer below 2^53. */
  readonly fencingToken: number;
}

/** Names are ASCII, so this is the order of their UTF-8 bytes: everybody locks in it, and nobody waits in a circle. */
export function byResource(a: LockRequest, b: LockRequest): number {
  if (a.resource === b.resource) return 0;
  return a.resource < b.resource ? -1 : 1;
}
