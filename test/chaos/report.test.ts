/** What a report says of orders, and of faults: how many were planned, how many carried out, by kind. */
import { type Evidence, type Fault, type Told } from '../../chaos/evidence';
import { htmlReport } from '../../chaos/report/html';
import { textReport } from '../../chaos/report/text';
import { totalsOf } from '../../chaos/report/totals';

const fault = (nth: number, is: Fault['is'], name: string): Fault => ({
  ...{ kind: 'fault', at: nth, nth, is, fault: name, target: 'it' },
});
const evidenceOf = (...told: Told[]): Evidence => ({ told, books: [], locksLeft: [] });
const killed = [fault(1, 'begins', 'kill api'), fault(1, 'ends', 'kill api')];
const some = evidenceOf(...killed, fault(2, 'left out', 'kill api'), fault(3, 'left out', 'cut link'));

it('counts those that were carried out and those that were planned, by kind', () => {
  const lines = textReport('it', totalsOf(some), []).split('\n');
  expect(lines).toContain(
    '1 faults were carried out of 3 planned; the time was over before the turn of the others came',
  );
  expect(lines).toContainEqual(expect.stringMatching(/^ {2}kill api +1 +2$/));
  expect(lines).toContainEqual(expect.stringMatching(/^ {2}cut link +0 +1$/));
});

it('says nothing of others where there are none', () => {
  const text = textReport('it', totalsOf(evidenceOf(...killed)), []);
  expect(text).toContain('1 faults were carried out of 1 planned\n');
});

it('has the same on the page, and draws only what was carried out', () => {
  const page = htmlReport({ command: 'it', evidence: some, totals: totalsOf(some), violations: [] });
  expect(page).toContain('<td>kill api</td><td>1</td><td>2</td>');
  expect(page).toContain('<td>cut link</td><td>0</td><td>1</td>');
  expect(page.match(/<rect /g)).toHaveLength(1);
  expect(page).not.toContain('>cut link</text>');
});

it('says of how many orders no client was told an id', () => {
  const order = (name: string): Told => ({
    ...{ kind: 'order', at: 0, order: name, shares: [], locks: [], notify: [] },
  });
  const start = { kind: 'start', at: 1, askedAt: 0, api: 'api-1' } as const;
  const told = [
    ...['a', 'b', 'c'].map(order),
    { ...start, order: 'a', http: 201, id: 'ta' },
    { ...start, order: 'b' },
    { ...start, order: 'b', http: 503 },
  ];
  const text = textReport('it', totalsOf(evidenceOf(...told)), []);
  expect(text).toContain('3 orders: 0 known to be committed, 0 rolled back; of 2 no client was told an id\n');
});
