/**
 * The disaster drill: Temporal's database is lost, and an old copy of it restored. Transfers run between the two banks, the
 * database is copied, more transfers run (the *lost hour*), everything is killed in the middle, and a coordinator starts on
 * the copy.
 *
 * - What the copy holds as decided ends as decided, at every participant.
 * - What was open in the copy ends the same way, or is reported with its participants' answers.
 * - What began in the lost hour is not touched, and is in the report with the command that settles it.
 * - Once a person has settled that, the books balance and nothing stays prepared.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type TransactionDocument } from '../../src/protocol/client/document';
import { type OrphansDocument } from '../../src/protocol/client/orphans';
import { type Banks, openingBalance, perBank, startBanks } from '../bank/support/banks';
import { newPlace, type Place, ROOT, settings } from '../devServer/fixture';
import { freePort } from '../support/listening';
import { type Participants, startParticipants } from '../support/participants';
import { type CoordinatorProcess, endProcesses, post, startProcess } from '../support/processes';
import { gate, statefulParticipant } from '../support/statefulParticipant';
import { eventually } from '../support/until';

const run = promisify(execFile);

let banks: Banks;
let participants: Participants;
let url: string;
let environment: Record<string, string>;
/** Not with the data directories: `endProcesses` removes those. */
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dtc-disaster-'));
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  banks = await startBanks(url);
  participants = await startParticipants();
  environment = {
    DTC_PORT: String(port),
    DTC_PUBLIC_URL: url,
    DTC_RECOVERY_URLS: banks.banks.map(({ base }) => `${base}/prepared`).join(),
    DTC_SWEEP_INTERVAL_MS: '1000',
    DTC_SWEEP_SAFETY_MS: '1500',
    DTC_RETRY_MAX_MS: '500',
    DTC_COMPLETION_ATTEMPTS: '4',
    DTC_ATTENTION_RETRY_MS: '1000',
  };
});
afterAll(async () => {
  await endProcesses();
  await banks.end();
  await participants.close();
  await rm(folder, { recursive: true });
});

const start = (place: Place): Promise<CoordinatorProcess> =>
  startProcess({ ...settings(place), ...environment });

const transferOf = (amount: number, account: number): object[] =>
  banks.banks.map(({ name, base }) => ({
    name,
    url: `${base}/prepare`,
    payload: { account: `${name.charAt(0)}${account}`, amount: name === 'north' ? -amount : amount },
  }));

/** Starts transfers one after another, `atOnce` lanes, until stopped; what was accepted, in order. */
function keepTransferring(atOnce: number): { readonly accepted: string[]; stop(): Promise<void> } {
  const accepted: string[] = [];
  const stopping = new AbortController();
  let n = 0;
  const lane = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const began = await post(url, transferBody((n += 1)), { prefer: 'wait=10' }).catch(() => undefined); // killed: it may or may not exist
      if (began !== undefined) accepted.push(began.id);
    }
  };
  const lanes = Promise.all(Array.from({ length: atOnce }, lane));
  return {
    accepted,
    stop: async () => {
      stopping.abort();
      await lanes;
    },
  };
}

const transferBody = (n: number): object => ({ participants: transferOf(1 + (n % 7), n % perBank) });

async function read(id: string): Promise<TransactionDocument | undefined> {
  const answer = await fetch(`${url}/transactions/${id}`);
  if (answer.status === 404) return undefined;
  expect(answer.status).toBe(200);
  return (await answer.json()) as TransactionDocument;
}

const orphans = async (): Promise<OrphansDocument> =>
  (await fetch(`${url}/orphans`)).json() as Promise<OrphansDocument>;

type Records = Readonly<Record<string, ReadonlyMap<string, string>>>;

async function records(): Promise<Records> {
  const entries = banks.banks.map(async ({ name }) => [name, await banks.recorded(name)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

const statesOf = (id: string, all: Records): (string | undefined)[] => [
  all['north']?.get(id),
  all['south']?.get(id),
];
const isLeftPrepared = (states: readonly (string | undefined)[]): boolean =>
  states.some(state => state === 'prepared' || state === 'preparing');

/** One that both banks hold prepared and nobody has decided, and one that north has committed and south has not. */
async function leaveOpen(): Promise<[string, string]> {
  const vote = gate();
  participants.on('silent', () => () => undefined);
  participants.on('voter', ({ phase }) => async response => {
    if (phase === 'prepare') await vote.passed;
    response.writeHead(200).end('{}');
  });
  // an account each: north keeps its row locked while it is prepared
  const start = async (third: string, account: number): Promise<string> => {
    const url3 = { name: third, url: participants.url(third), timeoutMs: 50_000 };
    return (await post(url, { participants: [url3, ...transferOf(5, account)] })).id;
  };
  const undecided = await start('silent', 1);
  const halfDone = await start('voter', 2);
  const states = async (id: string): Promise<string> => statesOf(id, await records()).join();
  for (const id of [undecided, halfDone])
    await eventually(async () => (await states(id)) === 'prepared,prepared');
  await banks.banks.find(({ name }) => name === 'south')?.kill();
  vote.open();
  await eventually(async () => (await states(halfDone)) === 'committed,prepared');
  return [undecided, halfDone];
}

it('restores an old copy, finishes what it knows, touches nothing else, and says what a person has to do', async () => {
  // one that is open in the copy, and commits in the lost hour; its deadline is over before the copy is used
  const held = gate();
  const slow = statefulParticipant(participants, 'slow', {
    fault: ({ phase, nth }) => (phase === 'prepare' && nth === 1 ? { after: held.passed } : undefined),
  });
  const first = await newPlace();
  const before = await start(first);
  const decidedElsewhere = await post(url, {
    timeoutMs: 30_000,
    participants: [{ name: 'slow', url: slow.url, timeoutMs: 25_000 }, ...transferOf(1, 0)],
  });

  const transfers = keepTransferring(8);
  await eventually(() => transfers.accepted.length > 40, 60_000);
  const copy = join(folder, 'copy.db');
  await run(process.execPath, [join(ROOT, 'scripts/backup/backup.mjs'), copy], {
    env: { ...process.env, DTC_DATA_DIR: first.dataDir },
  });
  const copiedAt = transfers.accepted.length;
  held.open();
  await eventually(() => slow.holds(decidedElsewhere.id) === 'committed', 30_000);
  await eventually(() => transfers.accepted.length > copiedAt + 40, 60_000);

  const [undecided, halfDone] = await leaveOpen();
  await Promise.all([before.kill(), ...banks.banks.map(bank => bank.kill())]);
  await endProcesses(); // its Temporal server too
  await transfers.stop();
  const ids = [...transfers.accepted, decidedElsewhere.id, undecided, halfDone];
  const atTheCrash = await records();
  await eventually(() => Date.now() > Date.parse(decidedElsewhere.decideBy), 30_000);

  const second = await newPlace();
  await run(process.execPath, [join(ROOT, 'scripts/backup/restore.mjs'), copy], {
    env: { ...process.env, DTC_DATA_DIR: second.dataDir },
  });
  await Promise.all(banks.banks.map(bank => bank.start()));
  await start(second);

  // whatever the copy knows comes to an end, or is said to need a person
  const known = (await Promise.all(ids.map(async id => ((await read(id)) === undefined ? [] : [id])))).flat();
  const lost = ids.filter(id => !known.includes(id));
  const settledOrStuck = async (id: string): Promise<boolean> => {
    const document = await read(id);
    return document?.endedAt !== undefined || document?.needsAttention === true;
  };
  for (const id of known) await eventually(() => settledOrStuck(id), 60_000);

  // the report has everything that the lost hour left prepared
  const leftPrepared = async (): Promise<{ id: string; bank: string }[]> =>
    Object.entries(await records()).flatMap(([bank, states]) =>
      [...states].flatMap(([id, state]) =>
        state === 'prepared' && !known.includes(id) ? [{ id, bank }] : [],
      ),
    );
  const left = await leftPrepared();
  expect(left).toEqual(
    expect.arrayContaining([
      { id: undecided, bank: 'north' },
      { id: undecided, bank: 'south' },
      { id: halfDone, bank: 'south' },
    ]),
  );
  const unknown = async (): Promise<OrphansDocument['findings']> =>
    (await orphans()).findings.filter(({ kind }) => kind === 'unknown');
  await eventually(async () => (await unknown()).length === left.length, 30_000);
  const report = await orphans();

  const after = await records();
  const told = await Promise.all(known.map(id => read(id)));
  const wrong = told.flatMap(document => {
    if (document === undefined || document.needsAttention) return [];
    const states = statesOf(document.id, after);
    const good =
      document.status === 'committed'
        ? states.every(state => state === 'committed')
        : states.every(state => state !== 'committed') && !isLeftPrepared(states);
    return good ? [] : [`${document.id} is ${document.status}, the banks say ${states.join()}`];
  });
  expect(wrong).toEqual([]);
  console.log(
    `${known.length} known to the copy, ${lost.length} of the lost hour, of these ${left.length} left prepared; ` +
      `${told.filter(each => each?.needsAttention).length} need attention`,
  );
  expect(known.length).toBeGreaterThan(30);
  expect(lost.length).toBeGreaterThan(20);

  // nothing of the lost hour was touched
  expect(lost.map(id => statesOf(id, after))).toEqual(lost.map(id => statesOf(id, atTheCrash)));
  for (const { id, bank } of left)
    expect(report.findings).toContainEqual(
      expect.objectContaining({
        kind: 'unknown',
        transactionId: id,
        participant: bank,
        command: expect.stringContaining(id) as unknown,
        why: expect.stringContaining('other participants') as unknown,
      }),
    );

  // the one that committed in the lost hour, which its deadline has rolled back since, is said to be so
  const contradicted = await read(decidedElsewhere.id);
  expect(contradicted).toMatchObject({ decision: 'rollback', needsAttention: true });
  expect(contradicted?.participants.map(({ lastError }) => lastError?.status)).toEqual([409, 409, 409]);
  await eventually(async () =>
    (await orphans()).findings.some(
      ({ kind, transactionId }) => kind === 'stuck' && transactionId === decidedElsewhere.id,
    ),
  );
  expect(statesOf(decidedElsewhere.id, after)).toEqual(['committed', 'committed']);

  // a person settles: as the other bank did, else by rolling back
  for (const { id, bank } of left) {
    const committed = statesOf(id, after).includes('committed');
    const found = report.findings.find(each => each.transactionId === id && each.participant === bank);
    await run('sh', ['-c', found?.command ?? ''], {
      cwd: ROOT,
      env: { ...process.env, DECISION: committed ? 'commit' : 'rollback', REASON: 'as the other bank did' },
    });
  }
  for (const participant of ['slow', 'north', 'south']) {
    const answer = await fetch(`${url}/transactions/${decidedElsewhere.id}/resolve`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        participant,
        outcome: 'committed',
        reason: 'it has committed in the lost hour',
      }),
    });
    expect(answer.status).toBe(200);
  }
  // not before quietAt: whoever may still be asked to prepare is told once more (I4)
  await eventually(async () => (await read(decidedElsewhere.id))?.endedAt !== undefined, 60_000);
  expect(await read(decidedElsewhere.id)).toMatchObject({ state: 'rolledback', heuristic: 'mixed' });

  const balances = await Promise.all(banks.banks.map(async bank => Object.values(await bank.accounts())));
  expect(balances.flat().reduce((sum, balance) => sum + balance, 0)).toBe(2 * perBank * openingBalance);
  for (const bank of banks.banks) expect(await bank.prepared()).toEqual([]);
  expect(await banks.preparedInPostgres()).toBe(0);
  for (const id of ids) {
    const [north, south] = statesOf(id, await records());
    expect([id, north === 'committed']).toEqual([id, south === 'committed']);
  }
});
