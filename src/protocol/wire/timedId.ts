/** Owns how an id of a transaction without a key is written after its tag (`ids.ts`), wherever the time and the randomness come from: a workflow has its own. */
import { type Ms } from './phases';

/** UUIDv7 (RFC 9562 §5.7) without dashes: 48 bits of milliseconds, then 74 random bits. @param random at least 19 hex digits */
export function timedBody(now: Ms, random: string): string {
  const time = now.toString(16).padStart(12, '0');
  const variant = (8 + (Number.parseInt(random.charAt(3), 16) & 3)).toString(16);
  return `t${time}7${random.slice(0, 3)}${variant}${random.slice(4, 19)}`;
}
