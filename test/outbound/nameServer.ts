/** Owns a name server of one's own, over real UDP: it answers, is silent, or says that there is no such name, by name. */
import { type RemoteInfo, type Socket, createSocket } from 'node:dgram';
import { once } from 'node:events';

export type Zone = Record<string, readonly string[] | 'silent' | 'fails'>;

export interface NameServer {
  readonly address: string;
  /** May be changed while it runs. A name that is not in it does not exist. */
  readonly zone: Zone;
  /** Every name that it was asked for, once a question for IPv4. */
  readonly asked: string[];
  stop(): void;
}

const typeA = 1;

export async function startNameServer(zone: Zone, ttl = 60): Promise<NameServer> {
  const socket = createSocket('udp4');
  const asked: string[] = [];
  socket.on('message', (query, from) => {
    answer(socket, query, { from, zone, ttl, asked });
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const stop = (): void => {
    socket.close();
  };
  return { address: `127.0.0.1:${socket.address().port}`, zone, asked, stop };
}

function answer(
  socket: Socket,
  query: Buffer,
  { from, zone, ttl, asked }: { from: RemoteInfo; zone: Zone; ttl: number; asked: string[] },
): void {
  const { name, type, end } = questionOf(query);
  if (type === typeA) asked.push(name);
  const known = zone[name];
  if (known === 'silent') return;
  const addresses = known === undefined || known === 'fails' || type !== typeA ? [] : known;
  const code = known === undefined ? 3 : known === 'fails' ? 2 : 0;
  const header = Buffer.from([
    query[0] ?? 0,
    query[1] ?? 0,
    0x81,
    0x80 | code,
    0,
    1,
    0,
    addresses.length,
    0,
    0,
    0,
    0,
  ]);
  const records = addresses.map(address => record(address, ttl));
  socket.send(Buffer.concat([header, query.subarray(12, end), ...records]), from.port, from.address);
}

function questionOf(query: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

/** For the name in the question. */
function record(address: string, ttl: number): Buffer {
  const fixed = Buffer.from([0xc0, 12, 0, typeA, 0, 1, 0, 0, 0, 0, 0, 4]);
  fixed.writeUInt32BE(ttl, 6);
  return Buffer.concat([fixed, Buffer.from(address.split('.').map(Number))]);
}
