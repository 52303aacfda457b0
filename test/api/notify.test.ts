/** Who may be told is judged before anything is started (PROTOCOL §3, §5). */
import { Harness, problem } from './harness';

let api: Harness;
beforeEach(async () => {
  api = await Harness.start();
});
afterEach(() => api.close());

const body = { participants: ['http://a/prepare'], notify: { url: 'http://shop/told?key=secret' } };

it('refuses a receiver that may not be called, by field and rule', async () => {
  api.refuseToTell = url => (url.includes('shop') ? 'shop is not allowed' : undefined);
  const message = 'the URL of "notify" may not be called: shop is not allowed';
  const errors = [{ pointer: '#/notify/url', value: 'http://shop/told?redacted', message }];
  expect(await api.post(body)).toEqual(problem('receiver-not-allowed', 403, { detail: message, errors }));
  expect(api.coordinator.started).toEqual([]);
});

it('says of participants and receiver at once', async () => {
  api.refuse = () => 'not a';
  api.refuseToTell = () => 'not shop';
  const answer = await api.post(body);
  expect(answer).toEqual(problem('participant-not-allowed', 403));
  expect(answer.json['errors']).toMatchObject([{ pointer: '#/participants/0' }, { pointer: '#/notify/url' }]);
});

it('judges a receiver by its own rule alone, and hands it on', async () => {
  api.refuse = url => (url.includes('shop') ? 'no participant' : undefined);
  expect((await api.post(body)).status).toBe(201);
  expect(api.coordinator.started).toMatchObject([
    { request: { notify: { url: 'http://shop/told?key=secret', on: ['outcome'] } } },
  ]);
});
