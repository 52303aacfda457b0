// Builds the console: console/ becomes dist/console, one program, one style sheet and a picture with their hashes in their names, and the page
// that names them. `npm run check` judges its types; nothing is typed here.
// Can fail: the sources (esbuild says where), or the folder cannot be written (throws).
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const target = join(root, 'dist/console');
const assets = join(target, 'assets');

rmSync(target, { recursive: true, force: true });
mkdirSync(assets, { recursive: true });
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ['console/main.tsx'],
  tsconfig: 'console/tsconfig.json',
  outdir: assets,
  entryNames: '[name]-[hash]',
  ...{ bundle: true, minify: true, metafile: true, legalComments: 'none' },
  ...{ format: 'esm', platform: 'browser', target: 'es2022', logLevel: 'warning' },
});
const made = Object.keys(metafile.outputs).map(file => basename(file));
const page = readFileSync(join(root, 'console/index.html'), 'utf8')
  .replace('{program}', inAssets('.js'))
  .replace('{style}', inAssets('.css'))
  .replace('{icon}', icon());
writeFileSync(join(target, 'index.html'), page);

function inAssets(ending) {
  const name = made.find(file => file.endsWith(ending));
  if (name === undefined) throw new Error(`esbuild made no file that ends in ${ending}`);
  return `assets/${name}`;
}

function icon() {
  const bytes = readFileSync(join(root, 'console/icon.svg'));
  const name = `icon-${createHash('sha256').update(bytes).digest('hex').slice(0, 8)}.svg`;
  writeFileSync(join(assets, name), bytes);
  return `assets/${name}`;
}
