/** What participants wrote down is read as it grows, each line once. */
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Journal } from '../../chaos/world/journal';

const folder = mkdtempSync(join(tmpdir(), 'dtc-chaos-journal-'));
const file = join(folder, 'ü.journal');
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const line = (id: string): string => `${JSON.stringify({ kind: 'call', id })}\n`;

it('is told whole each time, and read from where it was read to', () => {
  writeFileSync(file, line('a') + line('ü'));
  const journal = new Journal(file);
  const ids = (): string[] => journal.calls().map(({ id }) => id);
  expect(ids()).toEqual(['a', 'ü']);
  const read = line('a') + line('ü');
  writeFileSync(file, 'x'.repeat(Buffer.byteLength(read)) + line('c')); // what was read is not looked at again
  expect(ids()).toEqual(['a', 'ü', 'c']);
  expect(ids()).toEqual(['a', 'ü', 'c']);
});

it('leaves a line that is not whole until it is', () => {
  writeFileSync(file, line('a'));
  const journal = new Journal(file);
  const half = line('ü').length / 2;
  appendFileSync(file, line('ü').slice(0, half));
  expect(journal.calls()).toHaveLength(1);
  appendFileSync(file, line('ü').slice(half));
  expect(journal.calls().map(({ id }) => id)).toEqual(['a', 'ü']);
});
