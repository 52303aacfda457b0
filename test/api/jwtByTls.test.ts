/** DTC_JWKS_URL by https, with an authority that NODE_EXTRA_CA_CERTS names: Node reads that at its start, so the keys are read in a process of their own. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { createAuthority } from '../support/certificates';
import { portOf } from '../support/listening';

const run = promisify(execFile);
const authority = createAuthority();
const folder = mkdtempSync(join(tmpdir(), 'dtc-jwks-'));
const extra = join(folder, 'ca.pem');
writeFileSync(extra, authority.ca);

let keySet = '';
const provider = createServer(authority.issue({ names: ['127.0.0.1'] }), (_request, response) => {
  response.end(keySet);
});
afterAll(async () => {
  const closed = once(provider.close(), 'close');
  provider.closeAllConnections();
  await closed;
  rmSync(folder, { recursive: true });
});

const program = `
  const { createKeySet } = require(${JSON.stringify(resolve(__dirname, '../../dist/src/api/keySet.js'))});
  const [url, token] = process.argv.slice(1);
  const log = { warn: ({ err }) => console.log('warned of ' + (err.cause ?? err).code) };
  const verify = async () => {
    const { jwtVerify } = await import('jose');
    const { payload } = await jwtVerify(token, await createKeySet(url, log));
    console.log('from ' + payload.sub);
  };
  verify().catch(error => console.log(error.message));`;

it('takes keys from a provider whose authority is named, and from no other', async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  keySet = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256' }] });
  const token = await new SignJWT({ sub: 'alice' })
    .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
    .sign(privateKey);
  const url = `https://127.0.0.1:${await portOf(provider)}/keys`;
  const said = async (env: Record<string, string>): Promise<string> => {
    const { NODE_EXTRA_CA_CERTS: _, ...inherited } = process.env;
    const options = { cwd: resolve(__dirname, '../..'), env: { ...inherited, ...env } };
    return (await run(process.execPath, ['-e', program, url, token], options)).stdout;
  };
  expect(await said({ NODE_EXTRA_CA_CERTS: extra })).toBe('from alice\n');
  const refused = await said({});
  expect(refused).toContain('warned of UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  expect(refused).not.toContain('from alice');
});
