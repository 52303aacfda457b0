/**
 * Owns who it is that transactions in trouble wait for. Visibility lists them with what each has written down of itself, which names
 * the one host that most of them wait for; where it leaves several in question, since it may be older, the transaction is looked at.
 *
 * What it costs is bounded: one look every few seconds for all who ask in a process, at so many transactions and for so long at most.
 */
import { type WorkflowExecutionInfo } from '@temporalio/client';
import { countRuns } from '../../engine/ask';
import { type Engine } from '../../engine/engine';
import { memoOf } from '../../engine/facts/memo';
import { transactionStateKey } from '../../engine/facts/searchAttributes';
import { visibly } from '../../engine/facts/status';
import { type ParticipantDocument } from '../../protocol/client/document';
import { type SickHost, type SickHosts } from '../../protocol/client/many';
import { type Ms, timestamp } from '../../protocol/wire/phases';
import { isOneOf } from '../../protocol/wire/shapes';
import { hostOf } from '../../protocol/wire/urls';
import { ForeignWorkflow, isGone } from '../errors';
import { oursAnd, oursWith } from '../ours';
import { describe } from '../transaction/read';
import { concurrently } from '../concurrently';
import { waitsOf } from './waits';

/** And five times what it took: a look is at most a fifth of the time. */
const goodForMs = 2000;
const share = 5;
const longestMs = 8000;
const mostListed = 2000;
const perPage = 200;
/** Of those in question; the others are told as they were written down. */
const mostLookedAt = 200;
const lookedAtAtOnce = 8;
/** For so many hosts, from the first, the newest error is looked up. */
const mostFresh = 50;
const countWithinMs = 2000;

/** A transaction that waits for a host, or for several. */
interface Wait {
  readonly id: string;
  readonly since: Ms;
  readonly needsAttention: boolean;
  readonly on: readonly Pick<ParticipantDocument, 'url' | 'lastError'>[];
}

/** A look that is under way, or was made a moment ago, is the answer for whoever asks. */
export function sickHostsLook(engine: Engine): () => Promise<SickHosts> {
  let last: { until: Ms; readonly found: Promise<SickHosts> } | undefined;
  return () => {
    if (last !== undefined && Date.now() < last.until) return last.found;
    const began = Date.now();
    const now = { until: Infinity, found: sickHosts(engine) };
    last = now;
    now.found.then(
      () => {
        now.until = began + Math.max(goodForMs, share * (Date.now() - began));
      },
      () => {
        now.until = began; // the next one who asks tries again
      },
    );
    return now.found;
  };
}

async function sickHosts(engine: Engine): Promise<SickHosts> {
  const until = Date.now() + longestMs;
  const { listed, isAll } = await inTrouble(engine, until);
  const waits = await inFull(engine, listed, until);
  const hosts = await withFreshErrors(engine, byHost(waits), until);
  const participants = hosts.map(({ newest: _newest, since, ...host }) => ({
    ...host,
    since: timestamp(since),
  }));
  if (isAll) return { participants };
  const of = await countRuns(engine, oursAnd(engine, trouble), countWithinMs);
  return { participants, sample: { looked: listed.length, of: Math.max(of, listed.length) } };
}

/** The search attributes are set from the first trouble on. */
const trouble = `${visibly.open} AND ${transactionStateKey.name} IS NOT NULL`;

interface Listed {
  readonly wait: Wait;
  /** What was written down leaves it open whom it waits for. */
  readonly isInQuestion: boolean;
}

async function inTrouble(engine: Engine, until: Ms): Promise<{ listed: Listed[]; isAll: boolean }> {
  const listed: Listed[] = [];
  for await (const info of oursWith(engine, trouble, perPage)) {
    if (listed.length === mostListed || Date.now() >= until) return { listed, isAll: false };
    listed.push(asWrittenDown(info));
  }
  return { listed, isAll: true };
}

const waiting = ['preparing', 'committing', 'rollingBack'] as const;

/** Whom it waits for does not become more than was written down: a change of phase is written down at once. */
function asWrittenDown(info: WorkflowExecutionInfo): Listed {
  const { progress, createdAt } = memoOf(info);
  const { participants = [], lateRollback, decidedAt, needsAttention = false } = progress ?? {};
  const late = new Set(lateRollback?.participants);
  const on = participants.filter(p => isOneOf(waiting, p.state) || late.has(p.name));
  const hosts = new Set(on.map(p => hostOf(p.url)));
  return {
    wait: { id: info.workflowId, since: Date.parse(decidedAt ?? createdAt), needsAttention, on },
    isInQuestion: hosts.size !== 1 || late.size > 0,
  };
}

async function inFull(engine: Engine, listed: readonly Listed[], until: Ms): Promise<Wait[]> {
  const waits = new Map(listed.map(({ wait }) => [wait.id, wait]));
  const inQuestion = listed.filter(({ isInQuestion }) => isInQuestion).slice(0, mostLookedAt);
  await concurrently(inQuestion, lookedAtAtOnce, async ({ wait: { id } }) => {
    if (Date.now() >= until) return;
    const now = await lookAt(engine, id);
    if (now === undefined) waits.delete(id);
    else waits.set(id, now);
  });
  return [...waits.values()];
}

/** Undefined where it is not there any more. */
async function lookAt(engine: Engine, id: string): Promise<Wait | undefined> {
  try {
    const { document, waiting: now } = waitsOf(engine, await describe(engine, id));
    const { createdAt, decidedAt, needsAttention } = document;
    const since = Date.parse(decidedAt ?? createdAt);
    return { id, since, needsAttention, on: now.map(({ participant }) => participant) };
  } catch (error) {
    if (isGone(error) || error instanceof ForeignWorkflow) return undefined;
    throw error;
  }
}

interface Found extends Omit<SickHost, 'since'> {
  readonly since: Ms;
  /** Of the newest transaction that waits for it. */
  readonly newest: string;
}

/** Most first. */
function byHost(waits: readonly Wait[]): Found[] {
  const found = new Map<string, Found>();
  for (const wait of waits)
    for (const host of new Set(wait.on.map(({ url }) => hostOf(url))))
      found.set(host, withOneMore(found.get(host), host, wait));
  return [...found.values()].sort((a, b) => b.waiting - a.waiting || (a.host < b.host ? -1 : 1));
}

function withOneMore(before: Found | undefined, host: string, wait: Wait): Found {
  const {
    waiting: many,
    needsAttention,
    since,
    newest,
    lastError,
  } = before ?? {
    ...{ waiting: 0, needsAttention: 0, since: Infinity, newest: wait.id, lastError: undefined },
  };
  return {
    ...{ host, newest, waiting: many + 1, since: Math.min(since, wait.since) },
    needsAttention: needsAttention + (wait.needsAttention ? 1 : 0),
    ...withError(lastError, wait, host),
  };
}

function withError(known: SickHost['lastError'], { on }: Wait, host: string): Pick<SickHost, 'lastError'> {
  const all = [known, ...on.filter(({ url }) => hostOf(url) === host).map(({ lastError }) => lastError)];
  const [newest] = all.filter(error => error !== undefined).sort((a, b) => (a.at < b.at ? 1 : -1));
  return newest === undefined ? {} : { lastError: newest };
}

/** What was written down has the error of that time. */
async function withFreshErrors(engine: Engine, hosts: readonly Found[], until: Ms): Promise<Found[]> {
  const fresh = [...hosts];
  await concurrently(fresh.slice(0, mostFresh).entries(), lookedAtAtOnce, async ([at, host]) => {
    const wait = Date.now() < until ? await lookAt(engine, host.newest) : undefined;
    if (wait !== undefined) fresh[at] = { ...host, ...withError(host.lastError, wait, host.host) };
  });
  return fresh;
}
