/**
 * Owns load on a deployment, and the judgement of it. Lanes of clients start transactions, one after another, at the front ends in turn;
 * each has a key of its own, which is repeated at the next front end where there is no answer, as a client behind a balancer does.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type TransactionDocument } from '../../src/protocol/client/document';
import { type Participants } from './participants';
import { post, untilEnded } from './processes';
import { faultsOf } from './records';

/** A request that got no 201. */
export interface Failure {
  readonly url: string;
  readonly at: number;
  readonly why: string;
}

interface Accepted {
  readonly id: string;
  readonly isRefused: boolean;
  /** When the client first asked. */
  readonly askedAt: number;
  readonly answeredAt: number;
}

export interface Load {
  /** How many requests participants had received before. */
  readonly from: number;
  readonly accepted: readonly Accepted[];
  readonly failures: readonly Failure[];
  /** Resolves when every lane has the answer that it waits for. */
  stop(): Promise<void>;
}

export interface LoadOptions {
  readonly participants: Participants;
  readonly lanes: number;
  /** Where requests go at this moment: at least one. */
  readonly fronts: () => readonly string[];
}

const refusedEvery = 5;
/** One whose prepare was lost with its worker is rolled back once more past its deadline (I4): let that be soon. */
const timeoutMs = 20_000;
const pauseMs = 50;

export function startLoad({ participants, lanes, fronts }: LoadOptions): Load {
  participants.on('refuses', ({ phase }) => (phase === 'prepare' ? 409 : undefined));
  const accepted: Accepted[] = [];
  const failures: Failure[] = [];
  const stopping = new AbortController();
  let asked = 0;
  const next = (n: number): string => {
    const now = fronts();
    return now[n % now.length] ?? '';
  };
  const one = async (n: number): Promise<void> => {
    const isRefused = n % refusedEvery === 0;
    const names = isRefused ? ['a', 'refuses'] : ['a', 'b'];
    const body = { timeoutMs, participants: names.map(name => participants.url(name)) };
    const headers = { 'idempotency-key': randomUUID(), prefer: 'wait=10' };
    const askedAt = Date.now();
    for (let tried = 0; ; tried += 1) {
      const url = next(n + tried);
      try {
        const { id } = await post(url, body, headers);
        accepted.push({ id, isRefused, askedAt, answeredAt: Date.now() });
        return;
      } catch (error) {
        failures.push({ url, at: Date.now(), why: whyOf(error) });
        await sleep(pauseMs);
      }
    }
  };
  const lane = async (): Promise<void> => {
    while (!stopping.signal.aborted) await one((asked += 1));
  };
  const running = Promise.all(Array.from({ length: lanes }, lane));
  return {
    from: participants.received.length,
    accepted,
    failures,
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

function whyOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause as { code?: string } | undefined;
  return cause?.code ?? error.message;
}

export interface Judged {
  /** In sentences; empty where nothing was lost and nothing is wrong. */
  readonly faults: readonly string[];
  /** From the client's first request to the outcome: of each, the shortest first. Of a commit that is the last acknowledgement. */
  readonly delaysMs: readonly number[];
}

/** Reads every accepted transaction to its end, and compares it with what participants were sent. */
export async function judge(load: Load, participants: Participants, url: string): Promise<Judged> {
  const faults: string[] = [];
  const delaysMs: number[] = [];
  for (const { id, isRefused, askedAt } of load.accepted) {
    const document = await untilEnded(url, id, 60_000);
    const due = isRefused ? 'rolledback' : 'committed';
    if (document.status !== due) faults.push(`${id} is ${document.status}, and was to be ${due}`);
    faults.push(...faultsOf(document, participants));
    delaysMs.push(Date.parse(outcomeAt(document)) - askedAt);
  }
  const ids = new Set(load.accepted.map(({ id }) => id));
  if (ids.size !== load.accepted.length) faults.push('two keys made one transaction');
  const called = new Set(participants.received.slice(load.from).map(r => r.transactionId));
  faults.push(...[...called].filter(id => !ids.has(id)).map(id => `${id} was accepted, and nobody was told`));
  return { faults, delaysMs: delaysMs.sort((one, other) => one - other) };
}

function outcomeAt({ decision, decidedAt = '', endedAt = '' }: TransactionDocument): string {
  return decision === 'commit' ? endedAt : decidedAt;
}

/** The longest time in which no client was answered. */
export function longestPause({ accepted }: Pick<Load, 'accepted'>): number {
  return Math.max(
    0,
    ...accepted.slice(1).map(({ answeredAt }, i) => answeredAt - (accepted[i]?.answeredAt ?? 0)),
  );
}

/** Of numbers in order, the one that a share of them does not exceed. */
export function quantile(ordered: readonly number[], share: number): number {
  return ordered[Math.min(ordered.length - 1, Math.floor(ordered.length * share))] ?? NaN;
}
