/** `GET /metrics` over HTTP: who may read it, in which format, and that no flood of it is refused. */
import { Harness, problem } from './harness';

const tokens = 'a:client:0123456789abcdef,b:participant:abcdef0123456789,c:operator:fedcba9876543210';
let harness: Harness | undefined;

afterEach(() => harness?.close());

it('is open where callers need not authenticate, and not kept by anybody', async () => {
  harness = await Harness.start();
  const answer = await harness.call('/metrics');
  expect(answer).toMatchObject({
    status: 200,
    headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8', 'cache-control': 'no-store' },
  });
  expect(answer.text).toContain(
    '# TYPE dtc_transactions_started_total counter\ndtc_transactions_started_total 0\n',
  );
});

it('is OpenMetrics for who asks for it', async () => {
  harness = await Harness.start();
  const { headers, text } = await harness.call('/metrics', {
    headers: { accept: 'application/openmetrics-text' },
  });
  expect(headers['content-type']).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
  expect(text).toMatch(/\n# EOF\n$/);
});

it('needs a token of any role where callers authenticate', async () => {
  harness = await Harness.start({ DTC_API_TOKENS: tokens });
  expect(await harness.call('/metrics')).toEqual(problem('unauthenticated', 401));
  for (const token of tokens.split(',').map(each => each.split(':')[2] ?? ''))
    expect((await harness.call('/metrics', { headers: { authorization: `Bearer ${token}` } })).status).toBe(
      200,
    );
});

it('is not for a page that points its own name here, nor for another method', async () => {
  harness = await Harness.start();
  const host = { host: 'rebound.example.com' };
  expect((await harness.call('/metrics', { headers: host })).status).toBe(421);
  expect((await harness.call('/metrics', { method: 'DELETE' })).headers['allow']).toBe('GET, HEAD');
});

it('is never too much', async () => {
  harness = await Harness.start({ DTC_RATE_LIMIT: '1' });
  for (let i = 0; i < 15; i += 1) expect((await harness.call('/metrics')).status).toBe(200);
});

it.each([
  ['GET', '/transactions', '/transactions'],
  ['GET', '/transactions?limit=1', '/transactions'],
  ['GET', '/transactions/', '/transactions'],
  ['GET', '/transactions/count', '/transactions/count'],
  ['GET', '/transactions/secret', '/transactions/:id'],
  ['GET', '/TransActions/secret', '/transactions/:id'],
  ['GET', '/transactions/secret%', '/transactions/:id'],
  ['POST', '/transactions/secret/abort', '/transactions/:id/abort'],
  ['GET', '/transactions/secret/abort/more', '/transactions/*'],
  ['GET', '/participants', '/participants'],
  ['GET', '/locks', '/locks'],
  ['GET', '/locks/secret', '/locks/:resource'],
  ['DELETE', '/locks/secret/secret', '/locks/:resource/:holder'],
  ['GET', '/locks/secret/secret/secret', '/locks/*segments'],
  ['GET', '/orphans', '/orphans'],
  ['POST', '/orphans/sweep', '/orphans/sweep'],
  ['GET', '/orphans/secret', '/orphans/*'],
  ['GET', '/metrics', '/metrics'],
  ['GET', '/Metrics', '/metrics'],
  ['GET', '/secret', 'none'],
])('counts %s %s by its route %s, also of who has no token', async (method, path, route) => {
  harness = await Harness.start({ DTC_API_TOKENS: tokens });
  const refused = path === '/secret' ? 404 : 401;
  expect((await harness.call(path, { method })).status).toBe(refused);
  await harness.logLines('request'); // which is when it is counted
  const text = await harness.metrics.registry.metrics();
  const counted = text.split('\n').filter(line => line.startsWith('dtc_http_requests_total{'));
  expect(counted).toEqual([
    `dtc_http_requests_total{method="${method}",route="${route}",code="${String(refused)}"} 1`,
  ]);
});

it.each([
  ['/transactions/secret', '/transactions/:id'],
  ['/locks/secret', '/locks/:resource'],
  ['/metrics', '/metrics'],
  ['/secret', 'none'],
])('counts %s by its route %s where the name of the host is none of ours', async (path, route) => {
  harness = await Harness.start();
  expect((await harness.call(path, { headers: { host: 'rebound.example.com' } })).status).toBe(421);
  await harness.logLines('request');
  expect(await harness.metrics.registry.metrics()).toContain(
    `dtc_http_requests_total{method="GET",route="${route}",code="421"} 1\n`,
  );
});

it.each([
  ['/console', 308, '/console'],
  ['/console/assets/none.js', 404, '/console/assets/:file'],
])('counts %s, for which nobody needs a token, by its route', async (path, code, route) => {
  harness = await Harness.start();
  expect((await harness.call(path)).status).toBe(code);
  await harness.logLines('request');
  expect(await harness.metrics.registry.metrics()).toContain(
    `dtc_http_requests_total{method="GET",route="${route}",code="${String(code)}"} 1\n`,
  );
});

it('counts by its route who may not use locks', async () => {
  harness = await Harness.start({ DTC_API_TOKENS: tokens });
  const headers = { authorization: 'Bearer abcdef0123456789' };
  expect((await harness.call('/locks/secret', { headers })).status).toBe(403);
  await harness.logLines('request');
  expect(await harness.metrics.registry.metrics()).toContain(
    'dtc_http_requests_total{method="GET",route="/locks/:resource",code="403"} 1\n',
  );
});
