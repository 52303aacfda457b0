/** DTC_PARTICIPANT_CA, _CERT and _KEY: a file that cannot be used stops the start, by name, and nothing of a key is said. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../src/config/readConfig';
import { createAuthority } from '../support/certificates';
import { problemsOf } from './problems';

const authority = createAuthority();
const [own, another] = [authority.issue({ names: ['us'] }), authority.issue({ names: ['them'] })];
const folder = mkdtempSync(join(tmpdir(), 'dtc-tls-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const ca = file('ca.pem', authority.ca);
const cert = file('cert.pem', own.cert);
const key = file('key.pem', own.key);
const missing = join(folder, 'missing.pem');

it('reads what the files hold', () => {
  const env = { DTC_PARTICIPANT_CA: ca, DTC_PARTICIPANT_CERT: cert, DTC_PARTICIPANT_KEY: key };
  expect(readConfig(env).participantTls).toEqual({ ca: authority.ca, ...own });
  expect(readConfig({ DTC_PARTICIPANT_CA: ca }).participantTls).toEqual({ ca: authority.ca });
  expect(readConfig({}).participantTls).toBeUndefined();
});

it.each([
  [{ DTC_PARTICIPANT_CA: missing }, 'DTC_PARTICIPANT_CA', /cannot be read \(ENOENT\)/],
  [{ DTC_PARTICIPANT_CA: folder }, 'DTC_PARTICIPANT_CA', /cannot be read \(EISDIR\)/],
  [{ DTC_PARTICIPANT_CA: key }, 'DTC_PARTICIPANT_CA', /no certificates in it/],
  [
    { DTC_PARTICIPANT_CA: file('broken.pem', authority.ca.replace(/[A-Z]{3}/, '!!!')) },
    'DTC_PARTICIPANT_CA',
    /cannot be used for TLS|no certificates in it/,
  ],
  [{ DTC_PARTICIPANT_CERT: cert }, 'DTC_PARTICIPANT_CERT', /belong together/],
  [{ DTC_PARTICIPANT_KEY: key }, 'DTC_PARTICIPANT_CERT', /belong together/],
  [
    { DTC_PARTICIPANT_CERT: cert, DTC_PARTICIPANT_KEY: file('other.pem', another.key) },
    'DTC_PARTICIPANT_KEY',
    /is not the key of DTC_PARTICIPANT_CERT/,
  ],
  [
    { DTC_PARTICIPANT_CERT: cert, DTC_PARTICIPANT_KEY: cert },
    'DTC_PARTICIPANT_KEY',
    /no a private key without a passphrase in it/,
  ],
])('refuses %j', (env, name, message) => {
  const problems = problemsOf(env);
  expect(problems).toMatchObject([{ name, message: expect.stringMatching(message) as string }]);
  expect(JSON.stringify(problems)).not.toContain(own.key.split('\n')[1]);
});
