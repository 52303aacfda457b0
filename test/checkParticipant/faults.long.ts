/** Each duty has a participant that neglects it: the checks that fail are exactly those that stand for the duty. */
import { checkParticipant } from '../../src/checkParticipant/checkParticipant';
import { checks } from '../../src/checkParticipant/checks';
import { type CheckOptions, type CheckResult } from '../../src/checkParticipant/contract';
import { readId } from '../../src/protocol/wire/ids';
import { type RunningParticipant, startParticipant } from './participant';
import { type Quirk, quirks } from './quirks';
import { caught } from './wrong';

const masterKey = `dtckey_${Buffer.alloc(32, 9).toString('base64')}`;
let participant: RunningParticipant | undefined;

afterEach(async () => {
  await participant?.close();
  participant = undefined;
});

/** Runs all checks, with everything that any of them needs. */
async function check(
  wrongs: readonly Quirk[],
  options: Partial<CheckOptions> = {},
): Promise<readonly CheckResult[]> {
  const running = (participant = await startParticipant(wrongs, { masterKey }));
  const report = await checkParticipant({
    prepareUrl: running.prepareUrl,
    payload: { amount: 10 },
    refusedPayload: { amount: 101 },
    restart: () => {
      running.restart();
      return Promise.resolve();
    },
    masterKeys: [masterKey],
    ...options,
  });
  return report.checks;
}

function failedOf(results: readonly CheckResult[]): string[] {
  return results.filter(({ result }) => result === 'failed').map(({ name }) => name);
}

it('passes a right participant in every check, and leaves nothing prepared', async () => {
  const results = await check([]);
  expect(results.filter(({ result }) => result !== 'passed')).toEqual([]);
  expect(results.map(({ name }) => name)).toEqual(checks.map(({ name }) => name));
  expect(participant?.count('prepared')).toBe(0);
});

const rightInItsOwnWay: readonly (readonly [Quirk, Partial<Record<string, string>>])[] = [
  [
    'forgetsRollbacks',
    {
      'rollback-before-prepare': 'it forgets the rollback, and refuses every prepare after decideBy instead',
      'prepare-after-rollback': 'it forgets the rollback, and refuses every prepare after decideBy instead',
      'rollback-survives-restart':
        'it forgets the rollback, and refuses every prepare after decideBy instead',
    },
  ],
  [
    'oneAtATime',
    {
      'participants-of-one-transaction-independent': 'it took one at a time: the other was answered no',
      'transactions-independent': 'it took one at a time: the other was answered no',
      'prepared-list-pages': 'it took one at a time: the other was answered no',
    },
  ],
  ['answers204', {}],
  ['answersAtLength', {}],
  ['refusesWith400', {}],
  [
    'saysOk',
    {
      'prepare-votes-yes':
        'the body of its yes is not JSON, nor called so: nobody reads it, and a "no" in it would be a yes (409 is a no)',
    },
  ],
  [
    'refusesRollbackWith404',
    {
      'rollback-after-commit-refused':
        'it refuses with 404: only 409 tells the coordinator that the commit took place',
    },
  ],
];

it.each(rightInItsOwnWay)('passes a participant that is right in its own way: %s', async (quirk, notes) => {
  const results = await check([quirk]);
  expect(failedOf(results)).toEqual([]);
  for (const [name, note] of Object.entries(notes))
    expect(results.find(each => each.name === name)?.notes).toEqual([note]);
  expect(participant?.count('prepared')).toBe(0);
});

it('asks again where the answer was 503 or cut off, and passes a participant that comes round', async () => {
  const only = ['commit-repeated', 'prepare-concurrent', 'rollback-after-commit-refused'];
  const results = await check(['unavailableAtFirst'], { only });
  expect(results.map(({ result }) => result)).toEqual(['passed', 'passed', 'passed']);
});

const named = caught.map(([faults, caughtBy, only]) => ({
  what: faults.map(fault => quirks[fault]).join(', and '),
  faults,
  caughtBy,
  only,
}));

it.each(named)('catches a participant where $what', async ({ faults, caughtBy, only }) => {
  const results = await check(faults, { timeoutMs: 1000, ...(only === undefined ? {} : { only }) });
  expect(failedOf(results)).toEqual(caughtBy);
});

it('has a fault for every check, and a test for every quirk', () => {
  const catching = new Set(caught.flatMap(([, caughtBy]) => caughtBy));
  expect(checks.map(({ name }) => name).filter(name => !catching.has(name))).toEqual([]);
  const inTests = [...caught.flatMap(([faults]) => faults), ...rightInItsOwnWay.map(([quirk]) => quirk)];
  const elsewhere = ['unavailableAtFirst', 'hasNoList'];
  expect(new Set([...inTests, ...elsewhere])).toEqual(new Set(Object.keys(quirks)));
});

it('shows what was sent, what came and what was expected', async () => {
  const [failed] = await check(['rollsBackCommitted'], { only: ['rollback-after-commit-refused'] });
  expect(failed?.failure).toEqual({
    sent: expect.stringMatching(
      /^POST http:\/\/127\.0\.0\.1:\d+\/rollback \{"transactionId":"checkt[0-9a-f]{32}","participant":"p1","phase":"rollback","payload":\{"amount":10\}\}$/,
    ) as string,
    came: '200',
    expected: 'refused: 409',
  });
});

it('says of a participant that stays unavailable that it does, and how', async () => {
  const [failed] = await check(['commitIsUnavailable'], { only: ['commit-after-prepare'] });
  expect(failed?.failure?.came).toBe('503, 5 times in a row');
  expect(failed?.failure?.expected).toBe('an answer: it stays unavailable');
  expect(participant?.count('prepared')).toBe(0);
});

it('names the transactions that a participant does not let it end', async () => {
  const [failed] = await check(['failsToRollBackRefused'], { only: ['refused-payload-rollback'] });
  expect(failed?.unsettled).toEqual([expect.stringMatching(/^checkt/)]);
});

it('skips what it was not given the means for, and says what is missing', async () => {
  const running = (participant = await startParticipant(['hasNoList']));
  const { checks: results, failed } = await checkParticipant({ prepareUrl: running.prepareUrl });
  const skipped = results.filter(({ result }) => result === 'skipped');
  expect(failed).toBe(0);
  expect(Object.fromEntries(skipped.map(({ name, reason }) => [name, reason?.split(':')[0]]))).toEqual({
    'prepare-other-payload-refused': 'needs --payload',
    'refused-payload-votes-no': 'needs --refused-payload',
    'refused-payload-rollback': 'needs --refused-payload',
    'prepared-list-shows-what-is-prepared':
      'it has no list of what is prepared (--prepared-url, by default "prepared" beside prepare)',
    'prepared-list-pages':
      'it has no list of what is prepared (--prepared-url, by default "prepared" beside prepare)',
    'unsigned-refused': 'needs --secret',
    'signed-for-another-refused': 'needs DTC_SIGNING_MASTER_KEY',
    'stale-signature-refused': 'needs --secret',
    'tampered-body-refused': 'needs --secret',
    'prepared-survives-restart': 'needs --restart',
    'commit-survives-restart': 'needs --restart',
    'rollback-survives-restart': 'needs --restart',
  });
});

it('fails the checks of a list that was named and is not there', async () => {
  const running = (participant = await startParticipant(['hasNoList']));
  const preparedUrl = new URL('/prepared', running.prepareUrl).href;
  const { checks: results } = await checkParticipant({
    prepareUrl: running.prepareUrl,
    preparedUrl,
    only: ['prepared-list-pages'],
  });
  expect(failedOf(results)).toEqual(['prepared-list-pages']);
});

/** Where a participant forgets rollbacks, its refusal after decideBy is tried with one more. */
const busiest: readonly Quirk[] = ['forgetsRollbacks'];

it.each(checks.map(({ name, transactions, commits }) => ({ name, transactions, commits })))(
  'uses no more and no fewer transactions than listed: $name',
  async ({ name, transactions, commits }) => {
    await check(busiest, { only: [name] });
    const ids = new Set(participant?.requests.map(({ transactionId }) => transactionId));
    expect(ids.size).toBe(transactions);
    expect(participant?.count('committed')).toBe(commits);
  },
);

it('sends a repeat as the same request, in the form of PROTOCOL §2', async () => {
  const running = (participant = await startParticipant());
  const { prepareUrl } = running;
  await checkParticipant({ prepareUrl, only: ['prepare-repeated'], name: 'stock', payload: { amount: 1 } });
  const [first, second] = running.requests;
  const transactionId = first?.transactionId ?? '';
  expect(readId('check', transactionId)?.id).toBe(transactionId);
  expect(first?.key).toBe(`${transactionId}/stock/prepare`);
  expect(JSON.parse(first?.body ?? '')).toEqual({
    transactionId,
    participant: 'stock',
    phase: 'prepare',
    decideBy: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
    payload: { amount: 1 },
  });
  expect(second).toEqual(first);
});
