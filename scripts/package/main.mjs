// `npm run package [-- <folder>]`: the package as it is published, a file that `npm install <file>` takes. It is packed from a copy
// (dist/package), whose package.json is not the one of this repository: `npm publish dist/package` publishes it. Beside it stands
// dist/sbom.cdx.json, of what a server is made of.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packedManifest } from './manifest.mjs';
import { billOfMaterials } from './billOfMaterials.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const copy = join(root, 'dist/package');
const [folder = root] = process.argv.slice(2);

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
rmSync(copy, { recursive: true, force: true });
mkdirSync(copy, { recursive: true });
for (const name of [...manifest.files, 'README.md', 'LICENSE'])
  cpSync(join(root, name), join(copy, name), { recursive: true });
writeFileSync(join(copy, 'package.json'), `${JSON.stringify(packedManifest(manifest), null, 2)}\n`);
const pack = ['pack', copy, '--silent', '--pack-destination', resolve(folder)];
process.stdout.write(execFileSync('npm', pack, { cwd: root, encoding: 'utf8' }));
writeFileSync(join(root, 'dist/sbom.cdx.json'), billOfMaterials(root));
