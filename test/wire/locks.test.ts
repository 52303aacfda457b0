/** Owns the proof of what locks look like on the wire (PROTOCOL §3): in the request of a client, and in that to a participant. */
import { byResource, holderPattern, resourcePattern } from '../../src/protocol/wire/locks';
import { type ParticipantCall, participantBody } from '../../src/protocol/wire/participantRequest';
import {
  parseTransactionRequest,
  type TransactionRequest,
} from '../../src/protocol/client/transactionRequest';

const url = 'http://a/prepare';
const exclusive = (resource: unknown): object => ({ resource, mode: 'exclusive' });
const resourceMessage =
  'must be 1 to 128 of [A-Za-z0-9._:/@=-], the first a letter or digit, and no segment between slashes empty, "." or ".."';

function parse(more: object): TransactionRequest | readonly unknown[] {
  const parsed = parseTransactionRequest(
    { participants: [url], ...more },
    { maxParticipants: 1, maxRequestTimeoutMs: 60_000 },
  );
  return parsed.is === 'refused' ? parsed.problems : parsed.request;
}

describe('the locks of a request', () => {
  it('are brought into the order of their UTF-8 bytes, whatever a language would say', () => {
    const inOrder = ['0', 'A', 'Z', 'a', 'a-b', 'a.b', 'a/b', 'a0', 'a:b', 'a=', 'a@', 'aB', 'a_', 'aa', 'b'];
    const given = [...inOrder].reverse().map(exclusive);
    const bytes = [...inOrder].sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
    expect(inOrder).toEqual(bytes);
    expect(parse({ locks: given })).toMatchObject({ locks: inOrder.map(exclusive) });
    expect(byResource({ resource: 'a', mode: 'shared' }, { resource: 'a', mode: 'exclusive' })).toBe(0);
  });

  it('keep their modes, and the time for all of them', () => {
    const locks = [
      { resource: 'account:1', mode: 'shared' },
      { resource: 'account:2', mode: 'exclusive' },
    ];
    expect(parse({ locks, lockTimeoutMs: 10 })).toMatchObject({ locks, lockTimeoutMs: 10 });
  });

  it('are left out where there are none', () => {
    expect(parse({ locks: [] })).not.toHaveProperty('locks');
  });

  it('name no resource twice, not even in the same mode: each repeat is said where it stands', () => {
    const locks = [exclusive('b'), exclusive('a'), { resource: 'b', mode: 'shared' }, exclusive('b')];
    const message = 'is also that of the lock at position 1';
    expect(parse({ locks })).toEqual([
      { pointer: '#/locks/2/resource', value: 'b', message },
      { pointer: '#/locks/3/resource', value: 'b', message },
    ]);
  });

  it('are a hundred at most', () => {
    const locks = (count: number): object[] =>
      Array.from({ length: count }, (_, nth) => exclusive(`r${nth}`));
    expect(parse({ locks: locks(100) })).toHaveProperty('locks.length', 100);
    expect(parse({ locks: locks(101) })).toEqual([
      { pointer: '#/locks', message: 'must not hold more than 100 locks' },
    ]);
  });

  it.each([
    'a',
    '7',
    'A'.repeat(128),
    'account:42',
    'a/b/c',
    'a@b=c',
    'a..',
    'a/...',
    'a/.b',
    'a/..b',
    'x._:/@=-',
  ])('may be on %s', resource => {
    expect(parse({ locks: [exclusive(resource)] })).toMatchObject({ locks: [{ resource }] });
  });

  it.each([
    '',
    '.',
    '..',
    '/a',
    '-a',
    ':a',
    'a b',
    'a\n',
    '\na',
    'ä',
    'a%2F',
    'a*',
    "a'",
    'a"',
    'a\\',
    'a,b',
    'a/',
    'a//b',
    'a/./b',
    'a/.',
    'x/../b',
    'x/..',
  ])('may not be on %j', value => {
    expect(parse({ locks: [exclusive('ok'), exclusive(value)] })).toEqual([
      { pointer: '#/locks/1/resource', value, message: resourceMessage },
    ]);
  });

  it.each<[string, object, object]>([
    [
      'a name that is too long',
      { locks: [exclusive('a'.repeat(129))] },
      {
        pointer: '#/locks/0/resource',
        value: `${'a'.repeat(80)}... (129 characters)`,
        message: resourceMessage,
      },
    ],
    [
      'a name that is no text',
      { locks: [exclusive(7)] },
      { pointer: '#/locks/0/resource', value: 7, message: resourceMessage },
    ],
    ['no name', { locks: [{ mode: 'shared' }] }, { pointer: '#/locks/0/resource', message: 'is required' }],
    [
      'no mode: a transaction says what it wants',
      { locks: [{ resource: 'a' }] },
      { pointer: '#/locks/0/mode', message: 'is required' },
    ],
    [
      'another mode',
      { locks: [{ resource: 'a', mode: 'write' }] },
      { pointer: '#/locks/0/mode', value: 'write', message: 'must be "exclusive" or "shared"' },
    ],
    [
      'an unknown field',
      { locks: [{ ...exclusive('a'), ttlMs: 5 }] },
      { pointer: '#/locks/0/ttlMs', message: 'unknown field; known: resource, mode' },
    ],
    [
      'text',
      { locks: ['a'] },
      { pointer: '#/locks/0', value: 'a', message: 'must be an object with "resource" and "mode"' },
    ],
    [
      'one lock alone',
      { locks: exclusive('a') },
      { pointer: '#/locks', message: 'must be an array of locks' },
    ],
    ['null', { locks: null }, { pointer: '#/locks', value: null, message: 'must be an array of locks' }],
  ])('are refused for %s', (_, more, problem) => {
    expect(parse(more)).toEqual([problem]);
  });

  it.each([9, 604_800_001, 10.5, '1000', null, -1])('may not wait for %j ms', value => {
    const message = 'must be a whole number of milliseconds from 10 to 604800000';
    expect(parse({ locks: [exclusive('a')], lockTimeoutMs: value })).toEqual([
      { pointer: '#/lockTimeoutMs', value, message },
    ]);
  });

  it.each([10, 604_800_000])('may wait for %d ms', lockTimeoutMs => {
    expect(parse({ locks: [exclusive('a')], lockTimeoutMs })).toMatchObject({ lockTimeoutMs });
  });
});

describe('the name of a holder', () => {
  it.each(['a', 'job-7', 'worker@host:42', 'a=b._c', 'x'.repeat(128)])('may be %s', name => {
    expect(holderPattern.test(name)).toBe(true);
  });

  it.each(['', '.', '-a', 'a/b', 'a b', 'a\n', 'x'.repeat(129)])('may not be %j', name => {
    expect(holderPattern.test(name)).toBe(false);
  });

  it('may be anything that a resource may be called, but for the slash: it stands in one segment of a path', () => {
    const ascii = Array.from({ length: 128 }, (_, code) => `a${String.fromCharCode(code)}a`);
    const only = ascii.filter(name => resourcePattern.test(name) !== holderPattern.test(name));
    expect(only).toEqual(['a/a']);
  });
});

describe('what a participant is told of locks', () => {
  const call: ParticipantCall = {
    transactionId: 'testt1',
    participant: 'p1',
    phase: 'prepare',
    decideBy: Date.parse('2026-01-01T00:00:00.000Z'),
    payload: { n: 1 },
    locks: [
      { resource: 'a', mode: 'exclusive', fencingToken: 1_767_225_600_000_000 },
      { resource: 'b', mode: 'shared', fencingToken: 1_767_225_600_000_001 },
    ],
    statusUrl: 'http://dtc/transactions/testt1',
  };
  const locks =
    '"locks":[{"resource":"a","mode":"exclusive","fencingToken":1767225600000000},' +
    '{"resource":"b","mode":"shared","fencingToken":1767225600000001}]';

  it('is, to the byte, the same on every repeat of a prepare (I7)', () => {
    expect(participantBody(call)).toBe(
      '{"transactionId":"testt1","participant":"p1","phase":"prepare","decideBy":"2026-01-01T00:00:00.000Z",' +
        `"payload":{"n":1},${locks},"statusUrl":"http://dtc/transactions/testt1"}`,
    );
  });

  it.each(['commit', 'rollback'] as const)('stands in a %s too', phase => {
    expect(participantBody({ ...call, phase })).toBe(
      `{"transactionId":"testt1","participant":"p1","phase":"${phase}","payload":{"n":1},${locks},` +
        '"statusUrl":"http://dtc/transactions/testt1"}',
    );
  });

  it('is nothing where it has none', () => {
    const { locks: _, ...without } = call;
    expect(participantBody(without)).not.toContain('locks');
  });

  it('is resource, mode and token, whatever else the coordinator keeps of a lock', () => {
    const kept = { resource: 'a', mode: 'exclusive', fencingToken: 5, state: 'held' } as const;
    const told = JSON.parse(participantBody({ ...call, locks: [kept] })) as { locks: unknown };
    expect(told.locks).toEqual([{ resource: 'a', mode: 'exclusive', fencingToken: 5 }]);
  });
});
