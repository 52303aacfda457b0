/**
 * Owns which IP addresses are never called, whatever the allow-list says (PROTOCOL §5): link-local, cloud metadata, and what
 * is no single host at all. An IPv4 address inside an IPv6 one (mapped, compatible, SIIT, NAT64, 6to4, Teredo, ISATAP)
 * is judged as the IPv4 address that it leads to.
 *
 * A NAT64 prefix that a network chose for itself (RFC 6052 §2.2) cannot be told from an ordinary address.
 */
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

export type Address = ipaddr.IPv4 | ipaddr.IPv6;
export type Range = readonly [Address, number];

/** `undefined` where `text` is no address in its usual spelling: ipaddr.js would also read `1` as 0.0.0.1. */
export function parseAddress(text: string): Address | undefined {
  return isIP(text) === 0 || !ipaddr.isValid(text) ? undefined : ipaddr.process(text);
}

export function contains([network, bits]: Range, address: Address): boolean {
  return network.kind() === address.kind() && address.match(network, bits);
}

const range = (cidr: string): Range => ipaddr.parseCIDR(cidr);

const refusedRanges: readonly (readonly [string, string])[] = [
  ['0.0.0.0/8', '"this network"'],
  ['169.254.0.0/16', 'link-local, where clouds keep their metadata'],
  ['168.63.129.16/32', 'a cloud metadata address'],
  ['100.100.100.200/32', 'a cloud metadata address'],
  ['192.0.0.192/32', 'a cloud metadata address'],
  ['224.0.0.0/4', 'multicast'],
  ['255.255.255.255/32', 'broadcast'],
  ['::/128', 'the unspecified address'],
  ['fe80::/10', 'link-local'],
  ['ff00::/8', 'multicast'],
  ['fd00:ec2::/32', 'a cloud metadata address'],
  ['fd20:ce::254/128', 'a cloud metadata address'],
];

const refused = refusedRanges.map(([cidr, what]) => ({ range: range(cidr), what: `${what} (${cidr})` }));

const loopback6 = range('::1/128');

/** What an address is that is refused always, `undefined` for any other. */
export function whyNever(address: Address): string | undefined {
  const own = refused.find(one => contains(one.range, address));
  if (own !== undefined) return own.what;
  if (address.kind() === 'ipv4' || contains(loopback6, address)) return undefined;
  const inner = embedded(address as ipaddr.IPv6).find(one => whyNever(one) !== undefined);
  return inner && `${inner.toString()} inside IPv6, ${whyNever(inner) ?? ''}`;
}

type Half = readonly [high: number, low: number];
type Parts = readonly [number, number, number, number, number, number, number, number];

const last = (p: Parts): Half => [p[6], p[7]];

/** Where each kind of transition address keeps its IPv4 address, as two 16-bit halves. */
const embeddings: readonly (readonly [Range, (parts: Parts) => Half])[] = [
  [range('::/96'), last],
  [range('::ffff:0:0:0/96'), last],
  [range('64:ff9b::/96'), last],
  [range('64:ff9b:1::/48'), last],
  [range('64:ff9b:1::/48'), p => [p[3], ((p[4] & 0xff) << 8) | (p[5] >> 8)]],
  [range('2002::/16'), p => [p[1], p[2]]],
  [range('2001::/32'), p => [p[2], p[3]]],
  [range('2001::/32'), p => [~p[6] & 0xffff, ~p[7] & 0xffff]],
];

function embedded(address: ipaddr.IPv6): ipaddr.IPv4[] {
  const parts = address.parts as unknown as Parts;
  const halves = embeddings.filter(([within]) => contains(within, address)).map(([, find]) => find(parts));
  const isatap = (parts[4] & 0xfdff) === 0 && parts[5] === 0x5efe;
  if (isatap) halves.push(last(parts));
  return halves.map(([high, low]) => new ipaddr.IPv4([high >> 8, high & 0xff, low >> 8, low & 0xff]));
}
