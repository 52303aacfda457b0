/** Every TypeScript snippet of docs/PARTICIPANTS.md compiles under the rules of this repository. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';

const root = resolve(__dirname, '../..');
const text = readFileSync(join(root, 'docs/PARTICIPANTS.md'), 'utf8');
const snippets = [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code);
const broken = (snippets[0] ?? '').replace('createParticipant({ store', 'createParticipant({ storage');

/** One program of all, since each would read the types of all dependencies anew. */
const problems = compile([...snippets, broken]);

function compile(codes: readonly string[]): string[][] {
  const files = new Map(codes.map((code, index) => [join(root, `docs/snippet${index}.ts`), code]));
  const host = ts.createCompilerHost(compilerOptions());
  const disk = { exists: host.fileExists.bind(host), source: host.getSourceFile.bind(host) };
  host.fileExists = name => files.has(name) || disk.exists(name);
  host.getSourceFile = (name, ...rest) => {
    const code = files.get(name);
    return code === undefined
      ? disk.source(name, ...rest)
      : ts.createSourceFile(name, code, ts.ScriptTarget.ES2023);
  };
  const program = ts.createProgram([...files.keys()], compilerOptions(), host);
  return [...files.keys()].map(name => {
    const source = program.getSourceFile(name);
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return found.map(each => ts.flattenDiagnosticMessageText(each.messageText, '\n'));
  });
}

function compilerOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), path => ts.sys.readFile(path)) as {
    config: object;
  };
  const { options } = ts.parseJsonConfigFileContent({ ...config, files: [], include: [] }, ts.sys, root);
  const kit = join(root, 'src/participant/index.ts');
  return { ...options, noEmit: true, paths: { 'distributed-transaction-coordinator/participant': [kit] } };
}

it('has snippets', () => {
  expect(snippets.length).toBeGreaterThan(3);
});

it.each(snippets.map((_code, index) => index + 1))('snippet %i compiles', number => {
  expect(problems[number - 1]).toEqual([]);
});

it('finds what does not', () => {
  expect(problems.at(-1)).not.toEqual([]);
});
