/**
 * The borders between folders hold only if lint sees a wrong import: each is planted here, in memory, into a file that
 * exists, and the project's own ESLint configuration judges it. The files as they are must pass the same rules.
 */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

const root = resolve(__dirname, '../..');

interface Plant {
  readonly file: string;
  /** A line that is put before the file's own. */
  readonly line: string;
}

interface Finding {
  readonly rule: string;
  readonly message: string;
}

const paths = 'import-x/no-restricted-paths';
const cycle = 'import-x/no-cycle';
const modules = 'no-restricted-imports';
const properties = 'no-restricted-properties';
const globals = 'no-restricted-globals';

/** What it does, where, the line, the rule, and what is said. */
const planted: readonly (readonly [string, string, string, string, RegExp])[] = [
  [
    'the console imports the coordinator',
    'console/session.ts',
    use('../src/coordinator/errors'),
    paths,
    /what the API can/,
  ],
  [
    'the core imports the coordinator',
    'src/protocol/transaction/apply.ts',
    use('../../coordinator/errors'),
    paths,
    /pure/,
  ],
  [
    'the core imports an activity',
    'src/protocol/transaction/apply.ts',
    use('../../../activities/transaction'),
    paths,
    /pure/,
  ],
  ['the core imports Node', 'src/protocol/transaction/apply.ts', use('node:fs'), modules, /pure/],
  [
    'the core imports Temporal',
    'src/protocol/transaction/apply.ts',
    use('@temporalio/workflow'),
    modules,
    /pure/,
  ],
  [
    'the core looks at the clock',
    'src/protocol/transaction/apply.ts',
    'Date.now();',
    properties,
    /given the time/,
  ],
  ['the core sets a timer', 'src/protocol/transaction/apply.ts', 'setTimeout(begin);', globals, /setTimeout/],
  [
    'the wire imports the core',
    'src/protocol/wire/phases.ts',
    use('../transaction/wanted'),
    paths,
    /participants/,
  ],
  [
    'a workflow imports outbound',
    'workflows/transaction/perform.ts',
    use('../../src/outbound'),
    paths,
    /deterministic/,
  ],
  [
    'a workflow imports an activity',
    'workflows/transaction/perform.ts',
    use('../../activities/transaction/own'),
    paths,
    /type alone/,
  ],
  [
    'an activity imports a workflow',
    'activities/transaction/call.ts',
    use('../../workflows/transaction/messages'),
    paths,
    /through src\/coordinator/,
  ],
  [
    'an activity reads the configuration',
    'activities/transaction/call.ts',
    use('../../src/config/limits'),
    paths,
    /input alone/,
  ],
  [
    'what is for the workflows of others imports the coordinator',
    'src/workflow/transactionChild.ts',
    use('../coordinator/errors'),
    paths,
    /workflows of other programs/,
  ],
  [
    'outbound imports the core',
    'src/outbound/send.ts',
    use('../protocol/transaction/apply'),
    paths,
    /HTTP only/,
  ],
  [
    'the check of participants imports the core',
    'src/checkParticipant/asker.ts',
    use('../protocol/transaction/apply'),
    paths,
    /needs no Temporal/,
  ],
  [
    'the check of participants imports an activity',
    'src/checkParticipant/asker.ts',
    use('../../activities/transaction/own'),
    paths,
    /needs no Temporal/,
  ],
  [
    'the client imports the coordinator',
    'src/client/begin.ts',
    use('../coordinator/errors'),
    paths,
    /what the API says/,
  ],
  [
    'the client imports a workflow',
    'src/client/begin.ts',
    use('../../workflows/transaction/messages'),
    paths,
    /what the API says/,
  ],
  [
    'the coordinator imports the API',
    'src/coordinator/transaction/read.ts',
    use('../../api/app'),
    paths,
    /not the reverse/,
  ],
  [
    'the API imports a workflow',
    'src/api/transaction/read.ts',
    use('../../../workflows/transaction/messages'),
    paths,
    /src\/coordinator/,
  ],
  [
    'the engine imports the coordinator',
    'src/engine/errors.ts',
    use('../coordinator/transaction/accept'),
    paths,
    /not what is done with it/,
  ],
  ['the core of locks imports zod', 'src/protocol/lock/apply.ts', use('zod'), modules, /pure/],
  [
    'what clients see is made of the core',
    'src/protocol/client/document.ts',
    use('../transaction/wanted'),
    paths,
    /wire format alone/,
  ],
  [
    'a log line knows an activity',
    'src/telemetry/callLog.ts',
    use('../../activities/transaction/own'),
    paths,
    /protocol only/,
  ],
  [
    'what ships imports a test',
    'src/telemetry/readyBlock.ts',
    use('../../test/support/temporalServer'),
    paths,
    /ships/,
  ],
  [
    'the environment is read outside src/config',
    'src/telemetry/readyBlock.ts',
    'process.env.HOME;',
    properties,
    /only reader/,
  ],
  ['two files import each other', 'src/protocol/wire/phases.ts', use('./participantRequest'), cycle, /cycle/],
  ['three files import each other', 'src/coordinator/transaction/read.ts', use('./wait'), cycle, /cycle/],
];

/** An import of a value: of types alone there is no cycle at run time. */
function use(from: string): string {
  return `import * as planted from '${from}'; planted;`;
}

const program = `
  import { readFileSync } from 'node:fs';
  import { join } from 'node:path';
  import { ESLint } from 'eslint';
  const { root, plants, rules } = JSON.parse(process.argv[1]);
  const untyped = { files: ['**/*.ts'], languageOptions: { parserOptions: { project: false } } }; // twenty times quicker
  const ruleFilter = ({ ruleId }) => rules.includes(ruleId);
  const eslint = new ESLint({ cwd: root, ruleFilter, overrideConfig: [untyped] });
  const found = [];
  for (const { file, line } of plants) {
    const text = line + '\\n' + readFileSync(join(root, file), 'utf8');
    const [{ messages }] = await eslint.lintText(text, { filePath: file });
    found.push(messages.map(({ ruleId, message }) => ({ rule: ruleId, message })));
  }
  console.log(JSON.stringify(found));
`;

/** All in one process, which reads the project once. A parse error has no rule, and is found too. */
async function lint(plants: readonly Plant[]): Promise<Finding[][]> {
  const rules = [paths, cycle, modules, properties, globals];
  const input = JSON.stringify({ root, plants, rules });
  const args = ['--input-type=module', '-e', program, input];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root, timeout: 55_000 });
  return JSON.parse(stdout) as Finding[][];
}

const files = [...new Set(planted.map(([, file]) => file))];
let findings: Finding[][];
beforeAll(async () => {
  const plants = planted.map(([, file, line]) => ({ file, line }));
  const asTheyAre = files.map(file => ({ file, line: '' }));
  findings = await lint([...plants, ...asTheyAre]);
});

it.each(planted)('fails lint when %s', (what, _file, _line, rule, message) => {
  const index = planted.findIndex(each => each[0] === what);
  expect(findings[index]).toEqual([{ rule, message: expect.stringMatching(message) as string }]);
});

it('passes the same files as they are', () => {
  expect(findings.slice(planted.length)).toEqual(files.map(() => []));
});
