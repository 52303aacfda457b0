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
