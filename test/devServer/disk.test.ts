// A disk that fills: what the log says, and what callers are told, and when that ends. On a real one: disk.long.ts.
import { type Disk, watchDisk } from '../../src/engine/devServer/disk';
import { eventually } from '../support/until';

const mib = 2 ** 20;
let disk: Disk | undefined;
afterEach(() => disk?.stop());

it('says once that it is nearly full, that it is full, and that there is room again', async () => {
  const lines: string[] = [];
  let free = 1000 * mib;
  let looks = 0;
  disk = watchDisk({
    dataDir: '/data',
    log: (level, message) => lines.push(`${level}: ${message}`),
    freeBytes: () => {
      looks += 1;
      return Promise.resolve(free);
    },
    everyMs: 5,
  });
  const after = async (bytes: number): Promise<void> => {
    free = bytes;
    const seen = looks;
    await eventually(() => looks > seen + 3);
  };
  await after(1000 * mib);
  expect([lines, disk.trouble()]).toEqual([[], undefined]);
  await after(100 * mib);
  expect(disk.trouble()).toBeUndefined();
  await after(mib);
  expect(disk.trouble()).toMatch(/disk .* is full/);
  expect(disk.trouble()).not.toContain('/data'); // callers need not know
  await after(1000 * mib);
  expect(disk.trouble()).toBeUndefined();
  expect(lines).toEqual([
    expect.stringMatching(/^warn: the disk of the data directory \/data is nearly full \(100\.0 MiB free\)/),
    expect.stringMatching(/^error: the disk of the data directory \/data is full .*free at least 8\.0 MiB/),
    expect.stringMatching(/^info: there is room again/),
  ]);
});

it('knows nothing where the file system does not count', async () => {
  disk = watchDisk({ dataDir: '/proc', log: (_, message) => fail(message), everyMs: 5 });
  await new Promise(resolve => setTimeout(resolve, 50));
  expect(disk.trouble()).toBeUndefined();
});

function fail(message: string): never {
  throw new Error(message);
}
