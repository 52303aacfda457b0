/** What is told when time runs out is what was known: no attempt is made that has no time. */
import { repeated } from '../../src/client/patience';

it('makes no attempt after a pause that ends when the time is over', async () => {
  const refused = new Error('not now');
  const timeoutMs = 300;
  let attempts = 0;
  const attempt = (): Promise<never> => {
    attempts += 1;
    setImmediate(() => {
      const until = performance.now() + timeoutMs;
      while (performance.now() < until); // the process is busy meanwhile
    });
    return Promise.reject(refused);
  };
  const asked = repeated({ timeoutMs, attemptMs: timeoutMs }, attempt, () => true);
  await expect(asked).rejects.toBe(refused);
  expect(attempts).toBe(1);
});
