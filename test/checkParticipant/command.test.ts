/** The command as scripts use it: exit codes, text, JSON, and what is wrong with a command line. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { checks } from '../../src/checkParticipant/checks';
import { readCommand, usage } from '../../src/checkParticipant/commandLine';
import { UsageError } from '../../src/command/output';
import { type Report } from '../../src/checkParticipant/contract';
import { type RunningParticipant, startParticipant } from './participant';
import { endAll, runCheck } from './processes';
import { type Quirk } from './quirks';

const secret = 'whsec_dGhlIHNlY3JldCBvZiB0aGUgdGVzdHMgYW5kIG5vIG90aGVy';
const folder = mkdtempSync(join(tmpdir(), 'dtc-check-'));
const participants: RunningParticipant[] = [];

afterAll(async () => {
  await endAll();
  await Promise.all(participants.map(each => each.close()));
  rmSync(folder, { recursive: true });
});

async function start(quirks: readonly Quirk[] = [], options = {}): Promise<string> {
  const participant = await startParticipant(quirks, options);
  participants.push(participant);
  return participant.prepareUrl;
}

it('exits 0 with a table and a count where nothing failed, and says what was skipped', async () => {
  const { code, stdout, stderr } = await runCheck([await start(), '--payload', '{"amount":1}']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^commit-after-prepare {2,}passed$/m);
  expect(stdout).toMatch(/^rollback-before-prepare {2,}passed\n {4}note {6}it remembers the rollback$/m);
  expect(stdout).toMatch(/^unsigned-refused {2,}skipped: needs --secret/m);
  expect(stdout).toMatch(/^32 checks: 23 passed, 0 failed, 9 skipped \(\d+\.\d s\)\.$/m);
});

it('exits 1 where a check failed, and shows the answer and why it matters', async () => {
  const { code, stdout } = await runCheck([
    await start(['rollsBackCommitted']),
    '--only',
    'rollback-after-commit-refused',
  ]);
  expect(code).toBe(1);
  const details = [
    'rollback-after-commit-refused  failed',
    '    sent      POST http://\\S+/rollback \\{.*\\}',
    '    came      200',
    '    expected  refused: 409',
    '    why       What is committed stays so \\(I2\\), .*',
  ];
  expect(stdout).toMatch(new RegExp(`^${details.join('\n')}$`, 'm'));
  expect(stdout).toContain('1 checks: 0 passed, 1 failed, 0 skipped');
});

it('prints one JSON document, exits by it, and keeps queries to itself', async () => {
  const url = `${await start(['refusesTraceparent'])}?key=private`;
  const { code, stdout } = await runCheck([url, '--json', '--only', 'headers-accepted,commit-repeated']);
  expect(code).toBe(1);
  expect(stdout).not.toContain('private');
  const report = JSON.parse(stdout) as Report;
  const { passed, failed, skipped } = report;
  expect({ passed, failed, skipped }).toEqual({ passed: 1, failed: 1, skipped: 0 });
  expect(report.participant).toMatch(/\/prepare\?redacted$/);
  expect(report.checks[1]).toEqual({
    ...about('headers-accepted'),
    result: 'failed',
    durationMs: expect.any(Number) as number,
    failure: {
      sent: expect.stringMatching(/^POST .*\/prepare\?redacted \{/) as string,
      came: '400 Bad Request',
      expected: 'yes: 200, no other "vote" in its body',
    },
    notes: [],
    unsettled: [],
  });
});

function about(name: string): object {
  const check = checks.find(each => each.name === name);
  return {
    name,
    does: check?.does,
    why: check?.why,
    transactions: check?.transactions,
    commits: check?.commits,
  };
}

it('signs with the secret of the environment and shows it nowhere', async () => {
  const url = await start([], { secret });
  const args = [url, '--json', '--only', 'unsigned-refused,commit-repeated'];
  const { code, stdout } = await runCheck(args, { DTC_SIGNING_SECRET: secret });
  expect({ code, passed: (JSON.parse(stdout) as Report).passed }).toEqual({ code: 0, passed: 2 });
  expect(stdout).not.toContain(secret);
});

it('reads payloads from files, and sends commit and rollback where it is told', async () => {
  const file = join(folder, 'refused.json');
  writeFileSync(file, '\ufeff{"amount": 101}');
  const url = await start();
  const sibling = (name: string): string => new URL(`/${name}`, url).href;
  const urls = ['--commit-url', sibling('commit'), '--rollback-url', sibling('rollback')];
  const only = ['--only', 'refused-payload-votes-no,commit-repeated'];
  const { code } = await runCheck([url, '--refused-payload', `@${file}`, ...urls, ...only]);
  expect(code).toBe(0);
});

const wrong: readonly (readonly [args: readonly string[], message: string])[] = [
  [[], 'the prepare URL is missing'],
  [['http://127.0.0.1:1/commit'], 'the last path segment of the prepare URL must be "prepare"'],
  [['ftp://127.0.0.1/prepare'], 'the prepare URL must be an absolute http or https URL'],
  [['http://user:word@127.0.0.1/prepare'], 'the prepare URL must not carry credentials'],
  [['http://a/prepare', 'http://b/prepare'], 'one prepare URL is checked, not also http://b/prepare'],
  [['http://a/prepare', '--commit-url', 'http://a/c'], '--commit-url and --rollback-url belong together'],
  [['http://a/prepare', '--payload', '{seats: 1}'], '--payload must be JSON, or @ and a file of it'],
  [['http://a/prepare', '--payload', '@/no/such/file'], '--payload must be JSON, or @ and a file of it'],
  [['http://a/prepare', '--name', 'a b'], '--name is 1 to 64 of'],
  [['http://a/prepare', '--timeout-ms', '0'], '--timeout-ms takes a whole number of milliseconds from 1'],
  [['http://a/prepare', '--only', 'commit-repeated,other'], 'no such check: other'],
  [['http://a/prepare', '--secret', 'whsec_%'], 'the secret must be "whsec_" and the base64'],
  [['http://a/prepare', '--fast'], 'there is no option --fast'],
  [['http://a/prepare', '--only', '--json'], '--only needs a value'],
  [['http://a/prepare', '--json=yes'], '--json takes no value'],
];

it.each(wrong)('does not take %j, and says why', (args, message) => {
  expect(() => readCommand(args, { keys: {} })).toThrow(UsageError);
  expect(() => readCommand(args, { keys: {} })).toThrow(message);
});

it('exits 2 for a wrong command line, with how it is used', async () => {
  const { code, stdout, stderr } = await runCheck(['--only', 'commit-repeated']);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toBe(`check-participant: the prepare URL is missing\n\n${usage}`);
});

it('exits 2 where nobody answers, in one line', async () => {
  const { code, stderr } = await runCheck(['http://127.0.0.1:1/prepare?key=private']);
  expect(code).toBe(2);
  expect(stderr).toBe(
    'check-participant: nobody answers at http://127.0.0.1:1/prepare?redacted: the connection was refused\n',
  );
});

it('lists what it checks, in the words of the documentation', async () => {
  const { code, stdout } = await runCheck(['--list', '--json']);
  expect(code).toBe(0);
  const listed = JSON.parse(stdout) as { name: string; does: string; why: string }[];
  expect(listed.map(({ name }) => name)).toEqual(checks.map(({ name }) => name));
  const page = readFileSync(resolve(__dirname, '../../docs/CHECK-PARTICIPANT.md'), 'utf8');
  const rows = page.split('\n').filter(line => line.startsWith('| `') && !line.startsWith('| `--'));
  expect(page).toContain(usage);
  expect(rows).toEqual(listed.map(({ name, does, why }) => `| \`${name}\` | ${does} | ${why} |`));
});
