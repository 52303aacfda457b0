/** Owns how `DTC_ALLOWED_PARTICIPANTS` is written and read (PROTOCOL §5). A bad entry is a value, so that config can name it. */
import ipaddr from 'ipaddr.js';
import { type Range } from './addresses';

export type AllowEntry =
  | { readonly kind: 'origin'; readonly origin: string }
  /** With its leading dot: `.example.com`. */
  | { readonly kind: 'suffix'; readonly suffix: string }
  | { readonly kind: 'range'; readonly range: Range };

/** Empty: any participant but those that are refused always. */
export type AllowList = readonly AllowEntry[];

interface Read {
  readonly entries: AllowList;
  /** All that are, by their places from 1. `why` holds nothing of the entry, which may be secret (I11). */
  readonly wrong: readonly { readonly nth: number; readonly entry: string; readonly why: string }[];
}

/** Reads a comma list; blanks and empty places do not count. */
export function parseAllowList(text: string): Read {
  const entries: AllowEntry[] = [];
  const wrong: Read['wrong'][number][] = [];
  const items = text.split(',').map(each => each.trim());
  for (const [index, item] of items.entries()) {
    if (item === '') continue;
    const entry = parseEntry(item);
    if (typeof entry === 'string') wrong.push({ nth: index + 1, entry: item, why: entry });
    else entries.push(entry);
  }
  return { entries, wrong };
}

/** The entry, or what is wrong with it. */
function parseEntry(item: string): AllowEntry | string {
  if (item.startsWith('*')) return parseSuffix(item.toLowerCase());
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(item)) return parseOrigin(item);
  return parseRange(item);
}

/** The last label begins with a letter: `*.1` would stand for addresses. */
const suffixShape = /^\*((?:\.[a-z0-9_-]+)*\.[a-z][a-z0-9-]*)$/;

function parseSuffix(item: string): AllowEntry | string {
  const suffix = suffixShape.exec(item)?.[1];
  return suffix === undefined ? 'is no host suffix' : { kind: 'suffix', suffix };
}

function parseOrigin(item: string): AllowEntry | string {
  if (!URL.canParse(item)) return 'is no URL';
  const url = new URL(item);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'is neither http nor https';
  if (url.username !== '' || url.password !== '') return 'holds credentials';
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') return 'is more than an origin';
  return { kind: 'origin', origin: originOf(url) };
}

function parseRange(item: string): AllowEntry | string {
  const cidr = ipaddr.IPv4.isValidCIDRFourPartDecimal(item) || ipaddr.IPv6.isValidCIDR(item);
  if (!cidr) return item.includes('/') ? 'is no CIDR' : 'is no origin, suffix or CIDR';
  return { kind: 'range', range: mappedAsIPv4(ipaddr.parseCIDR(item)) };
}

/** `::ffff:10.0.0.0/104` is `10.0.0.0/8`: addresses are compared after that step too. */
function mappedAsIPv4([network, bits]: Range): Range {
  const mapped = network.kind() === 'ipv6' && (network as ipaddr.IPv6).isIPv4MappedAddress();
  return mapped && bits >= 96 ? [(network as ipaddr.IPv6).toIPv4Address(), bits - 96] : [network, bits];
}

/** Without the dot that may end a fully qualified name. */
export function hostnameOf(url: URL): string {
  return url.hostname.replace(/\.$/, '');
}

/** Like `url.origin`, but one spelling for a name with and without its last dot. */
export function originOf(url: URL): string {
  return `${url.protocol}//${hostnameOf(url)}${url.port === '' ? '' : `:${url.port}`}`;
}
