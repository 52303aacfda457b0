/**
 * Owns a run: is anybody there, then one check after another, and what came of each. A check that throws anything but
 * `CheckFailed` is a bug of the check and ends the run.
 */
import ipaddr from 'ipaddr.js';
import { createOutbound, type OutboundOptions } from '../outbound';
import { redactUrl, siblingUrl } from '../protocol/wire/urls';
import { Bench, type Given } from './bench';
import { Asker } from './asker';
import { type Check, type Need } from './check';
import { checks } from './checks';
import {
  CheckFailed,
  type CheckOptions,
  type CheckResult,
  type Failure,
  ParticipantUnreachable,
  type Report,
} from './contract';
import { PreparedList } from './preparedList';
import { runCommand, untilItAnswers } from './restart';
import { type Line } from './transaction';
import { given } from '../protocol/wire/given';

interface Run {
  readonly line: Line;
  readonly given: Given;
  readonly keys: Pick<CheckOptions, 'secrets' | 'masterKeys'>;
}

/** Which participant it is sent to is up to whoever runs it; what is refused always stays refused. */
const everywhere = ['0.0.0.0/0', '::/0'].map(
  cidr => ({ kind: 'range', range: ipaddr.parseCIDR(cidr) }) as const,
);

/** @throws ParticipantUnreachable where nobody answers at the prepare URL. */
export async function checkParticipant(options: CheckOptions): Promise<Report> {
  const outbound = createOutbound(outboundOptions(options));
  try {
    const startedAt = new Date();
    const run = await prepareRun(options, new Asker(outbound, options.timeoutMs ?? 5000));
    const results: CheckResult[] = [];
    for (const check of chosen(options.only)) results.push(await runCheck(check, run, results));
    return reportOf(options, startedAt, results);
  } finally {
    await outbound.close();
  }
}

function outboundOptions({ secrets, masterKeys, tls }: CheckOptions): OutboundOptions {
  return { allowed: everywhere, ...given({ signingSecrets: secrets, signingMasterKeys: masterKeys, tls }) };
}

function chosen(only: readonly string[] | undefined): readonly Check[] {
  return only === undefined ? checks : checks.filter(({ name }) => only.includes(name));
}

async function prepareRun(options: CheckOptions, asker: Asker): Promise<Run> {
  const { prepareUrl, payload, refusedPayload, secrets, masterKeys, name = 'p1' } = options;
  const failure = await untilItAnswers(asker, prepareUrl, 0);
  if (failure !== undefined)
    throw new ParticipantUnreachable(`nobody answers at ${redactUrl(prepareUrl)}: ${failure}`);
  const line = { asker, urls: urlsOf(options) };
  const means = {
    name,
    payload,
    refusedPayload,
    list: await findList(options, line),
    restart: restartOf(options, asker),
  };
  return { line, given: means, keys: given({ secrets, masterKeys }) };
}

function urlsOf({ prepareUrl, commitUrl, rollbackUrl }: CheckOptions): Line['urls'] {
  return {
    prepare: prepareUrl,
    commit: commitUrl ?? siblingUrl(prepareUrl, 'commit'),
    rollback: rollbackUrl ?? siblingUrl(prepareUrl, 'rollback'),
  };
}

/** One that was named must be there; the sibling of the prepare URL may be. */
async function findList({ preparedUrl, prepareUrl }: CheckOptions, line: Line): Promise<Given['list']> {
  if (preparedUrl !== undefined) return new PreparedList(line, preparedUrl);
  const list = new PreparedList(line, siblingUrl(prepareUrl, 'prepared'));
  return (await list.answers().catch(() => false)) ? list : undefined;
}

function restartOf({ restart, prepareUrl }: CheckOptions, asker: Asker): Given['restart'] {
  if (restart === undefined) return undefined;
  return async () => {
    await (typeof restart === 'string' ? runCommand(restart) : restart());
    const came = await untilItAnswers(asker, prepareUrl);
    const expected = 'an answer within 30 s of its restart';
    if (came !== undefined) throw new CheckFailed({ sent: `GET ${redactUrl(prepareUrl)}`, came, expected });
  };
}

const missing: Readonly<Record<Need, string>> = {
  payload: 'needs --payload: one that it says yes to',
  refusedPayload: 'needs --refused-payload: one that it must refuse',
  preparedList: 'it has no list of what is prepared (--prepared-url, by default "prepared" beside prepare)',
  secret: 'needs --secret: the secret that requests are signed with',
  masterKey:
    "needs DTC_SIGNING_MASTER_KEY: the coordinator's. From one secret alone nobody can tell whether others have it too",
  restart: 'needs --restart: the command that ends and starts it',
};

function lacks({ given, keys }: Run, need: Need | undefined): boolean {
  switch (need) {
    case undefined:
      return false;
    case 'preparedList':
      return given.list === undefined;
    case 'secret':
      return keys.secrets === undefined && keys.masterKeys === undefined;
    case 'masterKey':
      return keys.masterKeys === undefined;
    default:
      return given[need] === undefined;
  }
}

/** Why a check cannot tell anything. */
function reasonToSkip({ needs }: Check, run: Run, [first]: readonly CheckResult[]): string | undefined {
  if (needs !== undefined && lacks(run, needs)) return missing[needs];
  if (first?.name !== 'prepare-votes-yes' || first.result !== 'failed') return undefined;
  return `${first.name} failed: all others build on a yes`;
}

async function runCheck(check: Check, run: Run, before: readonly CheckResult[]): Promise<CheckResult> {
  const { name, does, why, transactions, commits } = check;
  const about = { name, does, why, transactions, commits };
  const reason = reasonToSkip(check, run, before);
  if (reason !== undefined)
    return { ...about, result: 'skipped', durationMs: 0, reason, notes: [], unsettled: [] };
  const started = Date.now();
  const bench = new Bench(run.line, run.given);
  const failure = await failureOf(check, bench);
  const unsettled = await bench.settle();
  const ended = { durationMs: Date.now() - started, notes: bench.notes, unsettled };
  return failure === undefined
    ? { ...about, result: 'passed', ...ended }
    : { ...about, result: 'failed', ...ended, failure };
}

async function failureOf(check: Check, bench: Bench): Promise<Failure | undefined> {
  try {
    await check.run(bench);
    return undefined;
  } catch (error) {
    if (error instanceof CheckFailed) return error.failure;
    throw error;
  }
}

function reportOf({ prepareUrl }: CheckOptions, startedAt: Date, results: readonly CheckResult[]): Report {
  const count = (result: CheckResult['result']): number =>
    results.filter(each => each.result === result).length;
  return {
    participant: redactUrl(prepareUrl),
    startedAt: startedAt.toISOString(),
    durationMs: Date.now() - startedAt.getTime(),
    passed: count('passed'),
    failed: count('failed'),
    skipped: count('skipped'),
    checks: results,
  };
}
