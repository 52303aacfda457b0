/**
 * Owns watching a transaction (PROTOCOL §3, events): whoever watches one in a process shares what is asked of Temporal, at most a call a
 * second on average, however many they are. A look is `describe`; the workflow is asked only where history has grown since, so a
 * transaction that waits for a participant for weeks is asked nothing. A long poll tells of the end at once, as for `Prefer: wait`.
 *
 * I2, I5: what is told is what `read` tells, and no more than Temporal has taken (`durable.ts`).
 */
import { EventEmitter, once } from 'node:events';
import { type WorkflowExecutionDescription } from '@temporalio/client';
import { endOf } from '../../engine/ask';
import { type Engine } from '../../engine/engine';
import { memoOf } from '../../engine/facts/memo';
import { isOwnedBy, type Owner } from '../../engine/facts/owner';
import { isOpen, runState } from '../../engine/facts/status';
import { toldOf } from '../../protocol/client/changes';
import { type StalledDocument, type TransactionDocument } from '../../protocol/client/document';
import { documentFrom } from '../../protocol/client/documentFrom';
import { given } from '../../protocol/wire/given';
import { type Ms } from '../../protocol/wire/phases';
import { EngineUnavailable } from '../errors';
import { withHolders } from '../lock/whoHolds';
import { isStalled, stallOf } from '../stalled';
import { type Reading, type Tell, type WatchOptions } from './contract';
import { describedDocument } from './describe';
import { type Told, overlaid, pendingCalls } from './pending';
import { askAsItIs, describe, isPartial, partialIf } from './read';
import { together } from './together';

/** After one call; with the long poll, which is one every twenty seconds, less than a call a second. */
const lookEveryMs = 1100;
/** Between two tries to ask a workflow for which no worker answers. */
const longestPauseMs = 60_000;
/** Of all that are watched in a process: the more, the more seldom each. */
const looksPerSecond = 20;

export type Watch = (id: string, options: WatchOptions, tell: Tell) => Promise<void>;

export function watches(engine: Engine): Watch {
  const all = new Map<string, Watched>();
  const describeFor = together((id, of) => describe(engine, id, of));
  const join = async (id: string, of: Owner | undefined): Promise<Watched> => {
    const there = all.get(id);
    if (there !== undefined && (of === undefined || isOwnedBy(there.memo, of))) return there.entered();
    const description = await describeFor(id, of);
    return (all.get(id) ?? new Watched(engine, description, all)).entered();
  };
  return async (id, { of, signal }, tell) => {
    const watched = await join(id, of);
    await watched.following(signal, tell);
  };
}

/** What is known, and of which history: what calls under way tell is laid over it anew with each look. */
interface Seen extends Reading {
  readonly key: string;
  readonly runId: string;
  /** By the workflow, the last time that it could be asked; absent where it never could. */
  readonly told?: Told;
  readonly stalled?: StalledDocument;
}

type Known = Omit<Seen, keyof Reading>;

class Watched {
  readonly memo: ReturnType<typeof memoOf>;
  readonly #id: string;
  readonly #changes = new EventEmitter().setMaxListeners(0);
  readonly #stop = new AbortController();
  readonly #first: Promise<void>;
  #seen: Seen | undefined;
  #failure: Error | undefined;
  /** No worker answered for this key: it is asked again, but less and less often. */
  #unanswered: { readonly key: string; readonly pauseMs: Ms; readonly until: Ms } | undefined;
  #watchers = 0;
  #calls = 0;
  #isPolled = false;
  #wake = (): void => undefined;

  constructor(
    readonly engine: Engine,
    description: WorkflowExecutionDescription,
    readonly all: Map<string, Watched>,
  ) {
    this.#id = description.workflowId;
    this.memo = memoOf(description);
    all.set(this.#id, this);
    this.#first = this.#see(description);
    void this.#first.then(
      () => this.#goOn(),
      () => {
        this.#leave();
      },
    );
  }

  /** Before anybody else can leave: whoever has entered calls `following`. */
  entered(): this {
    this.#watchers += 1;
    return this;
  }

  async following(signal: AbortSignal, tell: Tell): Promise<void> {
    try {
      await this.#first;
      await tell(this.#readings(signal));
    } finally {
      this.#watchers -= 1;
      if (this.#watchers === 0) this.#leave();
    }
  }

  /** The newest at every change: what came meanwhile is not kept for who is slow. @throws what ended the watching */
  async *#readings(signal: AbortSignal): AsyncGenerator<Reading> {
    let told: string | undefined;
    for (;;) {
      const seen = this.#seen;
      if (seen !== undefined && newsIn(seen) !== told) {
        told = newsIn(seen);
        yield { document: seen.document, ...partialIf(seen.partial === true) };
      } else if (this.#isOver()) {
        if (this.#failure !== undefined) throw this.#failure;
        return;
      } else if (signal.aborted) return;
      else await once(this.#changes, 'seen', { signal }).catch(() => undefined);
    }
  }

  #isOver(): boolean {
    return this.#failure !== undefined || this.#seen?.document.endedAt !== undefined;
  }

  /** Whoever comes next begins anew. */
  #leave(): void {
    this.#stop.abort();
    this.#wake();
    if (this.all.get(this.#id) === this) this.all.delete(this.#id);
  }

  async #goOn(): Promise<void> {
    const isDone = (): boolean => this.#stop.signal.aborted || this.#isOver();
    while (!isDone()) {
      await this.#pause();
      if (!isDone()) await this.#look();
    }
    this.#leave();
  }

  async #look(): Promise<void> {
    this.#calls = 1;
    try {
      await this.#see(await describe(this.engine, this.#id));
    } catch (error) {
      if (error instanceof EngineUnavailable) return; // the next look may be answered
      this.#failure = error instanceof Error ? error : new Error(String(error));
      this.#changes.emit('seen');
    }
  }

  async #see(description: WorkflowExecutionDescription): Promise<void> {
    const known = (await this.#news(description)) ?? this.#seen;
    if (known === undefined || this.#isOver()) return;
    const partial = isPartial(description, known.told);
    this.#tell({ ...known, document: documentNow(this.engine, description, known), ...partialIf(partial) });
    if (isOpen(description.status.name) && !this.#isOver()) this.#pollEnd();
  }

  /** Undefined where nothing has changed, or nobody can be asked yet: what was known stays. */
  async #news(description: WorkflowExecutionDescription): Promise<Known | undefined> {
    const key = keyOf(description);
    const { runId, status } = description;
    if (this.#seen?.key === key || this.#isTooSoon(key)) return undefined;
    const answer = await askAsItIs(this.engine, description, Date.now());
    this.#calls += answer === 'ahead' ? 2 : 1; // history was asked as well
    const isSameRun = this.#seen?.runId === runId && runState(status.name) !== 'ended';
    const before = isSameRun ? this.#seen?.told : undefined;
    if (answer === 'ahead') return { key: 'ahead', runId, ...given({ told: before }) };
    const stalled = await stallOf(this.engine, description);
    const told = answer === undefined ? before : await this.#withHolders(answer);
    const isAnswered = answer !== undefined || !isAsked(description);
    if (isAnswered) this.#unanswered = undefined;
    else this.#noteUnanswered(key);
    return { key: isAnswered ? key : 'unanswered', runId, ...given({ told, stalled }) };
  }

  async #withHolders(told: Told): Promise<Told> {
    return { ...told, document: await withHolders(this.engine, told.document) };
  }

  #isTooSoon(key: string): boolean {
    return this.#unanswered?.key === key && Date.now() < this.#unanswered.until;
  }

  #noteUnanswered(key: string): void {
    const pauseMs = Math.min(2 * (this.#unanswered?.pauseMs ?? lookEveryMs), longestPauseMs);
    this.#unanswered = { key, pauseMs, until: Date.now() + pauseMs };
  }

  #tell(seen: Seen): void {
    this.#seen = seen;
    this.#changes.emit('seen');
  }

  /** Where Temporal does not tell, looking goes on, and the next look polls again. */
  #pollEnd(): void {
    if (this.#isPolled) return;
    this.#isPolled = true;
    const isOver = (): void => {
      this.#isPolled = false;
    };
    void endOf(this.engine, this.#id, this.#stop.signal).then(end => {
      isOver();
      const document = end.is === 'completed' ? documentFrom(end.result, this.#id) : undefined;
      if (document !== undefined) this.#tell({ key: 'ended', runId: '', document });
      this.#wake();
    }, isOver);
  }

  /** Until the next look is due, or there is something to see. */
  #pause(): Promise<void> {
    const ms: Ms = Math.max(lookEveryMs * this.#calls, (this.all.size * 1000) / looksPerSecond);
    return new Promise(resolve => {
      const end = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(end, ms);
      this.#wake = end;
      if (this.#stop.signal.aborted) end();
    });
  }
}

/** What was told once is not taken back because nobody can be asked now: `describe` alone may know less. */
function documentNow(
  engine: Engine,
  description: WorkflowExecutionDescription,
  { told, stalled }: Known,
): TransactionDocument {
  const described = describedDocument(engine, description);
  const now = told === undefined ? described : toldNow(description, told, described);
  return stalled === undefined ? now : { ...now, needsAttention: true, stalled };
}

function toldNow(
  description: WorkflowExecutionDescription,
  told: Told,
  { paused }: TransactionDocument,
): TransactionDocument {
  switch (runState(description.status.name)) {
    case 'running':
      return overlaid(told, pendingCalls(description));
    case 'paused':
      return { ...overlaid(told, pendingCalls(description)), needsAttention: true, ...given({ paused }) };
    case 'interrupted':
      return { ...told.document, state: 'interrupted', needsAttention: true };
    case 'ended':
      return told.document;
  }
}

/** Whether a worker had to answer: not of one that is paused or stalled, nor of one that ended by itself. */
function isAsked(description: WorkflowExecutionDescription): boolean {
  const run = runState(description.status.name);
  return run === 'interrupted' || (run === 'running' && !isStalled(description));
}

function newsIn({ document, partial }: Reading): string {
  return `${toldOf(document)} ${partial === true ? 'partial' : ''}`;
}

/** What a workflow would tell anew changes with its history alone; that its tasks keep failing is in none. */
function keyOf(description: WorkflowExecutionDescription): string {
  const { runId, status, historyLength, raw } = description;
  const failing = isStalled(description) ? (raw.pendingWorkflowTask?.attempt ?? 0) : 0;
  return [runId, status.name, historyLength, failing].join();
}
