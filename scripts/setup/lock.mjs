// One set-up at a time. Owns waiting for another one; a dead one's lock is passed on.
// Can fail: the lock's directory cannot be written (throws), and whatever the work throws.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { claim, release } from '../ownership/claims.mjs';
import { startTime } from '../ownership/process.mjs';
import { LOCK, ROOT } from './paths.mjs';

const POLL_MS = 200;

export async function withLock(work) {
  const file = await take();
  try {
    await work();
  } finally {
    release(file);
  }
}

async function take() {
  const directory = join(ROOT, LOCK);
  mkdirSync(directory, { recursive: true });
  const owner = { pid: process.pid, startTime: startTime(process.pid), token: 'setup' };
  for (let told = false; ; told = true) {
    const taken = claim(directory, owner);
    if (taken.file !== undefined) return taken.file;
    if (!told) console.error(`setup: waiting for another set-up (pid ${taken.heldBy.pid})`);
    await new Promise(resolve => setTimeout(resolve, POLL_MS));
  }
}
