import { Harness, problem } from './harness';

let api: Harness;
afterEach(() => api.close());

const read = (host: string): ReturnType<Harness['call']> =>
  api.call('/transactions/testt1', { headers: { host } });

describe('where callers need not authenticate', () => {
  beforeEach(async () => {
    api = await Harness.start({ DTC_PUBLIC_URL: 'https://pay.example.com/dtc' });
    api.coordinator.add('testt1');
  });

  it.each([
    '127.0.0.1',
    '127.0.0.1:8080',
    'localhost:1',
    'LOCALHOST',
    '[::1]:8080',
    '127.8.8.8',
    'pay.example.com',
  ])('the name %s is answered', async host => {
    expect((await read(host)).status).toBe(200);
  });

  it.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '10.0.0.1',
    '127.0.0.1@evil',
    'a b',
  ])('the name %s, which a web page may have pointed here, is 421', async host => {
    const errors = [{ header: 'Host', value: host, message: expect.any(String) as string }];
    expect(await read(host)).toEqual(problem('misdirected-request', 421, { errors }));
    expect(api.coordinator.calls).toEqual([]);
  });

  it('health is answered under any name', async () => {
    expect((await api.call('/healthz', { headers: { host: 'evil.example' } })).status).toBe(200);
  });
});

it('is not asked for where callers authenticate: the token is what counts', async () => {
  api = await Harness.start({ DTC_API_TOKENS: 'alice:client:0123456789abcdef' });
  api.coordinator.add('testt1', 'alice');
  const headers = { host: 'any.example', authorization: 'Bearer 0123456789abcdef' };
  expect((await api.call('/transactions/testt1', { headers })).status).toBe(200);
});
