/** `notify` of a request (PROTOCOL §3): judged by field, and part of what a key stands for (I6). */
import { parseTransactionRequest, requestHash } from '../../src/protocol/client/transactionRequest';

const limits = { maxParticipants: 10, maxRequestTimeoutMs: 60_000 };

function parse(notify: unknown): ReturnType<typeof parseTransactionRequest> {
  return parseTransactionRequest({ participants: ['http://a/prepare'], notify }, limits);
}

function hashOf(notify: unknown): string {
  const parsed = parse(notify);
  if (parsed.is !== 'request') throw new Error(JSON.stringify(parsed.problems));
  return requestHash(parsed.request);
}

const url = 'http://shop/told?key=k';

test('the outcome alone is told unless it says otherwise, in one order, and need not end in prepare', () => {
  expect(parse({ url })).toMatchObject({ request: { notify: { url, on: ['outcome'] } } });
  expect(parse({ url, on: ['end', 'outcome'] })).toMatchObject({
    request: { notify: { url, on: ['outcome', 'end'] } },
  });
});

test.each<[string, unknown, object]>([
  ['a text', 'http://shop/told', { pointer: '#/notify', message: 'must be an object with "url"' }],
  ['without a URL', {}, { pointer: '#/notify/url', message: 'is required' }],
  ['not http', { url: 'ftp://shop/told' }, { pointer: '#/notify/url', value: 'ftp://shop/told' }],
  [
    'with credentials, which are not shown',
    { url: 'http://me:secret@shop/told' },
    { pointer: '#/notify/url', value: 'http://redacted@shop/told', message: 'must not hold credentials' },
  ],
  ['nothing to tell', { url, on: [] }, { pointer: '#/notify/on' }],
  [
    'an event that there is not',
    { url, on: ['outcome', 'decision'] },
    { pointer: '#/notify/on/1', value: 'decision', message: 'must be "outcome", "attention" or "end"' },
  ],
  [
    'an event twice',
    { url, on: ['end', 'end'] },
    { pointer: '#/notify/on/1', value: 'end', message: 'is also the event at position 1' },
  ],
  [
    'an unknown field',
    { url, secret: 'x' },
    { pointer: '#/notify/secret', message: 'unknown field; known: url, on' },
  ],
])('%s is refused by name', (_, notify, problem) => {
  expect(parse(notify)).toEqual({ is: 'refused', problems: [expect.objectContaining(problem)] });
});

test('it is part of what makes two requests the same', () => {
  const same = hashOf({ url });
  expect(hashOf({ url, on: ['outcome'] })).toBe(same);
  const others = [undefined, { url: 'http://shop/other' }, { url, on: ['end'] }].map(hashOf);
  expect(new Set([same, ...others]).size).toBe(4);
});
