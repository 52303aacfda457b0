/** Owns that a participant by https is who its certificate says, and that a refusal says why: certificates are made here. */
import { once } from 'node:events';
import { createServer as createHttpsServer, type Server, type ServerOptions } from 'node:https';
import { type TLSSocket } from 'node:tls';
import { type OutboundOptions } from '../../src/outbound';
import { createAuthority } from '../support/certificates';
import { portOf } from '../support/listening';
import { outbound, request, stopAll } from './stub';

const authority = createAuthority();
const right = authority.issue({ names: ['pay.test', '127.0.0.1'] });
const lookup = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
const trusting = { tls: { ca: authority.ca }, lookup };

const servers: Server[] = [];
let requests = 0;
let seenName: string | undefined;

beforeEach(() => {
  requests = 0;
  seenName = undefined;
});
afterEach(async () => {
  await stopAll();
  for (const server of servers.splice(0)) {
    const closed = once(server.close(), 'close');
    server.closeAllConnections();
    await closed;
  }
});

async function participant(options: ServerOptions = {}): Promise<(host: string) => string> {
  const server = createHttpsServer({ ...right, ...options }, (call, response) => {
    requests += 1;
    const { subject } = (
      call.socket as unknown as Pick<TLSSocket, 'getPeerCertificate'>
    ).getPeerCertificate();
    seenName = (subject as { CN?: string } | undefined)?.CN;
    call.resume();
    response.end('{}');
  });
  servers.push(server);
  const port = await portOf(server);
  return host => `https://${host}:${String(port)}/prepare`;
}

async function send(url: string, options: Partial<OutboundOptions> = trusting) {
  return outbound(options).send(request(url));
}

it.each(['pay.test', '127.0.0.1'])(
  'is called where the authority is named and the certificate is for %s',
  async host => {
    const url = await participant();
    expect(await send(url(host))).toMatchObject({ kind: 'answer', status: 200 });
  },
);

describe('is not called, and gets no byte of a request,', () => {
  const refused = (why: string) => ({
    kind: 'notSent',
    code: 'connection',
    message: `no connection was made (${why})`,
  });
  const untrusted = 'its certificate comes from nobody who is trusted: DTC_PARTICIPANT_CA says who is';
  afterEach(() => {
    expect(requests).toBe(0);
  });

  it('where nobody has named the authority', async () => {
    const url = await participant();
    expect(await send(url('pay.test'), { lookup })).toEqual(refused(untrusted));
  });

  it('where another authority is named, though it has the same name', async () => {
    const url = await participant();
    const tls = { ca: createAuthority().ca };
    expect(await send(url('pay.test'), { lookup, tls })).toEqual(refused(untrusted));
  });

  it('where an authority of its own vouches for it', async () => {
    const url = await participant(createSelfSigned());
    expect(await send(url('pay.test'))).toEqual(refused(untrusted));
  });

  it.each(['other.test', 'pay.test.other.test', 'a.pay.test'])(
    'by the name %s, which its certificate does not have',
    async host => {
      const url = await participant();
      expect(await send(url(host))).toEqual(refused('its certificate is for another host name'));
    },
  );

  it('by an address that its certificate does not have', async () => {
    const url = await participant(authority.issue({ names: ['pay.test'] }));
    expect(await send(url('127.0.0.1'))).toEqual(refused('its certificate is for another host name'));
  });

  it('where its certificate has expired, or is not valid yet', async () => {
    const names = ['pay.test'];
    const expired = await participant(authority.issue({ names, days: [-3, -1] }));
    expect(await send(expired('pay.test'))).toEqual(refused('its certificate has expired'));
    const early = await participant(authority.issue({ names, days: [1, 3] }));
    expect(await send(early('pay.test'))).toEqual(refused('its certificate is not valid yet'));
  });
});

describe('that asks for a certificate of ours', () => {
  const asks = { requestCert: true, rejectUnauthorized: true, ca: authority.ca };
  const ours = authority.issue({ names: ['coordinator'] });

  it('is shown it', async () => {
    const url = await participant(asks);
    expect(await send(url('pay.test'), { lookup, tls: { ca: authority.ca, ...ours } })).toMatchObject({
      status: 200,
    });
    expect(seenName).toBe('coordinator');
  });

  const strange = { ca: authority.ca, ...createAuthority('others').issue({ names: ['coordinator'] }) };

  it.each([trusting, { lookup, tls: strange }])(
    'says so where it is none, or one of a stranger',
    async options => {
      const url = await participant({ ...asks, maxVersion: 'TLSv1.2' });
      const reply = await send(url('pay.test'), options);
      expect(reply).toMatchObject({ kind: 'notSent', code: 'connection' });
      if (options === trusting)
        expect(reply).toMatchObject({ message: expect.stringContaining('DTC_PARTICIPANT_CERT') as string });
      expect(requests).toBe(0);
    },
  );

  it.each([trusting, { lookup, tls: strange }])(
    'ends the connection after the handshake in TLS 1.3: the request counts as sent',
    async options => {
      const url = await participant({ ...asks, minVersion: 'TLSv1.3' });
      expect(await send(url('pay.test'), options)).toMatchObject({ kind: 'lost', code: 'cutOff' });
      expect(requests).toBe(0);
    },
  );
});

function createSelfSigned(): { readonly cert: string; readonly key: string } {
  return createAuthority('pay.test').issue({ names: ['pay.test'] });
}
