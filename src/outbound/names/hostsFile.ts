/** Owns how `/etc/hosts` is read (hosts(5)): the names that no server is asked for. */
import { type LookupAddress } from 'node:dns';
import { isIP } from 'node:net';

export type Hosts = ReadonlyMap<string, readonly LookupAddress[]>;

const loopback: readonly LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

export function parseHosts(text: string): Hosts {
  const hosts = new Map<string, LookupAddress[]>();
  for (const line of text.split('\n')) {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    const family = isIP(address);
    if (family === 0) continue;
    for (const name of names.map(each => each.toLowerCase()))
      hosts.set(name, [...(hosts.get(name) ?? []), { address, family }]);
  }
  return hosts;
}

/** `localhost` and what is below it is this machine, also where the file does not say so (RFC 6761 §6.3). */
export function inHosts(hosts: Hosts, name: string): readonly LookupAddress[] | undefined {
  return hosts.get(name) ?? (/(?:^|\.)localhost$/.test(name) ? loopback : undefined);
}
