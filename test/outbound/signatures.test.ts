/** Owns what a request is signed over where that is not its body and the time of sending: a check of participants asks for that. */
import { type OutboundRequest } from '../../src/outbound/contract';
import { whyUnsigned } from '../../src/protocol/wire/signatures';
import { answering, outbound, request, stopAll, whole } from './stub';

afterEach(stopAll);

const signingSecret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;
const body = '{"phase":"prepare"}';

async function sent(signed: OutboundRequest['signed']): Promise<Record<string, string>> {
  const participant = await answering(whole('200 OK'));
  const more = signed === undefined ? {} : { signed };
  await outbound({ signingSecrets: [signingSecret] }).send(request(participant.url(), { body, ...more }));
  const [text = ''] = participant.requests;
  const [head = ''] = text.split('\r\n\r\n');
  return Object.fromEntries(
    head
      .split('\r\n')
      .slice(1)
      .map(line => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
  );
}

test('unless told otherwise it is signed over its body, now', async () => {
  expect(whyUnsigned([signingSecret], await sent(undefined), body)).toBeUndefined();
});

test('it can go unsigned although there is a secret', async () => {
  const names = Object.keys(await sent('not'));
  expect(names).toContain('content-type');
  expect(names.filter(name => name.startsWith('webhook-'))).toEqual([]);
});

test('it can be signed over another body', async () => {
  const headers = await sent({ body: '{}', at: Date.now() });
  expect(whyUnsigned([signingSecret], headers, '{}')).toBeUndefined();
  expect(whyUnsigned([signingSecret], headers, body)).toBeDefined();
});

test('it can be signed as of another time', async () => {
  const at = 1_700_000_000_000;
  expect((await sent({ body, at }))['webhook-timestamp']).toBe('1700000000');
});
