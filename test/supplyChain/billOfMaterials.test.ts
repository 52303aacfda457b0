/** The bill of materials of the package step names what package-lock.json has for run time, each with where it comes from and what is in it. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = resolve(__dirname, '../..');

interface Bill {
  readonly bomFormat: string;
  readonly metadata: {
    readonly component: { readonly 'bom-ref': string; readonly name: string; readonly version: string };
  };
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
  readonly components: readonly {
    readonly 'bom-ref': string;
    readonly name: string;
    readonly version: string;
    readonly purl: string;
    readonly hashes?: readonly object[];
    readonly licenses?: readonly object[];
  }[];
}

interface Locked {
  readonly name: string;
  readonly version: string;
  readonly packages: Readonly<
    Record<string, { readonly version: string; readonly dev?: boolean; readonly devOptional?: boolean }>
  >;
}

function nameIn(path: string): string {
  return path.split('node_modules/').at(-1) ?? '';
}

it('is whole', () => {
  const code = `
    const { billOfMaterials } = await import(${JSON.stringify(pathToFileURL(join(root, 'scripts/package/billOfMaterials.mjs')).href)});
    process.stdout.write(billOfMaterials(${JSON.stringify(root)}));`;
  const args = ['--input-type=module', '-e', code];
  const made = execFileSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 2 ** 26 });
  const { bomFormat, metadata, components, dependencies } = JSON.parse(made) as Bill;
  const locked = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Locked;
  expect(bomFormat).toBe('CycloneDX');
  expect(metadata.component).toMatchObject({ name: locked.name, version: locked.version });
  const named = components.map(({ name, version }) => `${name} ${version}`);
  const atRunTime = Object.entries(locked.packages).filter(([path, { dev }]) => path !== '' && dev !== true);
  const wanted = new Set(atRunTime.map(([path, { version }]) => `${nameIn(path)} ${version}`));
  expect(named.toSorted()).toEqual([...wanted].sort());
  const refs = new Set([metadata.component['bom-ref'], ...components.map(each => each['bom-ref'])]);
  expect(
    dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn]).filter(ref => !refs.has(ref)),
  ).toEqual([]);
  for (const each of components)
    expect(each).toMatchObject({
      purl: expect.stringMatching(/^pkg:npm\//) as unknown,
      hashes: [expect.anything()],
    });
});
