/** The kit as an installed package offers it: an entry of its own, with types, and the two commands. */
import { execFileSync } from 'node:child_process';
import { ROOT } from '../devServer/fixture';

interface Packed {
  readonly files: readonly { readonly path: string; readonly mode: number }[];
}

it('is an entry of its own, and reaches nothing of the coordinator', () => {
  const program = `
    const kit = require('distributed-transaction-coordinator/participant');
    const loaded = Object.keys(require.cache).filter(path => !path.includes('node_modules'));
    console.log(JSON.stringify({ kit: Object.keys(kit), loaded }));`;
  const printed = execFileSync(process.execPath, ['-e', program], { cwd: ROOT, encoding: 'utf8' });
  const { kit, loaded } = JSON.parse(printed) as { kit: string[]; loaded: string[] };
  expect(kit).toEqual(
    expect.arrayContaining(['createParticipant', 'participantRouter', 'sqliteStore', 'yes', 'no']),
  );
  expect(loaded.filter(path => !/dist\/src\/(participant|protocol\/wire)\//.test(path))).toEqual([]);
});

it('packs the entry, its types and the commands', () => {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const [packed] = JSON.parse(execFileSync('npm', args, { cwd: ROOT, encoding: 'utf8' })) as Packed[];
  const paths = packed?.files.map(({ path }) => path) ?? [];
  expect(paths).toEqual(
    expect.arrayContaining([
      'dist/src/participant/index.js',
      'dist/src/participant/index.d.ts',
      'dist/src/checkParticipant/main.js',
      'dist/src/settleParticipant/main.js',
    ]),
  );
  expect(paths.filter(path => path.startsWith('test/') || path.includes('examples'))).toEqual([]);
});
