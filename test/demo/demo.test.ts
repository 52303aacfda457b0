import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { reportText, verify } from '../../examples/demo/verify';
import { leftIn, newFolder, runDemo, stillRunning, tamper } from './demoRun';

const verifyProgram = resolve(__dirname, '../../dist/examples/demo/verify.js');
const { folder, tmp, remove } = newFolder();
const kept = join(folder, 'kept');
const demo = runDemo(tmp, '--keep', kept);

afterAll(remove);

it('plays every scene, finds every database as reported, and exits 0', async () => {
  const code = await demo.ended;
  expect({ code, stderr: demo.stderr() }).toMatchObject({ code: 0 });
  const table = demo.stdout().split('What the databases say').at(1) ?? '';
  const yes = (...states: string[]): RegExp => new RegExp([...states, 'yes$'].join('\\s+'), 'm');
  const all = (state: string): string[] => [state, state, state, state];
  expect(table).toMatch(yes('a  everyone says yes', ...all('committed')));
  expect(table).toMatch(yes('b  no convertible left', ...all('rolledback')));
  expect(table).toMatch(yes('c  participant down in phase two', ...all('committed')));
  expect(table).toMatch(yes('d  coordinator killed in phase two', ...all('committed')));
  expect(table).toMatch(yes('e1 commit fails, default', ...all('committed')));
  expect(table).toMatch(
    /e2 commit fails, onCommitFailure "rollback"\s+rolledback\s+committed\s+committed\s+rolledback\s+no, and reported so: heuristic "mixed"$/m,
  );
  expect(table).toContain('Every database agrees with what the coordinator reported.');
}, 120_000);

it('shows the requests and the answers, and what the participants answered', () => {
  const text = demo.stdout();
  expect(text).toContain('→ POST /transactions   Prefer: wait=15');
  expect(text).toContain('← 201 Created');
  expect(text).toContain('car: prepare → 409 {"why":"no convertible left"}');
  expect(text).toMatch(/SIGKILL to the coordinator \(pid \d+\)/);
  expect(text).toMatch(/taken over the Temporal server that it left \(pid \d+\)/);
});

it('leaves no process and no folder behind', () => {
  expect(stillRunning(demo, tmp)).toEqual([]);
  expect(leftIn(tmp)).toEqual([]);
});

describe('the verification', () => {
  it('passes over the databases as they were left', () => {
    expect(execFileSync(process.execPath, [verifyProgram, kept], { encoding: 'utf8' })).toContain(
      'Every database agrees',
    );
  });

  const committed = `(SELECT transactionId FROM bookings WHERE state = 'committed' ORDER BY 1 LIMIT 1)`;
  it.each([
    [
      'a commit was lost',
      'flight',
      `UPDATE bookings SET state = 'prepared' WHERE transactionId = ${committed}`,
    ],
    ['a booking is gone', 'hotel', `DELETE FROM bookings WHERE transactionId = ${committed}`],
    [
      'what was rolled back is booked',
      'car',
      `UPDATE bookings SET state = 'committed' WHERE state = 'rolledback'`,
    ],
    ['a seat is sold twice', 'flight', 'UPDATE stock SET available = available + 1'],
    ['there is a booking of nobody', 'car', `INSERT INTO bookings VALUES ('x', 'car', 'van', 'rolledback')`],
  ])('fails where %s', (_what, service, sql) => {
    const copy = join(folder, `copy-${expect.getState().currentTestName ?? ''}`);
    cpSync(kept, copy, { recursive: true });
    tamper(join(copy, `${service}.db`), sql);
    const { problems } = verify(copy);
    expect(problems).not.toEqual([]);
    const run = spawnSync(process.execPath, [verifyProgram, copy], { encoding: 'utf8' });
    expect(run.status).toBe(1);
    expect(run.stdout.trimEnd()).toBe(reportText(verify(copy)));
    expect(run.stdout).toContain(`PROBLEM: ${problems[0] ?? ''}`);
  });
});
