// Builds the console: console/ becomes dist/console, one program, one style sheet and a picture with their hashes in their names, the page that
// names them, and the program that stands in for another build's (console/again.ts). `npm run check` judges its types; nothing is typed here.
// Can fail: the sources (esbuild says where), or the folder cannot be written (throws).
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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
  entryPoints: ['console/main.tsx', 'console/again.ts'],
  tsconfig: 'console/tsconfig.json',
  outdir: assets,
  entryNames: '[name]-[hash]',
  ...{ bundle: true, minify: true, metafile: true, legalComments: 'none' },
  ...{ format: 'esm', platform: 'browser', target: 'es2022', logLevel: 'warning' },
});
const files = Object.keys(metafile.outputs).map(file => basename(file));
renameSync(join(assets, made('again', '.js')), join(target, 'again.js'));
const page = readFileSync(join(root, 'console/index.html'), 'utf8')
  .replace('{program}', `assets/${made('main', '.js')}`)
  .replace('{style}', `assets/${made('main', '.css')}`)
  .replace('{icon}', icon());
writeFileSync(join(target, 'index.html'), page);

function made(name, ending) {
  const file = files.find(each => each.startsWith(`${name}-`) && each.endsWith(ending));
  if (file === undefined) throw new Error(`esbuild made no ${name}${ending}`);
  return file;
}

function icon() {
  const bytes = readFileSync(join(root, 'console/icon.svg'));
  const name = `icon-${createHash('sha256').update(bytes).digest('hex').slice(0, 8)}.svg`;
  writeFileSync(join(assets, name), bytes);
  return `assets/${name}`;
}
