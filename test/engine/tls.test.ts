/** TLS on both sides, from settings to a transaction: Temporal behind a TLS proxy, and a participant by https; certificates are made here. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpsServer, type ServerOptions } from 'node:https';
import { connect, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { connect as connectToTemporal } from '../../src/engine/connect';
import { readConfig } from '../../src/config/readConfig';
import { connectionOptions } from '../../src/config/temporalOptions';
import { createAuthority } from '../support/certificates';
import { type TestCoordinator, startCoordinator } from '../support/coordinator';
import { portOf } from '../support/listening';

const authority = createAuthority();
const stranger = createAuthority('stranger');
const right = authority.issue({ names: ['127.0.0.1'] });
const expired = authority.issue({ names: ['127.0.0.1'], days: [-3, -1] });
const ofAnother = authority.issue({ names: ['temporal.example'] });
const ofStranger = stranger.issue({ names: ['127.0.0.1'] });

const folder = mkdtempSync(join(tmpdir(), 'dtc-tls-'));
const ca = join(folder, 'ca.pem');
writeFileSync(ca, authority.ca);
const servers: Server[] = [];
const open: TestCoordinator[] = [];
afterEach(async () => {
  for (const dtc of open.splice(0)) await dtc.close();
  for (const server of servers.splice(0)) server.close();
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('Temporal', () => {
  /** What it is told goes on to the server that all tests share. */
  async function proxy(certified: ServerOptions): Promise<string> {
    const [host = '', port = ''] = (process.env['TEST_TEMPORAL_ADDRESS'] ?? '').split(':');
    const server = createTlsServer({ ...certified, ALPNProtocols: ['h2'] }, socket => {
      const there = connect(Number(port), host);
      socket.pipe(there).pipe(socket);
      for (const each of [socket, there]) each.on('error', () => each.destroy());
    });
    server.on('tlsClientError', () => undefined); // who refuses the certificate hangs up
    servers.push(server);
    return `127.0.0.1:${String(await portOf(server))}`;
  }

  function reach(address: string, onRetry: (error: unknown) => void, signal: AbortSignal) {
    const { temporal } = readConfig({ TEMPORAL_ADDRESS: address, TEMPORAL_TLS_SERVER_CA_CERT_PATH: ca });
    return connectToTemporal({
      connection: connectionOptions(temporal, address),
      namespace: 'default',
      onRetry,
      signal,
    });
  }

  it('is reached by TLS where the authority is named', async () => {
    const refused: unknown[] = [];
    const connected = await reach(
      await proxy(right),
      error => refused.push(error),
      AbortSignal.timeout(20_000),
    );
    expect(connected.namespaceId).toMatch(/^[0-9a-f-]{36}$/);
    expect(refused).toEqual([]);
    await connected.connection.close();
  });

  it.each([
    ['is of another name', ofAnother],
    ['has expired', expired],
    ['is a stranger’s', ofStranger],
  ])('is not talked to where its certificate %s', async (_what, certified) => {
    const stop = new AbortController();
    const reaching = reach(
      await proxy(certified),
      () => {
        stop.abort();
      },
      stop.signal,
    );
    await expect(reaching).rejects.toThrow();
  });
});

describe('a participant by https', () => {
  async function participant(certified: ServerOptions): Promise<string> {
    const server = createHttpsServer(certified, (request, response) => {
      request.resume().on('end', () => response.end('{}'));
    });
    servers.push(server);
    return `https://127.0.0.1:${String(await portOf(server))}/prepare`;
  }

  it('commits where its certificate is right, and shows in lastError why it is refused where it is not', async () => {
    const dtc = await startCoordinator({ env: { DTC_PARTICIPANT_CA: ca } });
    open.push(dtc);
    const committed = await dtc.run([await participant(right)]);
    expect(committed.status).toBe('committed');
    const { status, participants } = await dtc.run([await participant(expired)]);
    expect(status).toBe('rolledback');
    expect(participants[0]?.lastError).toMatchObject({
      code: 'connection',
      message: expect.stringMatching(/expired/) as string,
    });
  });
});
