/**
 * Owns acting on many transactions: visibility names candidates, a look at each says whether it waits (`waits.ts`), and each is then
 * acted on as if it were the only one, with the same author and the same record. So many at a time that others do not notice.
 *
 * Nothing is remembered here: who was acted on does not wait any more, so the same request again does the rest. What was not done is
 * said, by id where it was looked at, by `stoppedBy` where it was not.
 */
import { type WorkflowExecutionDescription } from '@temporalio/client';
import { type Engine } from '../../engine/engine';
import { type BulkReport } from '../../protocol/client/many';
import { given } from '../../protocol/wire/given';
import { ActionConflict, EngineUnavailable, ForeignWorkflow, WorkerUnavailable, isGone } from '../errors';
import { oursWith } from '../ours';
import { whyUnreadable } from '../orphans/unreadable';
import { isStalled, stallInWords, stallOf } from '../stalled';
import { type Action } from '../transaction/contract';
import { refuseUndriven, take } from '../transaction/operate';
import { pendingCalls } from '../transaction/pending';
import { describe } from '../transaction/read';
import { concurrently } from '../concurrently';
import { type BulkOptions } from './contract';
import { type Foreseen, counted } from './foreseen';
import { type Waits, waitsOf } from './waits';

/** An action is some ten writes of the engine, which has room for a few hundred a second; a look is none. */
const actedAtOnce = 4;
const lookedAtAtOnce = 8;
const perPage = 200;
/** So many in a row that nobody answered for: nobody will for the next. */
const mostUnanswered = 8;

interface Asked {
  readonly options: BulkOptions;
  /** The condition of visibility for who may wait. */
  readonly candidates: string;
  /** None: it does not wait. */
  readonly actionsOn: (waits: Waits) => readonly Action[];
  /** What a dry run tells of each that matches; absent where nothing is to be told. */
  readonly foresee?: (waits: Waits) => Foreseen | undefined;
  /** Whether one without an action is to be counted as being asked; absent where that does not matter. */
  readonly isAsking?: (waits: Waits) => boolean;
}

/** @throws EngineUnavailable where visibility does not answer before anything was looked at */
export async function actOnMany(engine: Engine, asked: Asked): Promise<BulkReport> {
  const run = new Run(engine, asked);
  try {
    await concurrently(
      candidates(engine, asked, run),
      asked.options.dryRun ? lookedAtAtOnce : actedAtOnce,
      id => one(engine, id, { asked, run }),
    );
  } catch (error) {
    if (!(error instanceof EngineUnavailable) || !run.hasLooked) throw error;
    run.stoppedBy = 'temporal';
  }
  return run.report();
}

class Run {
  readonly #failed: { id: string; why: string }[] = [];
  readonly #until: number;
  readonly #foreseen: Foreseen[] = [];
  #matched = 0;
  #acted = 0;
  #asking = 0;
  #unanswered = 0;
  hasLooked = false;
  stoppedBy: BulkReport['stoppedBy'];

  constructor(
    readonly engine: Pick<Engine, 'cliOptions'>,
    readonly asked: Asked,
  ) {
    this.#until = Date.now() + asked.options.timeoutMs;
  }

  /** Asked when there is one more. */
  get isOver(): boolean {
    if (this.asked.options.signal.aborted) this.stoppedBy ??= 'shutdown';
    if (Date.now() >= this.#until) this.stoppedBy ??= 'time';
    return this.stoppedBy !== undefined;
  }

  /** False where no more were asked for. */
  match(): boolean {
    if (this.#matched < this.asked.options.limit) {
      this.#matched += 1;
      return true;
    }
    this.stoppedBy ??= 'limit';
    return false;
  }

  foresee(waits: Waits): void {
    const foreseen = this.asked.foresee?.(waits);
    if (foreseen !== undefined) this.#foreseen.push(foreseen);
  }

  pass(waits: Waits): void {
    if (this.asked.isAsking?.(waits) === true) this.#asking += 1;
  }

  act(): void {
    this.#acted += 1;
    this.#unanswered = 0;
  }

  fail(id: string, error: unknown): void {
    this.#failed.push({ id, why: whyNot(this.engine, error, id) });
    const by = noAnswerOf(error);
    this.#unanswered = by === undefined ? 0 : this.#unanswered + 1;
    if (this.#unanswered >= mostUnanswered) this.stoppedBy ??= by;
  }

  report(): BulkReport {
    const { options, isAsking } = this.asked;
    const asking = isAsking === undefined ? {} : { asking: this.#asking };
    const { stoppedBy } = this;
    const counts = { matched: this.#matched, acted: this.#acted, ...asking, failed: this.#failed };
    const heuristic = counted(this.#foreseen);
    return { ...counts, ...given({ heuristic }), dryRun: options.dryRun, ...given({ stoppedBy }) };
  }
}

/** Pages change while they are read: one that has moved to the next is not taken twice. */
async function* candidates(engine: Engine, { candidates: and }: Asked, run: Run): AsyncGenerator<string> {
  const seen = new Set<string>();
  for await (const { workflowId } of oursWith(engine, and, perPage)) {
    if (seen.has(workflowId)) continue;
    if (run.isOver) return;
    seen.add(workflowId);
    yield workflowId;
  }
}

async function one(
  engine: Engine,
  id: string,
  { asked, run }: { readonly asked: Asked; readonly run: Run },
): Promise<void> {
  try {
    const description = await describe(engine, id);
    run.hasLooked = true;
    const waits = waitsOf(engine, description);
    const actions = asked.actionsOn(waits);
    if (actions.length === 0) run.pass(waits);
    if (actions.length === 0 || !run.match()) return;
    if (asked.options.dryRun) run.foresee(waits);
    else await actOn(engine, { description, waits, actions }, run);
  } catch (error) {
    if (isGone(error) || error instanceof ForeignWorkflow) return; // since it was listed, or it was none of ours
    if (run.match()) run.fail(id, error);
  }
}

interface Match {
  readonly description: WorkflowExecutionDescription;
  readonly waits: Waits;
  readonly actions: readonly Action[];
}

async function actOn(engine: Engine, { description, waits, actions }: Match, run: Run): Promise<void> {
  const { id } = waits.document;
  try {
    refuseUndriven(waits.document);
    if (isStalled(description)) {
      const stalled = await stallOf(engine, description);
      if (stalled !== undefined) throw new WorkerUnavailable(stallInWords(stalled));
    }
    const calls = pendingCalls(description);
    for (const action of actions) await take(engine, id, { action, calls });
    run.act();
  } catch (error) {
    run.fail(id, error);
  }
}

function whyNot(engine: Pick<Engine, 'cliOptions'>, error: unknown, id: string): string {
  if (error instanceof ActionConflict || error instanceof WorkerUnavailable) return error.message;
  if (error instanceof EngineUnavailable) return 'Temporal did not answer: look at it, or repeat the request';
  return whyUnreadable(engine, error, id);
}

function noAnswerOf(error: unknown): 'temporal' | 'worker' | undefined {
  if (error instanceof WorkerUnavailable) return 'worker';
  return error instanceof EngineUnavailable ? 'temporal' : undefined;
}
