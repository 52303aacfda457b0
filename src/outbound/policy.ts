/**
 * Owns who may be called (PROTOCOL §5, `DTC_ALLOWED_PARTICIPANTS`, `DTC_ALLOWED_NOTIFY`): judged by URL before anything is started, and by every
 * address that a name resolves to when a connection is made, so that a name cannot be pointed elsewhere in between.
 *
 * A refusal is a text that names the host or address, the rule, and what to set. A name that only a CIDR could allow
 * passes the first check, as only its addresses can tell.
 */
import ipaddr from 'ipaddr.js';
import { type Address, contains, parseAddress, type Range, whyNever } from './addresses';
import { type AllowEntry, type AllowList, hostnameOf, originOf } from './allowList';

/** Whose rule it is, as a refusal names it. */
export type ListName =
  'DTC_ALLOWED_PARTICIPANTS' | 'DTC_ALLOWED_NOTIFY (DTC_ALLOWED_PARTICIPANTS where that is not set)';

/** Names that lead to cloud metadata; the addresses behind them are refused too. */
const metadataNames = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'metadata.azure.internal',
  'metadata.azure.com',
  'metadata.tencentyun.com',
  'metadata.platformequinix.com',
  'instance-data',
  'instance-data.ec2.internal',
]);

/** Why one address that a name resolved to may not be used. */
interface AddressRefusal {
  /** Refused whatever the allow-list says: then the name is not used at all. */
  readonly always: boolean;
  readonly why: string;
}

/** What an address is called by. */
interface CalledBy {
  /** By the list, so that the address need not be. */
  readonly named: boolean;
  /** In words, for who adds it. */
  readonly origin: string;
}

export interface Policy {
  /** Why this URL may not be called, or undefined. */
  check(url: string): string | undefined;
  /** The list names this URL's origin or host, so that its addresses need not be listed. */
  names(url: URL): boolean;
  /** Why `address`, which `host` resolved to, may not be used, or undefined. */
  checkAddress(host: string, address: string, named: boolean): AddressRefusal | undefined;
}

export function createPolicy(list: AllowList, setting: ListName = 'DTC_ALLOWED_PARTICIPANTS'): Policy {
  const ranges = list.flatMap(entry => (entry.kind === 'range' ? [entry.range] : []));
  const names = (url: URL): boolean => list.some(entry => namesUrl(entry, url));
  const inRanges = (address: Address): boolean => ranges.some(range => contains(range, address));
  const allows = (address: Address): boolean => (list.length === 0 ? isOrdinary(address) : inRanges(address));

  const judge = (host: string, text: string, by: CalledBy): AddressRefusal | undefined => {
    const address = parseAddress(text);
    const is = host === text ? text : `${host} resolves to ${text}, which`;
    if (address === undefined) return { always: true, why: `${is} is no IP address that can be judged` };
    const never = whyNever(address);
    if (never !== undefined)
      return { always: true, why: refusedAlways(host === text ? `${text} is` : `${is} is`, never) };
    if (by.named || allows(address)) return undefined;
    return { always: false, why: notAllowed(is, list, { address, origin: by.origin, setting }) };
  };

  const checkAddress: Policy['checkAddress'] = (host, address, named) =>
    judge(host, address, { named, origin: `the origin of ${host}` });

  const checkLiteral = (url: URL, address: string): string | undefined =>
    judge(address, address, { named: names(url), origin: originOf(url) })?.why;

  const checkName = (url: URL): string | undefined => {
    const host = hostnameOf(url);
    if (metadataNames.has(host)) return refusedAlways(`${host} is`, 'a cloud metadata service');
    if (list.length === 0 || ranges.length > 0 || names(url)) return undefined;
    return `${originOf(url)} is not allowed by ${setting}: add ${originOf(url)} or a *.suffix of its host`;
  };

  const check = (text: string): string | undefined => {
    if (!URL.canParse(text)) return 'not a URL';
    const url = new URL(text);
    if (url.protocol !== 'http:' && url.protocol !== 'https:')
      return `${url.protocol} is neither http nor https`;
    if (url.username !== '' || url.password !== '') return `the URL for ${url.host} holds credentials`;
    const literal = literalOf(url);
    return literal === undefined ? checkName(url) : checkLiteral(url, literal);
  };

  return { check, names, checkAddress };
}

/** The IP address that stands in a URL; the URL parser has undone decimal, octal and hexadecimal spellings by then. */
function literalOf(url: URL): string | undefined {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  return parseAddress(host) === undefined ? undefined : host;
}

function namesUrl(entry: AllowEntry, url: URL): boolean {
  if (entry.kind === 'origin') return entry.origin === originOf(url);
  return entry.kind === 'suffix' && hostnameOf(url).endsWith(entry.suffix);
}

const ordinary6: readonly Range[] = [ipaddr.parseCIDR('2000::/3'), ipaddr.parseCIDR('::1/128')];

/** With no list: any IPv4 address, and of IPv6 what is global or this machine. */
function isOrdinary(address: Address): boolean {
  return address.kind() === 'ipv4' || ordinary6.some(range => contains(range, address));
}

function refusedAlways(subject: string, what: string): string {
  return `${subject} ${what}: refused always, no setting allows it`;
}

interface Refused {
  readonly setting: ListName;
  readonly address: Address;
  readonly origin: string;
}

/** What to add is said in the forms that the list has already: whoever names origins does not think of networks. */
function notAllowed(subject: string, list: AllowList, refused: Refused): string {
  if (list.length === 0)
    return `${subject} is IPv6 outside 2000::/3 and loopback: add ${cidrOf(refused)} to ${refused.setting}`;
  const forms = [
    ...(list.some(({ kind }) => kind !== 'range') ? [refused.origin] : []),
    ...(list.some(({ kind }) => kind === 'range') ? [cidrOf(refused)] : []),
  ];
  return `${subject} is not allowed by ${refused.setting}: add ${forms.join(', or ')}`;
}

function cidrOf({ address }: Refused): string {
  return `${address.toString()}/${address.kind() === 'ipv4' ? 32 : 128} or a wider CIDR`;
}
