/**
 * Owns what the kit does of its own accord: asks about what is in doubt for long, ends what a crash left behind, and
 * forgets what ended long ago. It never ends anything on a timer: only a decision of the coordinator does (PROTOCOL §2).
 */
import { type Ms } from '../../protocol/wire/phases';
import { forget } from '../ledger/votes';
import { loggable } from '../loggable';
import { askInDoubt, type Keeping } from './inDoubt';

export interface Keeper {
  /** Waits for the pass that is under way. */
  stop(): Promise<void>;
}

interface KeepingOn extends Keeping {
  /** Branches without a record that the log names already: what nobody can hurry is said once. */
  readonly reported: Set<string>;
}

const batch = 100;
const mostBatches = 50;
const defaultKeepMs: Ms = 30 * 86_400_000;
const defaultEveryMs: Ms = 10_000;

/** Looks at once, so that what an earlier run left is known from the start, then again and again. */
export async function startKeeper(given: Omit<Keeping, 'stopping'>): Promise<Keeper> {
  const stop = new AbortController();
  const keeping = { ...given, stopping: stop.signal, reported: new Set<string>() };
  await endStrays(keeping);
  await reportFound(keeping);
  let pass: Promise<void> | undefined;
  const timer = setInterval(() => {
    pass ??= keep(keeping).finally(() => (pass = undefined));
  }, keeping.options.coordinator?.everyMs ?? defaultEveryMs);
  timer.unref();
  return {
    stop: async () => {
      clearInterval(timer);
      stop.abort();
      await pass;
    },
  };
}

async function keep(keeping: KeepingOn): Promise<void> {
  for (const step of [endStrays, forgetOld, askInDoubt])
    // the last one takes long while the coordinator is away
    await step(keeping).catch((error: unknown) => {
      keeping.log.error(
        { err: loggable(error), step: step.name },
        'looking after what is prepared failed; next time again',
      );
    });
}

async function reportFound({ manager, log }: Keeping): Promise<void> {
  const found = await manager.prepared({ limit: batch });
  const [oldest] = found;
  if (oldest === undefined) return;
  const count = found.length === batch ? `${batch} or more` : found.length;
  log.warn(
    { count, oldest: oldest.transactionId, since: new Date(oldest.createdAt).toISOString() },
    'found prepared transactions of an earlier run; they wait for their decision',
  );
}

async function endStrays({ manager, log, reported }: KeepingOn): Promise<void> {
  const { ended, unknown, failed } = await manager.reconcile();
  if (ended > 0)
    log.warn({ ended }, 'rolled back branches that were left prepared although they had been rolled back');
  for (const { key, error } of failed)
    log.warn(
      { ...key, err: loggable(error) },
      'a branch that was rolled back is still prepared, and could not be ended',
    );
  for (const { namesLedger, ...key } of unknown) {
    const name = `${key.transactionId}/${key.participant}`;
    if (reported.has(name)) continue;
    reported.add(name);
    if (namesLedger) log.error(key, withoutRecord);
    else log.warn(key, maybeAnothers);
  }
}

const leaveIt =
  'Leave it prepared: it may be a promise, whose outcome GET /transactions/<id> of its coordinator says';
const withoutRecord =
  'a prepared branch of this service has no record here, so somebody deleted that, or restored its table without it. ' +
  `${leaveIt}; see PARTICIPANTS.md, A branch without a record`;
const maybeAnothers =
  'a prepared branch has no record here, and its name does not say whose it is, as an older kit wrote it: most likely that ' +
  `of another service with tables of its own in this database, which ends it. ${leaveIt}`;

/** In small batches, each a transaction of its own, so that calls get in between. */
async function forgetOld({ transaction, service, options }: Keeping): Promise<void> {
  const { keepMs = defaultKeepMs } = options;
  for (let round = 0; round < mostBatches; round += 1) {
    const now = Date.now();
    const which = { before: now - keepMs, now, limit: batch };
    if ((await transaction(session => forget(session, { service }, which))) < batch) return;
  }
}
