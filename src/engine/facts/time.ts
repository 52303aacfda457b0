/** Owns reading Temporal's instants. */
import { type Ms, timestamp } from '../../protocol/wire/phases';

interface Instant {
  readonly seconds?: { toString(): string } | number | null;
  readonly nanos?: number | null;
}

export function msOf(time: Instant | null | undefined): Ms | undefined {
  if (time == null) return undefined;
  return Number(time.seconds ?? 0) * 1000 + Math.floor((time.nanos ?? 0) / 1e6);
}

export function rfc3339(time: Instant | null | undefined): string | undefined {
  const ms = msOf(time);
  return ms === undefined ? undefined : timestamp(ms);
}
