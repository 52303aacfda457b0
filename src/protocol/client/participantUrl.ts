/**
 * Owns which URLs a request may name, and their one spelling. WHATWG parsing forgives much (backslashes, tabs, missing
 * slashes), so the text is checked first: what is called must be what was read.
 */
import { lastSegment } from '../wire/urls';

/** The characters of RFC 3986 §2; anything else has to come percent-encoded. */
const uriCharacters = /^[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]*$/;

export const longestUrl = 2_048;

/** @returns the normalised URL, or why it may not be one. */
export function readHttpUrl(text: string): { readonly href: string } | { readonly wrong: string } {
  const wrong = wrongInText(text);
  if (wrong !== undefined) return { wrong };
  if (!URL.canParse(text)) return { wrong: 'is not a valid URL' };
  const url = new URL(text);
  if (url.search === '') url.search = ''; // drops a lone `?`
  return { href: url.href };
}

function wrongInText(text: string): string | undefined {
  if (text.length > longestUrl) return `is longer than ${longestUrl} characters`;
  if (!uriCharacters.test(text))
    return 'holds a character that a URL may not hold unless it is percent-encoded';
  if (!/^https?:\/\/[^/?#]/i.test(text)) return 'must be an absolute http:// or https:// URL';
  if (/^[^/]*\/\/[^/?#]*@/.test(text)) return 'must not hold credentials';
  return text.includes('#') ? 'must not have a fragment' : undefined;
}

/** The same for a prepare URL, whose last segment commit and rollback replace (PROTOCOL §2). */
export function readPrepareUrl(text: string): { readonly href: string } | { readonly wrong: string } {
  const read = readHttpUrl(text);
  if ('wrong' in read || lastSegment(new URL(read.href)) === 'prepare') return read;
  return { wrong: 'must have "prepare" as the last segment of its path' };
}
