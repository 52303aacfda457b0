/**
 * Owns bundles of the workflows: the one that is shipped, that one with a planted change, and the one of the version
 * before, which is kept without its source map, minified and compressed.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { minifySync } from '@swc/core';
import { bundlePath } from '../../src/engine/bundle';

export interface PlantedChange {
  readonly what: string;
  readonly replace: string | RegExp;
  readonly by: string;
}

const previousPath = join(__dirname, 'previous/workflow-bundle.js.gz');

export function currentBundle(): string {
  return readFileSync(bundlePath, 'utf8');
}

/** Its first tasks wait longer: for a machine that is busy with other things. Histories are the same. */
export function patientBundle(): string {
  const bounds = /exports\.(firstLocksMs|firstRoundMs|lastReleaseMs) = 150;/g;
  const code = withoutSourceMap(currentBundle());
  return withSourceMap(code.replace(bounds, (_, name: string) => `exports.${name} = 900;`));
}

/** Fails where there is nothing to change: the change would not be planted. */
export function bundleWith(...changes: readonly PlantedChange[]): string {
  return withSourceMap(changes.reduce(changed, withoutSourceMap(currentBundle())));
}

function changed(code: string, { what, replace, by }: PlantedChange): string {
  const now = code.replace(replace, () => by);
  if (now === code) throw new Error(`nothing to change for "${what}": the source is another by now`);
  return now;
}

export function previousBundle(): string {
  return withSourceMap(gunzipSync(readFileSync(previousPath)).toString('utf8'));
}

/** What is shipped now becomes the version before. */
export function keepAsPrevious(): void {
  const code = withoutSourceMap(currentBundle());
  writeFileSync(
    previousPath,
    gzipSync(minifySync(code, { compress: false, mangle: false }).code, { level: 9 }),
  );
}

const marker = '//# sourceMappingURL=data:';

function withoutSourceMap(code: string): string {
  return code.slice(0, code.lastIndexOf(marker));
}

/** The SDK insists on one. */
function withSourceMap(code: string): string {
  const empty = JSON.stringify({
    version: 3,
    file: 'workflow-bundle.js',
    sources: [],
    names: [],
    mappings: '',
  });
  return `${code}\n${marker}application/json;base64,${Buffer.from(empty).toString('base64')}`;
}
