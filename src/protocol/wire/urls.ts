/** Owns the shape of participant URLs (PROTOCOL §2): commit, rollback and the rest are siblings of prepare; queries stay private. */
import { type Phase } from './phases';

/** The last path segment, or undefined where `url` is not absolute http(s). */
export function lastSegment(url: URL): string {
  return url.pathname.slice(url.pathname.lastIndexOf('/') + 1);
}

/** `url` with its last path segment replaced, its query kept: `http://a/x/prepare?k=1` → `http://a/x/commit?k=1`. */
export function siblingUrl(url: string, segment: Phase | 'prepared' | 'settle'): string {
  const sibling = new URL(url);
  sibling.pathname = sibling.pathname.slice(0, sibling.pathname.lastIndexOf('/') + 1) + segment;
  return sibling.href;
}

/** Name and port, the port always there: what is one host to whoever counts requests in flight. */
export function hostAndPort(url: string): string {
  const { protocol, host, port } = new URL(url);
  return port === '' ? `${host}:${protocol === 'https:' ? '443' : '80'}` : host;
}

/** The URL without its last segment and query: what is one endpoint (many services share a gateway's origin). */
export function endpointOf(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname.slice(0, pathname.lastIndexOf('/') + 1);
}

/** Host and port, as an operator looks for them: nothing of a URL that may be secret (I11). */
export function hostOf(url: string): string {
  return new URL(url).host;
}

/** Whether it is what `hostOf` writes of some URL. */
export function isHost(text: string): boolean {
  return ['http', 'https'].some(scheme => {
    const url = URL.canParse(`${scheme}://${text}`) ? new URL(`${scheme}://${text}`) : undefined;
    return url !== undefined && url.host === text;
  });
}

/** For people, logs and documents: a query may hold credentials, so its values are not shown (I11). */
export function redactUrl(url: string): string {
  const { origin, pathname, search } = new URL(url);
  return origin + pathname + (search === '' ? '' : '?redacted');
}

/**
 * The same for text that was meant to be a URL, or a list of them, and cannot be read: what a parser would take for credentials
 * or a query, and what a person may have meant so (no scheme; `/`, `?`, `#` or a list's comma in a password). More is hidden rather than less.
 */
export function redactText(text: string): string {
  const scheme = /^[^@?#]*?:\/\//.exec(text)?.[0] ?? '';
  const query = text.search(/[?#]/);
  const at = text.lastIndexOf('@');
  const isCutShort =
    at === -1 && scheme !== '' && /^[^/[]*:(?!\d*(?:[/?#,]|$))/.test(text.slice(scheme.length));
  if (isCutShort || (query !== -1 && at > query)) return `${scheme}redacted`;
  const shown = query === -1 ? text : `${text.slice(0, query)}?redacted`;
  const hasCredentials = at !== -1 && (scheme !== '' || text.slice(0, at).includes(':'));
  return hasCredentials ? `${scheme}redacted@${shown.slice(at + 1)}` : shown;
}
