/** Owns the `GET` of participants' in-doubt lists: no body, signed like any call, over the empty text. */
import { whyUnsigned } from '../../src/protocol/wire/signatures';
import { answering, outbound, request, stopAll, whole } from './stub';

afterEach(stopAll);

const signingSecret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;

function headersOf(text: string): Record<string, string> {
  const lines = text.split('\r\n').slice(1);
  return Object.fromEntries(
    lines
      .filter(line => line !== '')
      .map(line => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
  );
}

test('a list is asked for without a body, and its answer is read', async () => {
  const participant = await answering(whole('200 OK', '{"prepared":[]}'));
  const url = participant.url('/prepared?limit=1');
  const reply = await outbound().send(request(url, { method: 'GET', headers: {}, body: '', readBody: true }));
  expect(reply).toEqual({ kind: 'answer', status: 200, body: '{"prepared":[]}' });
  const [sent = ''] = participant.requests;
  expect(sent).toMatch(/^GET \/prepared\?limit=1 HTTP\/1.1\r\n/);
  expect(headersOf(sent)).not.toHaveProperty('content-length');
});

test('each sending is signed over the empty body, under an id of its own', async () => {
  const participant = await answering(whole('200 OK'));
  const out = outbound({ signingSecrets: [signingSecret] });
  const asked = request(participant.url('/prepared'), { method: 'GET', headers: {}, body: '' });
  await out.send(asked);
  await out.send(asked);
  const [first = {}, second = {}] = participant.requests.map(headersOf);
  expect(whyUnsigned([signingSecret], first, '')).toBeUndefined();
  expect(whyUnsigned([signingSecret], first, '{}')).toBeDefined();
  expect(first['webhook-id']).not.toBe(second['webhook-id']);
});
