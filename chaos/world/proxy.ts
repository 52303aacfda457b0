/**
 * Owns a TCP way to a server that the nemesis breaks. Unlike a test's proxy it loses no byte of a connection that lives on: what is frozen
 * or late arrives after all, as it does where a network comes back, so a request may arrive long after its sender has given it up.
 */
import { once } from 'node:events';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';

export const troubles = ['cut', 'delay', 'freeze', 'drip', 'swallow'] as const;

/**
 * `cut`: every connection is reset, and whoever comes is turned away. `delay`: all that is sent comes so much later. `freeze`: nothing gets
 * through, nothing is said of it, and it arrives when this ends. `drip`: a few bytes at a time. `swallow`: requests arrive, and the
 * connection breaks when the answer comes. `repeat`, for what speaks HTTP: each request arrives once more, some seconds later, from nowhere.
 */
export type Trouble = (typeof troubles)[number] | 'repeat';

export interface Link {
  readonly port: number;
  break(trouble: Trouble): void;
  mend(): void;
  close(): Promise<void>;
}

const delayMs = 700;
const againAfterMs = 2_500;
const dripBytes = 64;
const dripEveryMs = 20;

interface Pair {
  readonly client: Socket;
  readonly far: Socket;
}

/** @param to of this machine, where it names no host */
export async function startLink(to: { readonly port: number; readonly host?: string }): Promise<Link> {
  const pairs = new Set<Pair>();
  const repeats = new Set<NodeJS.Timeout>();
  /** Nobody hears the answer. */
  const again = (data: Buffer): void => {
    const timer = setTimeout(() => {
      repeats.delete(timer);
      const late = connect({ host: to.host ?? '127.0.0.1', port: to.port });
      late.on('error', () => late.destroy());
      late.setTimeout(againAfterMs, () => late.destroy());
      late.resume();
      late.write(data); // and no more: a server gives up what it is asked by who ends
    }, againAfterMs);
    repeats.add(timer);
  };
  let trouble: Trouble | undefined;
  const endAll = (): void => {
    for (const { client, far } of pairs) {
      client.resetAndDestroy();
      far.resetAndDestroy();
    }
  };
  const server = createServer({ allowHalfOpen: true }, client => {
    if (trouble === 'cut') {
      client.resetAndDestroy();
      return;
    }
    const far = connect({ host: to.host ?? '127.0.0.1', port: to.port, allowHalfOpen: true });
    const pair = { client, far };
    pairs.add(pair);
    passOn(client, far, () => (trouble === 'swallow' ? undefined : trouble));
    client.on('data', data => {
      if (trouble === 'repeat') again(data);
    });
    passOn(far, client, () => trouble);
    for (const socket of [client, far]) {
      socket.setNoDelay(true);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        pairs.delete(pair);
        client.destroy();
        far.destroy();
      });
    }
    if (trouble === 'freeze') hold(pair);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    break: how => {
      trouble = how;
      if (how === 'cut') endAll();
      if (how === 'freeze') pairs.forEach(hold);
    },
    mend: () => {
      trouble = undefined;
      pairs.forEach(letGo);
    },
    close: async () => {
      trouble = 'cut';
      endAll();
      repeats.forEach(clearTimeout);
      await once(server.close(), 'close');
    },
  };
}

/** What one side sends reaches the other in order, whatever the trouble was when it was sent. */
function passOn(from: Socket, to: Socket, troubleNow: () => Trouble | undefined): void {
  let queue = Promise.resolve();
  const inTurn = (work: () => Promise<void> | void): void => {
    queue = queue.then(work);
  };
  from.on('data', data => {
    const how = troubleNow();
    if (how === 'swallow') {
      from.resetAndDestroy();
      to.resetAndDestroy();
      return;
    }
    if (how === 'delay') inTurn(() => wait(delayMs));
    if (how === 'drip') inTurn(() => drip(data, to));
    else
      inTurn(() => {
        write(data, to);
      });
  });
  from.on('end', () => {
    inTurn(() => {
      to.end();
    });
  });
}

function write(data: Buffer, to: Socket): void {
  if (!to.destroyed && to.writable) to.write(data);
}

/** Bounded: a long answer is not to be late for ever. */
async function drip(data: Buffer, to: Socket): Promise<void> {
  const size = Math.max(dripBytes, Math.ceil(data.length / 100));
  for (let at = 0; at < data.length && !to.destroyed; at += size) {
    write(data.subarray(at, at + size), to);
    await wait(dripEveryMs);
  }
}

function wait(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms));
}

function hold({ client, far }: Pair): void {
  client.pause();
  far.pause();
}

function letGo({ client, far }: Pair): void {
  client.resume();
  far.resume();
}
