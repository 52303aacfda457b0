import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { sharesOf } from '../../../src/outbound/limits/descriptors';

test('connections out and in leave room for the engine, however few descriptors there are', () => {
  for (const limit of [256, 512, 1_024, 20_000]) {
    const { out, told, in: incoming } = sharesOf(limit);
    expect(told).toBeGreaterThan(0);
    expect(limit - out - told - incoming).toBeGreaterThanOrEqual(limit * 0.3 - 1);
  }
});

test('no limit is no limit', () => {
  expect(sharesOf(Infinity)).toEqual({ out: 4_096, told: 256, in: 65_536 });
});

test('the limit is that of the process', () => {
  const path = JSON.stringify(join(__dirname, '../../../dist/src/outbound/limits/descriptors.js'));
  const script = `console.log(require(${path}).descriptorShares().out)`;
  const out = execFileSync('sh', ['-c', `ulimit -n 512; exec node -e '${script}'`], { encoding: 'utf8' });
  expect(Number(out)).toBe(194);
});
