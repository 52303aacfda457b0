// The end of what the server printed (temporal.log in the data directory). Can fail: not; an unreadable log
// is an empty one.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

const LINES = 5;

export async function logTail(dataDir: string): Promise<string> {
  const text = await readFile(join(dataDir, 'temporal.log'), 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-LINES).join('\n');
}
