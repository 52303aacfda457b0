// The software bill of materials (CycloneDX, as npm writes it) of what `npm ci --omit=dev` installs here, made of the lock file alone:
// nothing is asked of the network. What is of development alone is taken out here: of `npm sbom --omit dev`, npm 11 leaves out whatever
// a tool of development needs as well, `zod` for one.
// Can fail: npm is not there, or the lock file does not fit package.json (throws).
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'];

/** @param {string} root the repository @returns JSON */
export function billOfMaterials(root) {
  const bill = JSON.parse(execFileSync('npm', args, { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 }));
  const { component } = bill.metadata;
  component.name = component['bom-ref'].split('@')[0]; // npm names it after the folder
  const kept = new Set([component['bom-ref'], ...atRunTime(root)]);
  const components = bill.components.filter(each => kept.has(each['bom-ref'])).map(neededAtRunTime);
  const dependencies = bill.dependencies
    .filter(({ ref }) => kept.has(ref))
    .map(each => ({ ...each, dependsOn: each.dependsOn.filter(ref => kept.has(ref)) }));
  return `${JSON.stringify({ ...bill, components, dependencies }, null, 2)}\n`;
}

/** As the bill refers to them. */
function atRunTime(root) {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return Object.entries(packages)
    .filter(([path, { dev }]) => path !== '' && dev !== true)
    .map(([path, { version }]) => `${path.split('node_modules/').at(-1)}@${version}`);
}

/** One that is installed twice is told where npm saw it first, which may have been for a tool. */
function neededAtRunTime(component) {
  const properties = component.properties?.filter(({ name }) => name !== 'cdx:npm:package:development');
  return { ...component, properties };
}
