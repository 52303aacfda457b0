/** Owns asking `/healthz` of one instance for a while, and telling how long the slowest answer took. */
import { setTimeout as sleep } from 'node:timers/promises';

const [apiUrl = '', seconds = ''] = process.argv.slice(2);
const everyMs = 100;

async function slowest(): Promise<number> {
  const end = performance.now() + Number(seconds) * 1000;
  let slowestMs = 0;
  await ask(); // the first one connects
  while (performance.now() < end) {
    const began = performance.now();
    await ask();
    slowestMs = Math.max(slowestMs, performance.now() - began);
    await sleep(everyMs);
  }
  return slowestMs;
}

async function ask(): Promise<void> {
  await fetch(`${apiUrl}/healthz`).then(answer => answer.text());
}

void slowest().then(slowestMs => process.send?.({ slowestMs }));
process.once('disconnect', () => process.exit());
