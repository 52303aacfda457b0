/** PROTOCOL §3: `/openapi.json` and `/docs` over HTTP. */
import { createHash } from 'node:crypto';
import { type OpenApiDocument } from '../../src/api/openapi/document';
import { Harness } from '../api/harness';
import { version } from '../../package.json';

let api: Harness;
beforeAll(async () => {
  api = await Harness.start({
    DTC_API_TOKENS: 'alice:client:0123456789abcdef',
    DTC_MAX_PARTICIPANTS: '7',
    DTC_MAX_REQUEST_TIMEOUT_MS: '1234',
    DTC_LONGEST_WAIT_S: '21',
  });
});
afterAll(() => api.close());

it('is there without a token, of the version that runs, with the limits of this server', async () => {
  const { status, headers, json, text } = await api.call('/openapi.json');
  expect([status, headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
  const document = json as unknown as OpenApiDocument;
  expect(document.openapi).toMatch(/^3\.1\./);
  expect(document.info.version).toBe(version);
  expect(document.components.schemas['TransactionRequest']).toMatchObject({ anyOf: [{ maxItems: 7 }, {}] });
  expect(document.components.schemas['ParticipantRequest']).toMatchObject({
    properties: { timeoutMs: { minimum: 10, maximum: 1234 } },
    additionalProperties: false,
  });
  expect(text).toContain('more than 21 are taken as that');
});

it('says where a token is needed: where callers have to authenticate', async () => {
  const { paths } = (await api.call('/openapi.json')).json as unknown as OpenApiDocument;
  expect(paths['/transactions']?.post?.security).toEqual([{ token: [] }]);
  expect(paths['/healthz']?.get?.security).toEqual([]);
  const open = await Harness.start();
  const document = (await open.call('/openapi.json')).json as unknown as OpenApiDocument;
  expect(document.paths['/transactions']?.post).toMatchObject({ security: [] });
  await open.close();
});

it.each(['/openapi.json', '/docs'])('%s is not sent again to whoever has it', async path => {
  const { headers } = await api.call(path);
  expect(headers['cache-control']).toBe('no-cache');
  const etag = String(headers['etag']);
  const again = await api.call(path, { headers: { 'if-none-match': etag } });
  expect([again.status, again.text]).toEqual([304, '']);
  expect((await api.call(path, { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
});

describe('the page', () => {
  it('loads nothing, and runs nothing', async () => {
    const { headers, text } = await api.call('/docs');
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(text).not.toMatch(/<script|<link|<img|<iframe|\bsrc=|@import|url\(|\son\w+=|\sstyle=/i);
    const [, style = ''] = /<style>([^]*)<\/style>/.exec(text) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    expect(headers['content-security-policy']).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
  });

  it('shows every operation, parameter, status and schema, and links to nothing that is not there', async () => {
    const document = (await api.call('/openapi.json')).json as unknown as OpenApiDocument;
    const { paths, webhooks, components } = document;
    const { text } = await api.call('/docs');
    for (const [path, item] of [...Object.entries(paths), ...Object.entries(webhooks)])
      for (const [method, { operationId, parameters = [], responses }] of Object.entries(item)) {
        const [, shown = ''] = new RegExp(`<section id="${operationId}">([^]*?)</section>`).exec(text) ?? [];
        expect(shown).toContain(`${method.toUpperCase()} ${path}`);
        const isSent = path in webhooks; // what the reader is sent is no command of his
        expect(shown.includes('<code>curl -s')).toBe(!isSent);
        expect(shown.includes(', sent by the coordinator')).toBe(isSent);
        if (isSent) expect(shown).toContain('&quot;transaction');
        for (const { name } of parameters)
          expect(shown).toContain(
            `<code>${name.replace(/[<>]/g, c => (c === '<' ? '&lt;' : '&gt;'))}</code>`,
          );
        for (const status of Object.keys(responses))
          expect(shown).toContain(`<th scope="row">${status}</th>`);
      }
    const ids = new Set([...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    for (const name of Object.keys(components.schemas)) expect(ids).toContain(`schema-${name}`);
    for (const [, target] of text.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target);
  });
});
