import { type LookupAddress } from 'node:dns';
import { parseAllowList } from '../../src/outbound/allowList';
import { answering, outbound, request, stopAll, whole } from './stub';

afterEach(stopAll);

const policy = { kind: 'notSent', code: 'policy' };
const good = { address: '127.0.0.1', family: 4 };
const metadata = { address: '169.254.169.254', family: 4 };

function allowing(text: string) {
  const parsed = parseAllowList(text);
  if (parsed.wrong.length > 0) throw new Error(JSON.stringify(parsed.wrong));
  return parsed.entries;
}

async function sendTo(addresses: LookupAddress[], list = '') {
  const participant = await answering(whole('200 OK'));
  const out = outbound({ allowed: allowing(list), lookup: () => Promise.resolve(addresses) });
  const reply = await out.send(request(participant.url('/prepare', 'pay.test')));
  return { reply, participant };
}

test('a name that resolves to a good address is called there', async () => {
  const { reply, participant } = await sendTo([good]);
  expect(reply).toMatchObject({ kind: 'answer', status: 200 });
  expect(participant.requests[0]).toContain(`host: pay.test:${participant.port}\r\n`);
});

test.each([
  '169.254.169.254',
  '::ffff:169.254.169.254',
  '::a9fe:a9fe',
  'fe80::1',
  'fd00:ec2::254',
  '0.0.0.0',
])('a name that resolves to %s is refused when the connection is made', async address => {
  const { reply } = await sendTo([{ address, family: address.includes(':') ? 6 : 4 }]);
  expect(reply).toMatchObject(policy);
  expect(reply).toHaveProperty('message', expect.stringContaining(`pay.test resolves to ${address}`));
});

test('one such address among good ones spoils the name', async () => {
  const { reply, participant } = await sendTo([good, metadata]);
  expect(reply).toMatchObject(policy);
  expect(participant.sockets).toHaveLength(0);
});

test('it spoils a name that the list allows, too', async () => {
  expect((await sendTo([metadata], '*.test,0.0.0.0/0')).reply).toMatchObject(policy);
});

test('a name that is pointed elsewhere after the check is judged again for every connection', async () => {
  const participant = await answering(whole('200 OK', '', 'connection: close\r\n'));
  const answers = [[good], [metadata]];
  const out = outbound({ lookup: () => Promise.resolve(answers.shift() ?? []) });
  const url = participant.url('/prepare', 'pay.test');
  expect(out.check(url)).toBeUndefined();
  expect(await out.send(request(url))).toMatchObject({ kind: 'answer' });
  expect(out.check(url)).toBeUndefined();
  expect(await out.send(request(url))).toMatchObject(policy);
});

test('where CIDRs alone allow, an address outside them is refused and the CIDR to add is named', async () => {
  const { reply, participant } = await sendTo([good], '10.0.0.0/8');
  expect(reply).toMatchObject(policy);
  expect(reply).toHaveProperty('message', expect.stringContaining('add 127.0.0.1/32'));
  expect(participant.sockets).toHaveLength(0);
});

test('an address outside the CIDRs is left out where another is inside', async () => {
  const { reply } = await sendTo([{ address: '::1', family: 6 }, good], '127.0.0.0/8');
  expect(reply).toMatchObject({ kind: 'answer', status: 200 });
});

test('a name that the list names needs no CIDR for its address', async () => {
  const { reply } = await sendTo([good], '*.test,10.0.0.0/8');
  expect(reply).toMatchObject({ kind: 'answer', status: 200 });
});

test('a URL that is refused is not looked up and not connected to', async () => {
  const lookup = jest.fn(() => Promise.resolve([good]));
  const out = outbound({ allowed: allowing('http://else.test'), lookup });
  const url = 'http://pay.test/prepare?token=hush';
  expect(out.check(url)).toMatch(/http:\/\/pay\.test is not allowed/);
  expect(out.check(url)).not.toContain('hush');
  expect(await out.send(request(url))).toMatchObject(policy);
  expect(await out.send(request('http://169.254.169.254/prepare'))).toMatchObject(policy);
  expect(lookup).not.toHaveBeenCalled();
});

test('a name with many callers is resolved once at a time', async () => {
  const participant = await answering(whole('200 OK'));
  const lookup = jest.fn(() => Promise.resolve([good]));
  const out = outbound({ lookup });
  const url = participant.url('/prepare', 'pay.test');
  const replies = await Promise.all([1, 2, 3].map(() => out.send(request(url))));
  expect(replies.map(reply => reply.kind)).toEqual(['answer', 'answer', 'answer']);
  expect(lookup).toHaveBeenCalledTimes(1);
});
