import { createConnector, PolicyRefusal } from '../../src/outbound/connector';
import { createPolicy } from '../../src/outbound/policy';

const never = () => new Promise<never>(() => undefined);

function connect(target: { hostname: string; host: string }, closing = new AbortController().signal) {
  const connector = createConnector({
    policy: createPolicy([]),
    lookup: never,
    connectTimeoutMs: 60_000,
    most: 10,
    closing,
  });
  return new Promise<Error | null>(resolve => {
    connector({ protocol: 'http:', port: '80', ...target }, (...[error]) => {
      resolve(error);
    });
  });
}

test.each([
  ['169.254.169.254', '169.254.169.254'],
  ['::ffff:a9fe:a9fe', '[::ffff:a9fe:a9fe]:8080'],
])('an address in the URL is judged although no name is resolved: %s', async (hostname, host) => {
  const error = await connect({ hostname, host });
  expect(error).toBeInstanceOf(PolicyRefusal);
  expect(error?.message).toMatch(/refused always/);
});

test('a connection that is being made ends when the outbound side closes', async () => {
  const closing = new AbortController();
  const made = connect({ hostname: 'slow.test', host: 'slow.test' }, closing.signal);
  closing.abort();
  expect(await made).toMatchObject({ name: 'AbortError' });
});
