/**
 * Owns what is said to who asked for a participant's host and found nothing: of one that is known by another port alone, and of what
 * looks like a name.
 */
import { type HostsLike } from '../coordinator/hostsLike';

/** More are counted. */
const mostNamed = 5;

/** Undefined where the host is known, or where nothing is like it and it looks like a host. @param like absent where nobody looked */
export function hostHint(host: string, nothing: string, like?: HostsLike): string | undefined {
  if (like?.isKnown === true) return undefined;
  if (like !== undefined && like.others.length > 0)
    return `${nothing} "${host}", but ${named(like.others)}: participant is a host, with the port where it is not the scheme's own`;
  if (/[.:]/.test(host)) return undefined; // it may have neither; it is more often a participant's name, or lacks its port
  return (
    `${nothing} "${host}": participant is a host, with the port where it is not the scheme's own ` +
    '(pay.example.com, 10.0.0.1:8080), as GET /participants names it, and not the name of a participant'
  );
}

function named(others: readonly string[]): string {
  const first = others.slice(0, mostNamed).map(each => `"${each}"`);
  const rest = others.length - first.length;
  const all = rest > 0 ? [...first, `${rest} more`] : first;
  const listed = [all.slice(0, -1).join(', '), all.at(-1)].filter(Boolean).join(' and ');
  return `${listed} ${others.length === 1 ? 'is' : 'are'} known`;
}
