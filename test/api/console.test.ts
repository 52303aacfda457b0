/** docs/CONSOLE.md: how `/console` is served. What the page does is in test/console. */
import fs from 'node:fs';
import { gzipSync } from 'node:zlib';
import { EngineUnavailable } from '../../src/coordinator/errors';
import { Harness } from './harness';

let api: Harness;
beforeAll(async () => {
  api = await Harness.start({
    DTC_API_TOKENS: 'alice:client:0123456789abcdef,pat:participant:pat-0123456789abcdef',
  });
});
afterAll(() => api.close());

const alice = { authorization: 'Bearer 0123456789abcdef' };

/** What the page names. */
async function files(): Promise<string[]> {
  const { text } = await api.call('/console/');
  return [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path);
}

it('is a page without a token, that may load what is its own and nothing else', async () => {
  const { status, headers, text } = await api.call('/console/');
  expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
  expect(headers['content-security-policy']).toBe(
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; " +
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
  );
  expect(text).not.toMatch(/<style|\son\w+=|\sstyle=|https?:|<script(?![^>]* src=)/i);
  expect(headers['cache-control']).toBe('no-cache');
});

it('sends who comes without the slash to where the files are, behind any proxy', async () => {
  const { status, headers } = await api.call('/console?a=b');
  expect([status, headers['location']]).toEqual([308, 'console/?a=b']);
});

it('has files that may be kept for ever, gzipped for whoever takes that, and under 100 kB', async () => {
  const named = await files();
  expect(named).toHaveLength(3);
  const sizes = await Promise.all(
    named.map(async file => {
      const path = `/console/${file}`;
      const plain = await api.call(path);
      expect([plain.status, plain.headers['cache-control'], plain.headers['content-encoding']]).toEqual([
        200,
        'public, max-age=31536000, immutable',
        undefined,
      ]);
      expect(file).toMatch(/^assets\/\w+-[A-Za-z0-9]{8}\.(?:js|css|svg)$/);
      const response = await fetch(api.listening.url + path, { headers: { 'accept-encoding': 'gzip' } });
      expect(response.headers.get('content-encoding')).toBe('gzip');
      expect(await response.text()).toBe(plain.text); // as it was before it was gzipped
      return gzipSync(plain.text).length;
    }),
  );
  expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(100_000);
});

it('has in place of the program of another build one that reads the page anew, and is not kept', async () => {
  const { status, headers, text } = await api.call('/console/assets/main-AAAAAAAA.js');
  expect([status, headers['content-type'], headers['cache-control']]).toEqual([
    200,
    'text/javascript; charset=utf-8',
    'no-store',
  ]);
  expect(text).toContain('location.reload()');
  expect(text.length).toBeLessThan(1_000);
});

const none = ['none.js', 'again.js', 'main-AAAAAAAA.css', '..%2Findex.html', '..%2Fagain.js'];
it.each(none.map(file => `/console/assets/${file}`))('has nothing at %s', async path => {
  const { status, json } = await api.call(path);
  expect([status, json['type']]).toEqual([404, '/problems/not-found']);
});

describe('what it has to know of the server', () => {
  it('is for who has a token, and has no secret in it', async () => {
    expect((await api.call('/console/about')).status).toBe(401);
    const { status, json, text } = await api.call('/console/about', { headers: alice });
    expect(status).toBe(200);
    expect(json).toMatchObject({
      caller: { name: 'alice', role: 'client' },
      authenticated: true,
      temporal: { namespace: 'default', taskQueue: 'transactions', webUi: 'http://127.0.0.1:8233' },
      workers: ['dtc/test/1@here'],
      settings: { DTC_PREPARE_ATTEMPTS: 3, DTC_ON_COMMIT_FAILURE: 'retry' },
    });
    expect(text).not.toContain('0123456789abcdef');
  });

  it('has a version, which is not read from the disk each time', async () => {
    const reads = jest.spyOn(fs, 'readFileSync');
    try {
      const { json } = await api.call('/console/about', { headers: alice });
      expect(json['version']).toMatch(/^\d+\.\d+\.\d+/);
      expect(reads.mock.calls.filter(([file]) => String(file).endsWith('package.json'))).toEqual([]);
    } finally {
      reads.mockRestore();
    }
  });

  it('is not for participants, who may not list transactions either', async () => {
    const pat = { authorization: 'Bearer pat-0123456789abcdef' };
    const { status, json, text } = await api.call('/console/about', { headers: pat });
    expect([status, json['type']]).toEqual([403, '/problems/role-not-allowed']);
    expect(text).not.toContain('dtc/test/1@here');
  });

  it('is there without who works, where Temporal does not say', async () => {
    api.workers = () => Promise.reject(new EngineUnavailable());
    const { status, json } = await api.call('/console/about', { headers: alice });
    expect([status, json['workers']]).toEqual([200, undefined]);
  });
});

it('is not there where DTC_CONSOLE is off', async () => {
  const off = await Harness.start({ DTC_CONSOLE: 'off' });
  const answers = await Promise.all(['/console', '/console/', '/console/about'].map(path => off.call(path)));
  expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
  await off.close();
});

it('is refused where callers need no token and the page came by another name', async () => {
  const open = await Harness.start();
  const { status } = await open.call('/console/', { headers: { host: 'elsewhere.example' } });
  expect(status).toBe(421);
  await open.close();
});
