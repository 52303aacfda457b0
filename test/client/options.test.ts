/** What is wrong with the options and arguments of a client is said by name, before anything is sent, and without what is secret. */
import { createClient } from '../../src/client';

const url = 'http://127.0.0.1:9';

it.each([
  ['url', { url: 'ftp://dtc.example' }, /^url is "ftp:\/\/dtc.example": it must be an http/],
  ['url', { url: 'http://me:pass-word@dtc.example' }, /^url is "http:\/\/…@dtc.example"/],
  ['url', { url: undefined as unknown as string }, /^url is undefined/],
  ['url', { url: 'http://dtc.example?x=1' }, /without credentials, query/],
  ['token', { url, token: 'pass\nword' }, /^token \(the value is not shown\) must be/],
  ['timeoutMs', { url, timeoutMs: 0 }, /^timeoutMs is 0: it must be/],
])('%s', (_name, options, said) => {
  const create = (): unknown => createClient(options);
  expect(create).toThrow(TypeError);
  expect(create).toThrow(said);
  expect(create).not.toThrow(/pass.?word/);
});

it.each(['', '..', 'a/b', undefined as unknown as string])('an id: %p', async id => {
  await expect(createClient({ url }).get(id)).rejects.toThrow(/^the id is/);
  await expect(createClient({ url }).abort(id)).rejects.toThrow(TypeError);
});

it.each(['', 'grün', 'x'.repeat(256)])('an idempotency key: %p', async idempotencyKey => {
  await expect(createClient({ url }).begin([], { idempotencyKey })).rejects.toThrow(/^idempotencyKey is/);
});
