/**
 * Owns starting a transaction.
 *
 * I6: the id comes from caller and key, Temporal refuses a second workflow of that id for as long as it remembers the
 *     first, and the memo's hash tells a repeat from another request.
 * I10: `201` follows the durable start; a start whose result is unknown is repeated under the same id, and what cannot be told
 *      then is said with that id: "nothing was started" is said only of what was never handed over, or refused.
 */
import { WorkflowIdReusePolicy } from '@temporalio/client';
import { type TransactionInput } from '../../../workflows/transaction/input';
import { begin } from '../../protocol/transaction/apply';
import { type Accepted } from '../../protocol/transaction/state';
import { documentOf } from '../../protocol/transaction/document';
import { type Ms } from '../../protocol/wire/phases';
import { type TransactionId, isKeyed, keyedId, timedId } from '../../protocol/wire/ids';
import { requestHash } from '../../protocol/client/transactionRequest';
import { type Reading, type StartOptions } from './contract';
import { bounded } from '../../engine/ask';
import { type Engine } from '../../engine/engine';
import { NoAnswerInTime, isTooLarge } from '../../engine/errors';
import {
  EngineInTrouble,
  EngineUnavailable,
  ExpiredTransaction,
  KeyReused,
  Overloaded,
  RequestTooLarge,
  StartUnknown,
  UnknownTransaction,
} from '../errors';
import { Admission } from './admission/admission';
import { Link } from './admission/link';
import { progressOf } from './admission/progress';
import { type StartMemo, memoOf } from '../../engine/facts/memo';
import { newRun } from './newRun';
import { describe, read } from './read';
import { type Run, startRun, tryWithinMs } from './startRun';
import { isOwnedBy, type Owner } from '../../engine/facts/owner';

/** For all of it, where Temporal does not answer (PROTOCOL §3). A turn that had to be waited for, because too much is started, comes on top. */
const answerWithinMs = 8_000;
const tries = 3;
/** A start takes a tenth of it where Temporal does what it is asked. With the look that follows it is less than two seconds. */
const doubtAfterMs = 600;
/** What is left of the time is worth no try of its own. */
const shortestTryMs = 500;
const shortestReadMs = 900;
/** For transactions of keys that were used before, by those who are refused. */
const looksAtOnce = 4;

export type Start = (options: StartOptions) => Promise<Reading>;

/**
 * Told once of each transaction that this process has started; or, with what proves it, of one that it may have started: Temporal's answer was
 * lost, and whoever asks later finds `createdAt` in its memo, or another one's.
 */
export type OnStart = (start: {
  readonly id: string;
  readonly createdAt: Ms;
  readonly isKnown: boolean;
}) => void;

/** What one process starts passes one door. */
export function starts(engine: Engine, onStart: OnStart = () => undefined): Start {
  const link = new Link(engine);
  const admission = new Admission(async id => {
    try {
      return progressOf(await describe(engine, id));
    } catch (error) {
      if (error instanceof EngineUnavailable) await link.doubt();
      throw error;
    }
  });
  link.onLost = () => {
    admission.turnAway(unreachable);
  };
  let looking = 0;
  /** @throws KeyReused, StartUnknown, EngineUnavailable, RequestTooLarge, Overloaded */
  return async options => {
    try {
      return await start({ engine, admission, link, onStart, by: Date.now() + answerWithinMs }, options);
    } catch (error) {
      if (!(error instanceof Overloaded) || looking >= looksAtOnce) throw error;
      looking += 1;
      const by = Date.now() + answerWithinMs;
      const there = await startedBefore(engine, options, by).finally(() => {
        looking -= 1;
      });
      if (there === undefined) throw error;
      return there;
    }
  };
}

interface Way {
  readonly engine: Engine;
  readonly admission: Admission;
  readonly link: Link;
  readonly onStart: OnStart;
  /** When an answer is due, also where Temporal gives none. */
  readonly by: Ms;
}

async function start(way: Way, options: StartOptions): Promise<Reading> {
  const [id, ofNamesake] = idsOf(way.engine, options);
  const first = await startAs(way, id, options);
  if (first !== undefined) return first;
  const own = ofNamesake === undefined ? undefined : await startAs(way, ofNamesake, options);
  if (own === undefined) throw new KeyReused(ofNamesake ?? id);
  return own;
}

/** The transaction of a key that was used before: it is there, and to read it starts nothing. @throws KeyReused */
async function startedBefore(engine: Engine, options: StartOptions, by: Ms): Promise<Reading | undefined> {
  if (options.idempotencyKey === undefined) return undefined;
  const { caller, request } = options;
  try {
    for (const id of idsOf(engine, options)) {
      const there = await readRepeated(engine, id, { caller, hash: requestHash(request), by });
      if (there !== undefined) return there;
    }
    return undefined;
  } catch (error) {
    if (isNotThere.some(kind => error instanceof kind)) return undefined;
    throw error;
  }
}

/** Or nobody can tell now. */
const isNotThere = [UnknownTransaction, ExpiredTransaction, StartUnknown] as const;

/**
 * Of a key, the id that every version has made of it, and one for where a namesake from elsewhere has used that key. A plain name
 * has no colon, so no other caller and key make the second one.
 */
function idsOf(
  { tag }: Engine,
  { caller, idempotencyKey: key }: StartOptions,
): readonly [TransactionId, ...TransactionId[]] {
  if (key === undefined) return [timedId(tag, Date.now())];
  return [keyedId(tag, caller.plainName, key), keyedId(tag, `owner:${caller.name}`, key)];
}

/** Undefined where the id is another caller's. */
async function startAs(
  way: Way,
  id: TransactionId,
  { request, caller, trace, ...waits }: StartOptions,
): Promise<Reading | undefined> {
  const { engine, admission } = way;
  await demandReachable(way, id);
  const hash = requestHash(request);
  let accepted: Accepted | undefined;
  const isNew = await admission.start({ id, caller: caller.name, ...waits }, async () => {
    await demandReachable(way, id); // it may have waited
    const { input, memo, listedBy, ...made } = newRun(engine, id, { request, hash, caller, trace });
    accepted = made.accepted;
    const { createdAt } = accepted;
    const tell = (isKnown: boolean): void => {
      way.onStart({ id, createdAt, isKnown });
    };
    return startDurably(way, id, { input, memo, listedBy }, tell);
  });
  if (isNew && accepted !== undefined) return { document: documentOf(begin(id, accepted)) };
  return readRepeated(engine, id, { caller, hash, by: way.by });
}

/**
 * True where this call started it, false where it was there already. Whoever has waited for his turn until the answer is due has one
 * try yet.
 */
async function startDurably(
  { engine, link, by }: Way,
  id: TransactionId,
  run: { readonly input: TransactionInput; readonly memo: StartMemo } & Pick<Run, 'listedBy'>,
  tell: (isKnown: boolean) => void,
): Promise<boolean> {
  let unknown: StartUnknown | undefined;
  for (let nth = 1; nth <= tries; nth += 1) {
    const leftMs = by - Date.now();
    if (unknown !== undefined && leftMs < shortestTryMs) break;
    try {
      const reuse = WorkflowIdReusePolicy.REJECT_DUPLICATE;
      const withinMs = unknown === undefined ? tryWithinMs : Math.min(tryWithinMs, leftMs);
      const runId = await unlessLost(link, id, startRun(engine, id, { ...run, reuse, withinMs }));
      link.isInDoubt = false;
      if (runId !== undefined) tell(true);
      else if (unknown !== undefined) tell(false);
      return runId !== undefined;
    } catch (error) {
      if (!(error instanceof StartUnknown)) {
        if (unknown !== undefined) tell(false);
        throw unknown ?? refusal(error);
      }
      if (error instanceof Lost) {
        tell(false);
        throw error;
      }
      void link.doubt();
      unknown = error;
    }
  }
  tell(false);
  throw unknown ?? new Error('a start is tried at least once');
}

/** Temporal was seen not to answer at all: another try is no use. */
class Lost extends StartUnknown {}

/**
 * What becomes of a start, unless Temporal says nothing to it, and nothing to a look either: whoever waits for it has an answer in two
 * seconds then. A busy Temporal answers a look.
 *
 * @throws Lost
 */
async function unlessLost<T>(link: Link, id: string, started: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const lost = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      void link.isLost().then(isLost => {
        if (isLost) reject(new Lost(id));
      });
    }, doubtAfterMs);
  });
  try {
    return await Promise.race([started, lost]);
  } finally {
    clearTimeout(timer);
  }
}

/** @throws EngineInTrouble, EngineUnavailable, StartUnknown */
async function demandReachable({ engine, link }: Way, id: TransactionId): Promise<void> {
  demandNoTrouble(engine);
  if (link.isInDoubt && !(await link.isReachable())) throw unreachable(id);
}

/** Nothing was handed over; but of a key that was maybe so before. */
function unreachable(id: string): StartUnknown | EngineUnavailable {
  return isKeyed(id) ? new StartUnknown(id) : new EngineUnavailable('Temporal does not answer');
}

/** Nothing is handed over that cannot be stored. @throws EngineInTrouble */
export function demandNoTrouble({ trouble }: Engine): void {
  const why = trouble();
  if (why !== undefined) throw new EngineInTrouble(why);
}

function refusal(error: unknown): unknown {
  if (!isTooLarge(error)) return error;
  return new RequestTooLarge('the request is more than Temporal stores', { cause: error });
}

/** It is there; where it cannot be read, all that can be told is its id. Undefined where it is another caller's. */
async function readRepeated(
  engine: Engine,
  id: TransactionId,
  { caller, hash, by }: { readonly caller: Owner; readonly hash: string; readonly by: Ms },
): Promise<Reading | undefined> {
  const readOwn = async (): Promise<Reading | undefined> => {
    const there = memoOf(await describe(engine, id));
    if (!isOwnedBy(there, caller)) return undefined;
    if (there.requestHash !== hash) throw new KeyReused(id);
    return read(engine, id);
  };
  try {
    return await bounded(Math.max(by - Date.now(), shortestReadMs), readOwn());
  } catch (error) {
    const isUnread = error instanceof EngineUnavailable || error instanceof NoAnswerInTime;
    throw isUnread ? new StartUnknown(id, { cause: error }) : error;
  }
}
