/** What becomes of log lines when standard output has no room. */
import { constants } from 'node:fs';
import { Output } from '../../src/telemetry/output';
import { eventually } from '../support/until';
import { type Fifo, openFifo } from './fifo';

let fifo: Fifo;

beforeEach(() => {
  fifo = openFifo(constants.O_WRONLY | constants.O_NONBLOCK);
});
afterEach(() => {
  fifo.close();
});

const line = (nth: number): string => `${nth} ${'x'.repeat(990)}\n`;
const numbersIn = (text: string): number[] => text.match(/^\d+/gm)?.map(Number) ?? [];

function fill(output: Output, count: number): void {
  for (let nth = 1; nth <= count; nth += 1) output.write(line(nth));
}

test('a line is out at once where there is room', () => {
  new Output(fifo.fd, { onRoom: () => undefined }).write('a\n');
  expect(fifo.read()).toBe('a\n');
});

test('lines that find no room wait, whole and in order, up to a bound; the rest is dropped and counted', async () => {
  const told: number[] = [];
  const output = new Output(fifo.fd, {
    maxBytes: 200_000,
    onRoom: dropped => {
      told.push(dropped);
      output.write('told\n');
    },
  });
  fill(output, 1_000);
  let text = '';
  await eventually(() => {
    text += fifo.read();
    return text.endsWith('told\n');
  });
  const seen = numbersIn(text);
  expect(seen).toEqual(seen.map((_, index) => index + 1));
  expect(text.slice(0, -5)).toBe(seen.map(line).join(''));
  expect(told).toEqual([1_000 - seen.length]);
  expect(seen.length).toBeGreaterThan(200);
  expect(seen.length).toBeLessThan(300);
});

test('flush waits for the reader, and for a second at most', async () => {
  const output = new Output(fifo.fd, { onRoom: () => undefined });
  fill(output, 100);
  const began = performance.now();
  await new Promise<void>(resolve => {
    output.flush(resolve);
  });
  expect(performance.now() - began).toBeLessThan(1_000);
  let text = fifo.read();
  const flushed = new Promise<void>(resolve => {
    output.flush(resolve);
  });
  await flushed;
  text += fifo.read();
  expect(numbersIn(text)).toHaveLength(100);
});

test('a reader that has gone is no error', () => {
  const output = new Output(fifo.fd, { onRoom: () => undefined });
  fill(output, 100);
  fifo.closeReader();
  output.writeNow();
  fill(output, 100);
});
