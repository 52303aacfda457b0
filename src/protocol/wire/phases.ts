/** Owns the vocabulary that coordinator and participants share (PROTOCOL §6). Nothing here can fail. */

/** What a request asks of a participant. */
export type Phase = 'prepare' | 'commit' | 'rollback';

/** The phases that follow a decision. */
export type CompletionPhase = Exclude<Phase, 'prepare'>;

/** Taken once for a transaction (PROTOCOL I2). */
export type Decision = 'commit' | 'rollback';

/** A duration, or an instant as milliseconds since 1970-01-01T00:00:00Z. */
export type Ms = number;

/** RFC 3339, UTC, with milliseconds (PROTOCOL §3). */
export function timestamp(at: Ms): string {
  return new Date(at).toISOString();
}
