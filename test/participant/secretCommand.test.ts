/** The command that prints a participant's secret, as a process of its own. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { participantSecret } from '../../src/protocol/wire/signatures';
import { readCommand } from '../../src/participantSecret/commandLine';

const program = join(__dirname, '../../dist/src/participantSecret/main.js');
const masterKey = `dtckey_${Buffer.alloc(32, 6).toString('base64')}`;
const url = 'https://bank.example/accounts/prepare';

function run(args: readonly string[], key: string): Promise<{ code: number; out: string; err: string }> {
  const env = { ...process.env, DTC_SIGNING_MASTER_KEY: key };
  return new Promise(resolve => {
    execFile(process.execPath, [program, ...args], { env }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });
}

it('prints the secret alone, and beside it whose it is', async () => {
  expect(await run([url], masterKey)).toEqual({
    code: 0,
    out: `${participantSecret(masterKey, url)}\n`,
    err: 'participant-secret: of https://bank.example/accounts/\n',
  });
});

it('prints the secret of each key that signs, one a line', async () => {
  const keys = [6, 7, 8].map(each => `dtckey_${Buffer.alloc(32, each).toString('base64')}`);
  const { code, out } = await run([url], keys.join(','));
  const both = keys.slice(0, 2).map(key => `${participantSecret(key, url)}\n`);
  expect([code, out]).toEqual([0, both.join('')]);
});

it.each([
  ['no key', '', 'DTC_SIGNING_MASTER_KEY is not set'],
  ['a secret', `whsec_${Buffer.alloc(32, 6).toString('base64')}`, 'must be "dtckey_"'],
])('ends with 2 where the environment holds %s, and shows no value', async (_, key, says) => {
  const { code, out, err } = await run([url], key);
  expect([code, out]).toEqual([2, '']);
  expect(err).toContain(says);
  if (key !== '') expect(err).not.toContain(key);
});

it.each([
  [[], 'the prepare URL of the participant is missing'],
  [['bank.example/prepare'], 'must be an absolute http:// or https:// URL'],
  [['https://ann:word@bank.example/prepare'], 'must not carry credentials'],
  [['https://bank.example/accounts'], 'must end in "/prepare", as the coordinator calls it, or in "/"'],
  [[url, url], 'one URL at a time'],
  [['--url', url], 'there is no option --url'],
])('does not take %j, and says why', (args, message) => {
  expect(() => readCommand(args)).toThrow(message);
});

it.each(['https://bank.example', 'https://bank.example/accounts/', 'https://bank.example/accounts/prepared'])(
  'takes %s: what it is for is certain',
  text => {
    expect(readCommand([text])).toEqual({ do: 'print', url: new URL(text).href });
  },
);
