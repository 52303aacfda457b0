/**
 * Every command of docs/OPERATIONS.md is run as it stands there, in bash, against a real server with a transaction in the trouble that its
 * section is about. What is copied at night has to work.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type TransactionDocument } from '../../src/protocol/client/document';
import { type FindingDocument, type OrphansDocument } from '../../src/protocol/client/orphans';
import { type Lists, startLists } from '../orphans/support/lists';
import { lostId } from '../orphans/support/sweeps';
import { type TestCoordinator, startCoordinator } from '../support/coordinator';
import { type OwnServer, startOwnServer } from '../support/ownServer';
import { type Participants, startParticipants } from '../support/participants';
import { type Receivers, startReceivers } from '../support/receivers';
import { temporalBinary } from '../support/temporalCli';
import { eventually, until } from '../support/until';

const root = resolve(__dirname, '../..');
const page = readFileSync(join(root, 'docs/OPERATIONS.md'), 'utf8');
const token = '0123456789abcdef';
const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };

/** What is not to be done is not run. */
const sections = page.split(/^(?=##+ )/m).filter(section => !section.startsWith('## Do not'));

interface Command {
  /** With its loop, or its function, to the end. */
  readonly text: string;
  /** Of the variables that its block has set before. */
  readonly before: readonly string[];
}

const isAssignment = (line: string): boolean => /^(?:export )?[A-Z]+=/.test(line);

function commandsIn(block: string): Command[] {
  const lines = block.split(/\n(?!\s|done\b|\})/).filter(line => line.trim() !== '');
  return lines.map((text, at) => ({
    text,
    before: lines.slice(0, at).filter(line => isAssignment(line) && !line.includes('<')),
  }));
}

const blocks = sections.flatMap(section =>
  [...section.matchAll(/```sh\n([\s\S]*?)```/g)].map(m => m[1] ?? ''),
);
const inProse = sections
  .flatMap(section =>
    [...section.replace(/```[\s\S]*?```/g, '').matchAll(/`([^`\n]+)`/g)].map(m => m[1] ?? ''),
  )
  .filter(text => /^(?:curl|jq|pages|temporal workflow (?:list|show)) /.test(text))
  .map(text => ({ text: text.replaceAll('\\|', '|'), before: [] }));
const commands = [...blocks.flatMap(commandsIn), ...inProse].filter(({ text }) => !isAssignment(text));
const [pages = ''] = /^pages\(\) \{[\s\S]*?^\}/m.exec(page) ?? [];

let server: OwnServer;
let dtc: TestCoordinator;
let participants: Participants;
let receivers: Receivers;
let lists: Lists;
let folder: string;
let host: string;

beforeAll(async () => {
  server = await startOwnServer();
  [participants, lists] = await Promise.all([startParticipants(), startLists()]);
  receivers = await startReceivers(`whsec_${Buffer.alloc(32, 1).toString('base64')}`);
  folder = await mkdtemp(join(tmpdir(), 'dtc-operations-'));
  host = new URL(participants.origin).host;
  participants.on('car', ({ phase }) => (phase === 'commit' ? 503 : undefined));
  participants.on('silent', ({ phase }) => (phase === 'prepare' ? () => undefined : undefined));
  receivers.on('deaf', () => 503);
  receivers.on('gone', () => 410);
  dtc = await startCoordinator({
    temporalAddress: server.address,
    sweeps: true,
    env: {
      ...{ DTC_API_TOKENS: `ann:operator:${token}`, DTC_RECOVERY_URLS: lists.list('hotel').url },
      ...{ DTC_SWEEP_INTERVAL_MS: '86400000', DTC_STUCK_AFTER_MS: '1000' },
    },
    limits: {
      completionAttempts: 1,
      retryInitialMs: 300_000,
      retryMaxMs: 300_000,
      attentionRetryMs: 300_000,
    },
  });
  const { id } = await start({ participants: [participants.url('warm')] }, { prefer: 'wait=30' });
  await writeFile(
    join(folder, 'coordinator.log'),
    `${JSON.stringify({ transactionId: id, status: 503, caller: 'shop' })}\nno JSON\n`,
  );
});
afterAll(async () => {
  await dtc.close();
  await Promise.all([participants.close(), receivers.close(), lists.close()]);
  await server.stop();
  await rm(folder, { recursive: true });
});

async function start(
  body: object,
  more: Readonly<Record<string, string>> = {},
): Promise<TransactionDocument> {
  return dtc.start(body, { ...headers, ...more });
}

async function read(id: string): Promise<TransactionDocument> {
  return (await fetch(`${dtc.url}/transactions/${id}`, { headers })).json() as Promise<TransactionDocument>;
}

function reached(id: string, is: (document: TransactionDocument) => boolean): Promise<TransactionDocument> {
  return until(() => read(id), is);
}

async function act(path: string, body: object): Promise<unknown> {
  const sent = await fetch(dtc.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!sent.ok) throw new Error(await sent.text());
  return sent.json();
}

/** What of a situation stands in a command's variables or in the place of its example. */
interface Situation {
  readonly id?: string;
  readonly example?: readonly (readonly [string, string])[];
}

let first: Promise<Situation> | undefined;
/** One for all that only look. */
const any = (): Promise<Situation> => (first ??= stuck());

/** Commit is decided, the car rental does not acknowledge, and that is found by visibility. */
async function stuck(): Promise<Situation> {
  const labels = { order: '4711' };
  const cars = { name: 'car', url: participants.url('car') };
  const { id } = await start({ participants: [participants.url('hotel'), cars], labels });
  await reached(id, d => d.needsAttention && d.participants[1]?.nextAttemptAt !== undefined);
  await listed(`NeedsAttention=true AND WorkflowId='${id}'`);
  return { id };
}

async function undecided(): Promise<Situation> {
  const { id } = await start({ participants: [participants.url('silent')] });
  await eventually(() => participants.requests(id, 'silent').length > 0);
  return { id };
}

async function heuristic(): Promise<Situation> {
  const situation = await stuck();
  const path = `/transactions/${String(situation.id)}/resolve`;
  await act(path, { participant: 'car', outcome: 'rolledback', reason: 'they lost it' });
  await listed(
    `TransactionHeuristic = 'mixed' AND CloseTime IS NOT NULL AND WorkflowId='${String(situation.id)}'`,
  );
  return situation;
}

async function interrupted(): Promise<Situation> {
  const situation = await stuck();
  await dtc.client.workflow.getHandle(String(situation.id)).terminate('a slip');
  await listed(`ExecutionStatus='Terminated' AND WorkflowId='${String(situation.id)}'`);
  const isDue = ({ kind, why }: FindingDocument): boolean =>
    kind === 'interrupted' && !why.includes('only just now');
  await untilFound(finding => finding.transactionId === situation.id && isDue(finding));
  return situation;
}

async function lost(): Promise<Situation> {
  const list = lists.list('hotel');
  const transactionId = lostId(dtc);
  list.entries = [{ transactionId, participant: 'hotel' }];
  await act('/orphans/sweep', { dryRun: false });
  const shown = ['http://127.0.0.1:9001/hotel/prepared', '01a20d11t01a20d13a27178d3bf0fa999be3bbc3d'];
  return {
    id: transactionId,
    example: [
      [shown[0] ?? '', list.url],
      [shown[1] ?? '', transactionId],
      ['npm run settle-participant --', `node ${join(root, 'dist/src/settleParticipant/main.js')}`],
    ],
  };
}

const untold = (receiver: 'deaf' | 'gone') => async (): Promise<Situation> => {
  const { id } = await start({
    participants: [participants.url('hotel')],
    notify: { url: receivers.url(receiver) },
  });
  const status = receiver === 'gone' ? 'Failed' : 'Running';
  await eventually(() => receivers.of(id).length > 0);
  await listed(`WorkflowId='notification:${id}:outcome' AND ExecutionStatus='${status}'`);
  await untilFound(({ kind, transactionId }) => kind === 'undelivered' && transactionId === id);
  await act('/orphans/sweep', { dryRun: false });
  return { id };
};

/** Its time to be reported, or to be acted on, has come; nothing is done yet. */
async function untilFound(is: (finding: FindingDocument) => boolean): Promise<void> {
  await eventually(async () => {
    const { findings } = (await act('/orphans/sweep', { dryRun: true })) as OrphansDocument;
    return findings.some(is);
  });
}

/** Visibility lags a little. */
async function listed(query: string): Promise<void> {
  await eventually(async () => (await dtc.client.workflow.count(query)).count > 0);
}

interface Row {
  readonly command: RegExp;
  readonly on?: () => Promise<Situation>;
  readonly prints: RegExp | ((id: string) => RegExp);
}

const theId = (id: string): RegExp => new RegExp(id);
const nothing = /^$/;
const update = (name: string): Row[] => [
  {
    command: new RegExp(`update execute .*--name ${name} `),
    on: name === 'abort' ? undecided : stuck,
    prints: /COMPLETED|Result/i,
  },
  {
    command: new RegExp(`^temporal workflow signal .*--name ${name} `),
    on: name === 'abort' ? undecided : stuck,
    prints: /Signal workflow succeeded/,
  },
];

const rows: readonly Row[] = [
  { command: /^pages\(\)/, prints: nothing },
  { command: /^alias temporal/, prints: nothing },
  { command: /problems\/worker-unavailable/, prints: /What to do:/ },
  // where to look
  { command: /readyz/, prints: /"ready"/ },
  { command: /\$A\/participants \| jq -c/, on: any, prints: /"host":"127\.0\.0\.1:\d+","waiting":\d/ },
  {
    command: /needsAttention=true" \| jq -r/,
    on: any,
    prints: id => new RegExp(`${id}\\tcommitting\\t.*p1 committed, car committing`),
  },
  {
    command: /\$A\/orphans \| jq -r '\.findings\[\] \| \(/,
    on: lost,
    prints: id => new RegExp(`unknown\\t.*${id}[^]*settle-participant[^]*curl`),
  },
  { command: /^temporal workflow list --query "NeedsAttention/, on: any, prints: theId },
  { command: /^temporal workflow list --query "ParticipantHosts/, on: any, prints: theId },
  { command: /^temporal workflow count/, on: any, prints: /Total: [1-9]/ },
  { command: /transactions\/count/, on: any, prints: /"count":[1-9]/ },
  { command: /needsAttention=true&participant=/, on: any, prints: theId },
  { command: /state=committing&since/, on: any, prints: theId },
  { command: /label\.order/, on: any, prints: theId },
  // look at one
  { command: /transactions\/\$ID \| jq \. /, on: any, prints: theId },
  {
    command: /transactions\/\$ID \| jq -r '\.participants/,
    on: any,
    prints: /car\tcommitting\tyes\t1\tanswered 503\t20/,
  },
  { command: /^temporal workflow query/, on: any, prints: theId },
  { command: /^temporal workflow describe -w \$ID +#/, on: any, prints: theId },
  { command: /^temporal workflow metadata/, on: any, prints: /car/ },
  { command: /^temporal workflow show -w/, on: any, prints: /WorkflowExecutionStarted/ },
  { command: /^jq -cR/, prints: nothing },
  { command: /^jq -rR/, prints: /1 shop/ },
  // act
  { command: /\$ID\/retry/, on: stuck, prints: /"committing"/ },
  ...update('retryNow'),
  {
    command: /"dryRun":true\}' \$A\/transactions\/retry/,
    on: stuck,
    prints: /"matched": [1-9]\d*,\s+"acted": 0/,
  },
  { command: /"'\$HOST'"\}' \$A\/transactions\/retry/, on: stuck, prints: /"acted": [1-9]/ },
  { command: /"needsAttention":true/, on: stuck, prints: /"acted": [1-9]/ },
  { command: /^for id in .*NeedsAttention[^]*retryNow/, on: stuck, prints: /Signal workflow succeeded/ },
  { command: /\$ID\/resolve/, on: stuck, prints: /"state": "forced"/ },
  ...update('resolve'),
  { command: /\$ID\/abort/, on: undecided, prints: /"decision": "rollback"/ },
  ...update('abort'),
  { command: /^temporal workflow cancel -w/, on: undecided, prints: /canceled|cancel/i },
  // situations
  { command: /a worker works/, prints: /a worker works/ },
  { command: /^temporal task-queue describe/, prints: /@/ },
  { command: /cluster health/, prints: /SERVING/ },
  { command: /namespace describe/, prints: /default/ },
  { command: /jq '\.stalled'/, on: any, prints: /null/ },
  { command: /pendingWorkflowTask/, on: any, prints: /null/ },
  {
    command: /jq '\{actions, findings\}'/,
    on: interrupted,
    prints: id => new RegExp(`"recover",\\s+"transactionId": "${id}"[^]*"done"`),
  },
  { command: /state=interrupted/, on: interrupted, prints: theId },
  { command: /'Terminated','Failed'/, on: interrupted, prints: theId },
  {
    command: /^pages '/,
    on: heuristic,
    prints: id => new RegExp(`${id}\\tcommitted\\tmixed\\tcar\\tforced\\thttp`),
  },
  { command: /TransactionHeuristic IS NOT NULL/, on: heuristic, prints: theId },
  // orphans
  { command: /jq '\{sweptAt, counts, actions\}'/, on: lost, prints: /"unknown": 1/ },
  { command: /jq '\.findings\[\]'/, on: lost, prints: theId },
  { command: /"dryRun":true\}' \$A\/orphans\/sweep \| jq \.findings/, on: lost, prints: theId },
  { command: /"dryRun":false\}' \$A\/orphans\/sweep \| jq \.actions/, prints: /\[/ },
  { command: /orphanSweep/, on: lost, prints: /orphan-sweep-/ },
  {
    command: /select\(\.kind == "unknown"\)/,
    on: lost,
    prints: id => new RegExp(`settle-participant.*${id}`),
  },
  { command: /^npm run settle-participant/, on: lost, prints: /./ },
  {
    command: /select\(\.kind == "undelivered"\)/,
    on: untold('gone'),
    prints: id => new RegExp(`answered 410\\t20.*notification:${id}:outcome`),
  },
  { command: /WorkflowType='notification'/, on: untold('gone'), prints: theId },
  { command: /^temporal activity reset/, on: untold('deaf'), prints: /./ },
  { command: /^temporal workflow reset/, on: untold('gone'), prints: /Resetting/ },
  { command: /^temporal workflow cancel --workflow-id notification/, on: untold('deaf'), prints: /cancel/i },
  { command: /^for run in [^]*workflow delete/, on: untold('gone'), prints: /Delete workflow succeeded/ },
  { command: /--name wake/, on: untold('deaf'), prints: /Signal workflow succeeded/ },
  {
    command: /^temporal workflow show --workflow-id notification/,
    on: untold('deaf'),
    prints: /WorkflowExecutionStarted/,
  },
  // routine
  { command: /jq -r '\.participants\[\] \| \[\.host/, on: any, prints: /127\.0\.0\.1:\d+\t\d+\t20/ },
  { command: /\{\$W,\\"dryRun/, on: stuck, prints: /"matched": [1-9]\d*,\s+"acted": 0/ },
  { command: /^for id in .*ParticipantHosts[^]*resolve/, on: stuck, prints: /Signal workflow succeeded/ },
  { command: /\{\$W\}/, on: stuck, prints: /"acted": [1-9]/ },
  { command: /--pause/, prints: nothing },
  { command: /--unpause/, prints: nothing },
  { command: /^temporal schedule describe/, prints: /orphan-sweep-/ },
  {
    command: /^temporal workflow list --query "WorkflowType='transaction' AND ExecutionStatus='Running'"/,
    on: stuck,
    prints: theId,
  },
];

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** In the repository's folder; an answer that is a problem fails the command. */
function run({ text, before }: Command, { id = '', example = [] }: Situation): Promise<Ran> {
  const asIs = [
    ...example,
    ['coordinator.log', join(folder, 'coordinator.log')],
    ['--task-queue transactions', `--task-queue ${dtc.taskQueue}`],
  ] as const;
  const shown = [...before, text].map(line =>
    asIs.reduce((now, [from, to]) => now.replaceAll(from, to), line),
  );
  const script = [
    'set -o pipefail; shopt -s expand_aliases',
    `temporal() { '${temporalBinary()}' "$@"; }; curl() { case $1 in -sSf) command curl "$@" ;; *) command curl --fail-with-body "$@" ;; esac; }`,
    pages,
    ...shown,
  ];
  const env = {
    ...process.env,
    ...{
      A: dtc.url,
      AUTH: `authorization: Bearer ${token}`,
      JSON: 'content-type: application/json',
      ID: id,
      HOST: host,
    },
    TEMPORAL_ADDRESS: server.address,
  };
  return new Promise(done => {
    execFile('bash', ['-c', script.join('\n')], { cwd: root, env, timeout: 40_000 }, (error, out, err) => {
      done({ code: error === null ? 0 : Number(error.code ?? 1), out, err });
    });
  });
}

it('knows every command of the page', () => {
  expect(commands.length).toBeGreaterThan(50);
  expect(
    commands.filter(({ text }) => !rows.some(row => row.command.test(text))).map(({ text }) => text),
  ).toEqual([]);
});

it.each(rows.map(row => [row.command.source, row] as const))('%s', async (_, { command, on, prints }) => {
  const found = commands.filter(({ text }) => command.test(text));
  expect(found.length).toBeGreaterThan(0);
  for (const each of found) {
    const situation = (await on?.()) ?? {};
    const ran = await run(each, situation);
    expect({ ...ran, command: each.text }).toMatchObject({
      code: 0,
      err: expect.not.stringContaining('rror') as string,
    });
    expect(ran.out).toMatch(typeof prints === 'function' ? prints(situation.id ?? '') : prints);
  }
});
