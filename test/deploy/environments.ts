/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-return -- what YAML holds has the shapes of Docker and Kubernetes; one that is not as expected fails the test */
/** Owns reading the files below deploy/, and with what environment each process of ours would be started by them. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';

const root = resolve(__dirname, '../..');
export const pathOf = (file: string): string => join(root, file);
export const read = (file: string): string => readFileSync(pathOf(file), 'utf8');

export type Environment = Readonly<Record<string, string>>;
/** What YAML holds; a test that looks for something else in it fails. */
export type Yaml = any;

export const dockerfile = read('Dockerfile');

/** Instructions with their continued lines, comments left out. */
export const instructions: readonly string[] = dockerfile
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll(/\\\n\s*/g, ' ')
  .split('\n')
  .filter(line => line !== '');

export const imageEnvironment: Environment = Object.fromEntries(
  instructions
    .filter(line => line.startsWith('ENV '))
    .flatMap(line => line.slice(4).split(' '))
    .map(pair => pair.split('=') as [string, string]),
);

export const compose = parse(read('deploy/compose.yaml'), { merge: true });

const manifestFiles = ['settings', 'account', 'api', 'worker', 'secrets.example'];
export const manifests: readonly Yaml[] = manifestFiles.flatMap(name =>
  parseAllDocuments(read(`deploy/kubernetes/${name}.yaml`)).map(document => document.toJS()),
);
export const ofKind = (kind: string): Yaml[] => manifests.filter(each => each.kind === kind);

/** What compose puts in the place of `${NAME:?…}`. */
export function filledIn(value: string, env: Environment): string {
  return value.replaceAll(/\$\{(\w+)[^}]*\}/g, (_all, name: string) => env[name] ?? '');
}

/** Of the example, each placeholder by what a person would write there. */
export function filledOut(text: string): Environment {
  const lines = text.split('\n').filter(line => /^\w+=/.test(line));
  return Object.fromEntries(
    lines.map(line => {
      const [name = '', ...value] = line.split('=');
      return [name, secretLike(name, value.join('='))];
    }),
  );
}

export function secretLike(name: string, value: string): string {
  if (name === 'DTC_SIGNING_MASTER_KEY') return `dtckey_${Buffer.alloc(32, 7).toString('base64')}`;
  let nth = 0;
  return value.replaceAll(/CHANGE-ME[-\w]*/g, () => `0123456789abcdef${(nth += 1)}`);
}

/** As a container of the pod gets it. */
export function environmentOf(container: Yaml): Environment {
  const from = (container.envFrom as Yaml[]).map(({ configMapRef, secretRef }) => {
    const name = (configMapRef ?? secretRef).name as string;
    const found = manifests.find(each => each.metadata.name === name);
    if (found === undefined) throw new Error(`there is no ${name}`);
    return (found.data ?? found.stringData) as Environment;
  });
  const own = Object.fromEntries(
    (container.env as Yaml[]).map(({ name, value }) => [name, value]),
  ) as Environment;
  const merged = Object.assign({}, imageEnvironment, ...from, own) as Environment;
  return Object.fromEntries(Object.entries(merged).map(([name, value]) => [name, secretLike(name, value)]));
}
