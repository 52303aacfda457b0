/** Owns running the real `temporal` command line, as an operator does, against the server that the tests share. */
import { execFile, execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { until } from './until';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const root = join(__dirname, '../..');
let binary: string | undefined;

/** The binary that `temporal-dev.sh` runs. */
export function temporalBinary(): string {
  binary ??= execFileSync(join(root, 'temporal-dev.sh'), ['--binary'], { encoding: 'utf8' }).trim();
  return binary;
}

/** `temporal <args>`; never rejects, a failure is its exit code. */
export function temporal(...args: string[]): Promise<Ran> {
  const address = process.env['TEST_TEMPORAL_ADDRESS'] ?? '';
  const all = [...args, '--address', address, '--namespace', 'default'];
  return new Promise(resolve => {
    execFile(temporalBinary(), all, { timeout: 20_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr });
    });
  });
}

/** `temporal workflow <verb> --workflow-id <id> …`; fails the test where the command does. */
export async function temporalWorkflow(verb: string, id: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await temporal(
    'workflow',
    ...verb.split(' '),
    '--workflow-id',
    id,
    ...args,
  );
  if (code !== 0) throw new Error(`temporal workflow ${verb} failed: ${stderr}`);
  return stdout;
}

export function signal(id: string, name: string, input?: unknown): Promise<string> {
  const argument = input === undefined ? [] : ['--input', JSON.stringify(input)];
  return temporalWorkflow('signal', id, '--name', name, ...argument);
}

/** The document that the update returned, or why it was refused. */
export async function update(
  id: string,
  name: string,
  input?: unknown,
): Promise<{ readonly result?: unknown; readonly refusal?: string }> {
  const argument = input === undefined ? [] : ['--input', JSON.stringify(input)];
  const target = ['--workflow-id', id, '--name', name, '--output', 'json'];
  const ran = await temporal('workflow', 'update', 'execute', ...target, ...argument);
  if (ran.code !== 0) return { refusal: ran.stderr };
  return { result: (JSON.parse(ran.stdout) as { result?: unknown }).result };
}

/** What an operator lists in Temporal; visibility lags a little. */
export async function untilListed(id: string, query: string): Promise<void> {
  const all = ['--query', `WorkflowId = '${id}' AND ${query}`];
  const count = async (): Promise<string> => {
    const { stdout, stderr } = await temporal('workflow', 'count', ...all);
    if (stderr !== '') throw new Error(`temporal workflow count failed: ${stderr}`);
    return stdout;
  };
  await until(count, seen => /Total: 1\b/.test(seen));
}
