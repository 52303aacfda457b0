/**
 * Owns what can be said to a transaction from outside: the `status` and `foresee` queries, the `left` query of a closed run, and abort,
 * retryNow, resolve as signals and as updates of the same names (PROTOCOL §4). Names and arguments are exact: people script against them.
 */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import { type TransactionDocument } from '../../src/protocol/client/document';
import { type Event, type OperatorEvent } from '../../src/protocol/transaction/events';
import { type Foreseen } from '../../src/protocol/transaction/foresee';
import { shownCalls } from '../../src/protocol/transaction/shown';
import { type Stored } from '../../src/protocol/transaction/stored';
import { type Progress, transactionType } from '../../src/engine/facts/memo';
import { given } from '../../src/protocol/wire/given';
import { type Ms } from '../../src/protocol/wire/phases';
import { plain } from '../../src/protocol/wire/plainText';
import { membersOf } from '../../src/protocol/wire/shapes';
import { shortened } from '../../src/protocol/wire/shortened';

export const transactionWorkflow = transactionType;

/** Asked with `{asOf: true}`: the document, and the task that it comes from, by the history length that the task was given with. */
export interface StatusAnswer {
  readonly document: TransactionDocument;
  readonly asOf: number;
  /** The keys of the own calls that the document counts as open. A worker of before does not tell. */
  readonly open?: readonly string[];
}

export const statusQuery = defineQuery<TransactionDocument | StatusAnswer, [unknown?]>('status');

/** What `foresee` is asked: the action, with what it says, and the time, which a query has not. */
export interface Foresight {
  readonly action: MessageName;
  readonly at: Ms;
}

/** As `status` with `{asOf: true}`, what would come of an action; nothing is changed. */
export type ForeseeAnswer = Foreseen & { readonly asOf: number };

export const foreseeQuery = defineQuery<ForeseeAnswer, [Foresight]>('foresee');

/** The argument of `left`: what `describe` says of the closed run, as proof that it has closed. */
export interface ClosedRun {
  readonly status: string;
  readonly runId: string;
  readonly historyLength: number;
  /** Absent where a coordinator of before asks. */
  readonly times?: LateTimes;
}

/** When that happened what came after the run's last workflow task, which was given out with `task` events of history. */
export interface LateTimes {
  readonly task: number;
  /** The end of a call, or of the start of a notification, by its key. */
  readonly calls: Readonly<Record<string, Ms>>;
  /** In the order of history. */
  readonly timers: readonly Ms[];
  readonly messages: readonly Ms[];
}

/** What the next run goes on from, and what `describe` can tell until it has begun. */
export interface LeftBehind {
  readonly stored: Stored;
  readonly progress: Progress;
}

/** For closed runs only (`interceptors.ts`): what it left, with what came after its last workflow task. */
export const leftQuery = defineQuery<LeftBehind, [ClosedRun]>('left');

/**
 * The tag that the workflow's own document had when it was seen (`protocol/client/etag.ts`), in an update that is only to be taken while it is
 * so. Undefined where it does not depend on that. Looked at before an update is taken, and never where one is replayed.
 */
export function tagSeen(argument: unknown): string | undefined {
  const { seen } = membersOf(argument);
  return typeof seen === 'string' ? seen : undefined;
}

/** The type of the failure of an update that is refused by that. */
export const notAsSeen = 'NotAsSeen';

/** Arguments arrive from people's command lines: unchecked until `readMessage` has seen them. */
type Unchecked = [unknown];
export const abortSignal = defineSignal<Unchecked>('abort');
export const retryNowSignal = defineSignal<Unchecked>('retryNow');
export const resolveSignal = defineSignal<Unchecked>('resolve');
export const abortUpdate = defineUpdate<TransactionDocument, Unchecked>('abort');
export const retryNowUpdate = defineUpdate<TransactionDocument, Unchecked>('retryNow');
export const resolveUpdate = defineUpdate<TransactionDocument, Unchecked>('resolve');

/** From a lock's workflow, to a transaction that waits for it. */
export interface LockGranted {
  readonly resource: string;
  readonly fencingToken: number;
}

export const lockGrantedSignal = defineSignal<Unchecked>('lockGranted');

export type MessageName = OperatorEvent['type'];

const longest = 1000;

/** Anybody can send it: only what a lock may have said is taken. */
export function readLockGranted(argument: unknown): Extract<Event, { type: 'lockGranted' }> | string {
  const sent = typeof argument === 'object' && argument !== null ? argument : {};
  const { resource, fencingToken } = sent as Partial<LockGranted>;
  if (typeof resource !== 'string' || !Number.isSafeInteger(fencingToken) || fencingToken === undefined)
    return 'lockGranted is for locks to send: "resource" and "fencingToken"';
  return { type: 'lockGranted', resource, fencingToken };
}

/** Who sent a message, also one that cannot be read otherwise. */
export function authorOf(argument: unknown): string {
  const by = typeof argument === 'object' && argument !== null && 'by' in argument ? argument.by : undefined;
  return text(by) ?? 'unnamed (signal)';
}

/** The event that a message asks for, or what is wrong with the message. */
export function readMessage(type: MessageName, argument: unknown): OperatorEvent | string {
  const sent = argument ?? {};
  if (typeof sent !== 'object') return `${type} takes an object, not ${said(sent)}`;
  const fields = sent as Record<string, unknown>;
  const by = authorOf(sent);
  const reason = text(fields['reason']);
  const shown = given({ shown: shownCalls(fields['shown']) });
  if (type === 'retryNow') return { type, by, ...shown };
  if (type === 'abort') return { type, by, ...given({ reason }), ...shown };
  const event = readResolve(fields, reason);
  return typeof event === 'string' ? event : { ...event, ...shown };
}

type Resolve = Extract<OperatorEvent, { type: 'resolve' }>;

function readResolve(fields: Record<string, unknown>, reason: string | undefined): Resolve | string {
  const participant = text(fields['participant']);
  const by = text(fields['by']);
  const { outcome } = fields;
  if (participant === undefined)
    return `resolve needs "participant", a name${instead(fields['participant'])}`;
  if (outcome !== 'committed' && outcome !== 'rolledback' && outcome !== 'unknown') {
    return `resolve needs "outcome": "committed", "rolledback" or "unknown"${instead(outcome)}`;
  }
  if (by === undefined || reason === undefined)
    return 'resolve needs "by" and "reason": who says so, and why';
  return { type: 'resolve', participant, outcome, by, reason };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? plain(shortened(value, longest)) : undefined;
}

/** What was given where something else is needed. */
function instead(value: unknown): string {
  return value === undefined ? '' : `, not ${said(value)}`;
}

const longestShown = 64;

/** The value, where it is one of text, number or truth; of anything larger its kind. */
function said(value: unknown): string {
  if (typeof value === 'string') return plain(JSON.stringify(shortened(value, longestShown)));
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
