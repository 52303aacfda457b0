/** The package's commands, called as an operator calls them, trust in TLS whom the workers trust, and show who calls as these do. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endAll, runCheck, runSettle } from '../checkParticipant/processes';
import { createAuthority } from '../support/certificates';
import { portOf } from '../support/listening';

const authority = createAuthority();
const own = authority.issue({ names: ['coordinator'] });
const folder = mkdtempSync(join(tmpdir(), 'dtc-command-tls-'));
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const ca = { DTC_PARTICIPANT_CA: file('ca.pem', authority.ca) };
const certificate = {
  DTC_PARTICIPANT_CERT: file('cert.pem', own.cert),
  DTC_PARTICIPANT_KEY: file('key.pem', own.key),
};

/** Says yes to everything, and talks only to whom the authority knows. */
const participant = createServer(
  { ...authority.issue({ names: ['127.0.0.1'] }), ca: authority.ca, requestCert: true },
  (request, response) => {
    request.resume();
    response.end(JSON.stringify({ prepared: [] }));
  },
);
let url: string;
beforeAll(async () => {
  url = `https://127.0.0.1:${await portOf(participant)}/prepare`;
});
afterAll(async () => {
  await endAll();
  const closed = once(participant.close(), 'close');
  participant.closeAllConnections();
  await closed;
  rmSync(folder, { recursive: true });
});

const commands = [
  ['settle-participant', (env: Record<string, string>) => runSettle(['list', url], env)],
  [
    'check-participant',
    (env: Record<string, string>) => runCheck([url, '--only', 'commit-after-prepare'], env),
  ],
] as const;

describe.each(commands)('%s', (name, run) => {
  it('calls one that is certified by DTC_PARTICIPANT_CA, with DTC_PARTICIPANT_CERT', async () => {
    expect(await run({ ...ca, ...certificate })).toMatchObject({ code: 0, stderr: '' });
  });

  it.each([
    ['whom nobody is named to trust', certificate],
    ['that asks for a certificate, without one', ca],
  ])('does not talk to one %s', async (_, env) => {
    const { code, stdout, stderr } = await run(env);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`${name}: `);
  });

  it('says what is wrong with a file, and takes what is empty as not set', async () => {
    const missing = await run({ ...ca, ...certificate, DTC_PARTICIPANT_CA: join(folder, 'none.pem') });
    expect(missing).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('DTC_PARTICIPANT_CA: it cannot be read (ENOENT)') as unknown,
    });
    const half = await run({ ...ca, DTC_PARTICIPANT_CERT: certificate.DTC_PARTICIPANT_CERT });
    expect(half).toMatchObject({ code: 2, stderr: expect.stringContaining('set both or none') as unknown });
    const empty = await run({ ...ca, ...certificate, DTC_PARTICIPANT_CA: '' });
    expect(empty).toMatchObject({ code: 2, stdout: '' });
    expect(empty.stderr).not.toContain('DTC_PARTICIPANT_CA: it');
  });
});
