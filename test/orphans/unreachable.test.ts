/** A participant whose list does not answer, answers garbage or too much is a finding, not an error of the sweep. */
import { type ServerResponse } from 'node:http';
import { ended, lostId, sweep, useSweeps } from './support/sweeps';

const world = useSweeps();
const json = (response: ServerResponse, value: unknown): unknown => response.end(JSON.stringify(value));
const entry = { transactionId: 'x', participant: 'p' };

it.each<[string, (response: ServerResponse, nth: number) => void, RegExp]>([
  ['an error', response => response.writeHead(500).end(), /answered 500/],
  ['a redirect', response => response.writeHead(302, { location: '/' }).end(), /answered 302/],
  ['no HTTP', response => response.socket?.end('hello\r\n\r\n'), /not valid HTTP/],
  ['no answer', response => response.socket?.resetAndDestroy(), /connection ended/],
  ['no JSON', response => response.end('<html>'), /not a list/],
  ['another shape', response => json(response, { items: [] }), /not a list/],
  [
    'an entry without a name',
    response => json(response, { prepared: [{ transactionId: 'x' }] }),
    /not a list/,
  ],
  [
    'a name for the shell',
    response => json(response, { prepared: [{ ...entry, participant: '";reboot' }] }),
    /not a list/,
  ],
  [
    'a longer page',
    response => json(response, { prepared: Array(201).fill(entry) }),
    /201 entries, asked for 200/,
  ],
  ['too many bytes', response => response.end('x'.repeat(70_000)), /larger than/],
  [
    'pages without end',
    (response, nth) => json(response, { prepared: [entry], next: String(nth) }),
    /more than 250/,
  ],
])('%s in place of a list', async (_what, answer, why) => {
  const { dtc, list, other } = world;
  const id = lostId(dtc);
  await sweep(dtc);
  list.answer = answer;
  other.entries = [{ transactionId: id, participant: 'p1' }];
  const first = await sweep(dtc);
  const { findings, counts } = await sweep(dtc);
  expect(findings).toMatchObject([
    { kind: 'unreachable', where: list.url, since: first.sweptAt, why: expect.stringMatching(why) as string },
    { kind: 'unknown', transactionId: id },
  ]);
  expect(counts.unreachable).toBe(1);
});

it('keeps what it knew of a list while it does not answer', async () => {
  const { dtc, list } = world;
  const id = await ended(world, 'committed');
  list.entries = [{ transactionId: id, participant: 'p1' }];
  const first = await sweep(dtc);
  list.answer = response => response.writeHead(503).end();
  const down = await sweep(dtc);
  expect(down.findings.map(({ kind }) => kind)).toEqual(['unreachable', 'prepared']);
  list.answer = undefined;
  const third = await sweep(dtc);
  expect(third.actions).toMatchObject([{ transactionId: id, result: 'done' }]);
  expect(third.actions[0]?.reason).toContain(first.sweptAt);
});

it('sends nothing where the list does not answer right before', async () => {
  const { dtc, list } = world;
  const id = await ended(world, 'committed');
  list.entries = [{ transactionId: id, participant: 'p1' }];
  await sweep(dtc);
  list.asked = 0;
  list.answer = (response, nth) =>
    nth === 1 ? json(response, { prepared: list.entries }) : response.writeHead(503).end();
  const { actions, findings } = await sweep(dtc);
  expect(actions).toEqual([]);
  expect(findings[0]?.why).toContain('could not be read again: answered 503');
  expect(list.sent).toEqual([]);
});

it('reads all pages', async () => {
  const { dtc, list } = world;
  list.pageSize = 3;
  const ids = Array.from({ length: 10 }, () => lostId(dtc));
  list.entries = ids.map(transactionId => ({ transactionId, participant: 'p1' }));
  const { findings } = await sweep(dtc);
  expect(findings.map(({ transactionId }) => transactionId)).toEqual(ids);
  expect(list.asked).toBe(4);
});
