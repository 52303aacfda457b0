/**
 * Owns what a run leaves behind for the checker: what clients asked and were told, what receivers got, what participants wrote into
 * their journals, what the nemesis did, and what the databases hold at the end. Nothing in it is the coordinator's own record.
 *
 * Times are milliseconds of this machine's clock, which no fault moves.
 */
import { type Phase } from '../src/protocol/wire/phases';

/** What one answer, event or notification says of a transaction. */
export interface Seen {
  readonly status: string;
  readonly state: string;
  readonly decision: string | null;
  readonly ended: boolean;
  readonly heuristic?: string;
}

/** One participant's share: so much is added to its counter, and one row is inserted with the order's name. */
export interface Share {
  readonly participant: string;
  readonly amount: number;
}

export interface Order {
  readonly kind: 'order';
  readonly at: number;
  /** Its name, which goes to every participant in the payload. */
  readonly order: string;
  readonly shares: readonly Share[];
  readonly key?: string;
  readonly locks: readonly string[];
  readonly notify: readonly string[];
}

/** A `POST /transactions`, answered or not. */
export interface Start {
  readonly kind: 'start';
  readonly at: number;
  readonly askedAt: number;
  readonly order: string;
  readonly api: string;
  /** Of HTTP; absent where no answer came. */
  readonly http?: number;
  readonly problem?: string;
  /** Of the transaction, where the answer names one. */
  readonly id?: string;
  readonly seen?: Seen;
}

export interface Read {
  readonly kind: 'read';
  readonly at: number;
  readonly askedAt: number;
  readonly id: string;
  readonly api: string;
  readonly http?: number;
  readonly problem?: string;
  readonly seen?: Seen;
}

/** Of Server-Sent Events; `stream` numbers connections. */
export interface Event {
  readonly kind: 'event';
  readonly at: number;
  readonly stream: number;
  readonly id: string;
  readonly event: 'transaction' | 'end';
  readonly seen: Seen;
}

export interface Notification {
  readonly kind: 'notification';
  readonly at: number;
  readonly webhookId: string;
  readonly type: string;
  readonly id: string;
  readonly seen: Seen;
}

export interface HeldLock {
  readonly resource: string;
  readonly fencingToken: number;
}

/** In a participant's journal: written when a request has arrived, and again before it is answered. */
export interface Call {
  readonly kind: 'call';
  readonly at: number;
  readonly participant: string;
  readonly is: 'received' | 'answered';
  readonly id: string;
  readonly order: string;
  readonly phase: Phase;
  /** Which request of its process it was, so that an answer finds its request. */
  readonly nth: string;
  readonly http?: number;
  readonly locks: readonly HeldLock[];
}

export interface Fault {
  readonly kind: 'fault';
  readonly at: number;
  readonly nth: number;
  /** `left out`: planned, and the time was over before its turn came. */
  readonly is: 'begins' | 'ends' | 'left out';
  readonly fault: string;
  readonly target: string;
  /** How it went, where that is not a matter of course. */
  readonly note?: string;
}

/** A person says of a participant how it ended, and is not asked whether that is so. */
export interface Settled {
  readonly kind: 'settled';
  readonly at: number;
  /** From when on it may have been heard. */
  readonly askedAt: number;
  /** What came of it: Temporal took it, refused it (so that it was never said), or gave no answer that tells. */
  readonly said: 'said' | 'refused' | 'unknown';
  readonly id: string;
  readonly participant: string;
  readonly outcome: 'committed' | 'rolledback' | 'unknown';
}

/**
 * Temporal has made a workflow's history one that nobody can drive or replay, by the way in which it wrote a pause down
 * (`src/engine/spoiledByPause.ts`): read from the history itself.
 */
export interface Spoiled {
  readonly kind: 'spoiled';
  readonly at: number;
  /** A transaction's id, or `lock:` and a resource. */
  readonly workflowId: string;
}

/** A process that ended although nobody had ended it. */
export interface Death {
  readonly kind: 'death';
  readonly at: number;
  readonly process: string;
  readonly how: string;
}

export type Told = Order | Start | Read | Event | Notification | Call | Fault | Settled | Spoiled | Death;

export interface Row {
  readonly order: string;
  readonly id: string;
  readonly amount: number;
}

/** What a participant's database holds at the end, read from outside. */
export interface Books {
  readonly participant: string;
  /** The sum of its counters. */
  readonly counter: number;
  readonly rows: readonly Row[];
  /** The transactions that it keeps prepared, or reserved. */
  readonly prepared: readonly string[];
}

/** What `GET /locks` still shows at the end. */
export interface LockLeft {
  readonly resource: string;
  /** Who holds it or waits for it; nobody where that was not told. */
  readonly by: readonly string[];
}

export interface Evidence {
  readonly told: readonly Told[];
  readonly books: readonly Books[];
  readonly locksLeft: readonly LockLeft[];
}

export function ofKind<K extends Told['kind']>(
  { told }: Pick<Evidence, 'told'>,
  kind: K,
): readonly Extract<Told, { kind: K }>[] {
  return told.filter((each): each is Extract<Told, { kind: K }> => each.kind === kind);
}

export const isFinal = ({ status }: Seen): boolean => status !== 'pending';
