/** How names are looked up: hosts file, search list, answers that are kept, and names whose servers are silent (I9). */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLookup } from '../../src/outbound/names/lookup';
import { type NameServer, type Zone, startNameServer } from './nameServer';
import { answering, outbound, request, stopAll, whole } from './stub';
import { eventually } from '../support/until';

const here = [{ address: '127.0.0.1', family: 4 }];
const folder = mkdtempSync(join(tmpdir(), 'dtc-names-'));
const hostsFile = join(folder, 'hosts');
const resolvConf = join(folder, 'resolv.conf');
let server: NameServer;

beforeEach(() => {
  writeFileSync(hostsFile, '');
  writeFileSync(resolvConf, '');
});
afterEach(async () => {
  jest.restoreAllMocks();
  server.stop();
  await stopAll();
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function lookupIn(zone: Zone, options: Parameters<typeof createLookup>[0] = {}) {
  server = await startNameServer(zone);
  return createLookup({ hostsFile, resolvConf, servers: [server.address], ...options });
}

function afterMs(ms: number): void {
  const now = Date.now();
  jest.spyOn(Date, 'now').mockImplementation(() => now + ms);
}

const absent = { code: 'ENOTFOUND' };
const unknown = { code: 'EAI_AGAIN' };

test('names whose servers are silent delay nobody else', async () => {
  const participant = await answering(whole('200 OK'));
  const silent = Array.from({ length: 20 }, (_, i) => `silent${i}.test`);
  const zone: Zone = { 'pay.test': ['127.0.0.1'] };
  for (const name of silent) zone[name] = 'silent';
  const out = outbound({ lookup: await lookupIn(zone) });
  const waiting = silent.map(name => out.send(request(`http://${name}/prepare`, { timeoutMs: 5_000 })));
  await eventually(() => server.asked.length >= 20);
  const began = performance.now();
  expect(await out.send(request(participant.url('/prepare', 'pay.test')))).toMatchObject({ kind: 'answer' });
  expect(performance.now() - began).toBeLessThan(2_500);
  const replies = await Promise.all(waiting);
  expect(new Set(replies.map(reply => reply.kind))).toEqual(new Set(['notSent']));
  const message = 'the host name was not resolved (EAI_AGAIN)';
  expect(replies[0]).toMatchObject({ code: 'connection', message });
}, 10_000);

test('what the hosts file lists is asked of nobody, and is read again when it changes', async () => {
  const lookup = await lookupIn({});
  writeFileSync(hostsFile, '127.0.0.1 pay.test Other # a comment\n::1 pay.test\n');
  expect(await lookup('PAY.test')).toEqual([...here, { address: '::1', family: 6 }]);
  expect(await lookup('other')).toEqual(here);
  writeFileSync(hostsFile, '127.0.0.2 other\n');
  await eventually(async () => (await lookup('other'))[0]?.address === '127.0.0.2');
  expect(server.asked).toEqual([]);
});

test('localhost is this machine, whatever the files say', async () => {
  const lookup = await lookupIn({ localhost: ['10.0.0.1'] });
  expect(await lookup('localhost')).toContainEqual(here[0]);
  expect(await lookup('db.localhost.')).toContainEqual(here[0]);
});

test.each([
  ['search a.test b.test', 'pay', ['pay.a.test', 'pay.b.test']],
  ['search a.test\ndomain b.test.', 'pay', ['pay.b.test']],
  ['search b.test\noptions timeout:1 ndots:2', 'pay.in', ['pay.in.b.test']],
  ['search a.test b.test', 'pay.in', ['pay.in', 'pay.in.a.test', 'pay.in.b.test']],
])('%j: "%s" is looked for in its order', async (conf, name, order) => {
  writeFileSync(resolvConf, conf);
  const lookup = await lookupIn({ [order.at(-1) ?? '']: ['127.0.0.1'] });
  expect(await lookup(name)).toEqual(here);
  expect(server.asked).toEqual(order);
});

test('a name that ends with a dot is looked for as it stands', async () => {
  writeFileSync(resolvConf, 'search a.test\n');
  const lookup = await lookupIn({ 'pay.a.test': ['127.0.0.1'] });
  await expect(lookup('pay.')).rejects.toMatchObject(absent);
  expect(server.asked).toEqual(['pay']);
});

test('a name that does not exist is told from one of which nobody knows', async () => {
  const lookup = await lookupIn({ 'broken.test': 'fails' });
  await expect(lookup('none.test')).rejects.toMatchObject(absent);
  await expect(lookup('broken.test')).rejects.toMatchObject(unknown);
});

test('an answer is kept for its time to live, then asked for again', async () => {
  const lookup = await lookupIn({ 'pay.test': ['127.0.0.1'] });
  await lookup('pay.test');
  server.zone['pay.test'] = ['127.0.0.2'];
  afterMs(59_000);
  expect(await lookup('pay.test')).toEqual(here);
  expect(server.asked).toHaveLength(1);
  afterMs(61_000);
  expect(await lookup('pay.test')).toEqual([{ address: '127.0.0.2', family: 4 }]);
});

test.each(['silent', 'fails'] as const)(
  'an old answer is used while the servers are of no use: %s',
  async how => {
    const lookup = await lookupIn({ 'pay.test': ['127.0.0.1'] });
    await lookup('pay.test');
    server.zone['pay.test'] = how;
    afterMs(61_000);
    const began = performance.now();
    expect(await lookup('pay.test')).toEqual(here);
    expect(performance.now() - began).toBeLessThan(1_500);
    afterMs(2 * 3_600_000);
    await expect(lookup('pay.test')).rejects.toMatchObject(unknown);
  },
  10_000,
);

test('an old answer is not used for a name that does not exist any more', async () => {
  const lookup = await lookupIn({ 'pay.test': ['127.0.0.1'] });
  await lookup('pay.test');
  delete server.zone['pay.test'];
  afterMs(61_000);
  await expect(lookup('pay.test')).rejects.toMatchObject(absent);
});

test('a name for which there is no turn is not waited for; one found before has its turn kept', async () => {
  const zone: Zone = { 'pay.test': ['127.0.0.1'], 's1.test': 'silent', 's2.test': 'silent' };
  const lookup = await lookupIn(zone, { atOnce: 3, reserved: 1 });
  const out = outbound({ lookup });
  await lookup('pay.test');
  server.zone['pay.test'] = ['127.0.0.2'];
  afterMs(61_000);
  const silent = ['s1', 's2'].map(name => lookup(`${name}.test`).catch((error: unknown) => error));
  expect(await out.send(request('http://s3.test/prepare'))).toMatchObject({ kind: 'notSent', code: 'busy' });
  expect(await lookup('pay.test')).toEqual([{ address: '127.0.0.2', family: 4 }]);
  expect(await Promise.all(silent)).toEqual([
    expect.objectContaining(unknown),
    expect.objectContaining(unknown),
  ]);
}, 10_000);
