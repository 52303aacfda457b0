/**
 * Owns the request to start a transaction (PROTOCOL §3), validated and normalised, before any default of the server.
 * Bad input is a value: every problem that was found, and nothing is started.
 */
import { createHash } from 'node:crypto';
import { canonicalJson } from '../wire/canonicalJson';
import { type InputProblem, limitProblems, pointer, problemsOf } from '../wire/inputProblems';
import { type LockRequest, byResource } from '../wire/locks';
import { type NotifyEvent, notifyEvents } from '../wire/notification';
import { type Ms } from '../wire/phases';
import { type ParticipantInput, type TransactionInput, transactionSchema } from './transactionSchema';
import { siblingUrl } from '../wire/urls';
import { defaultName, problemsBetween } from './betweenFields';
import { given } from '../wire/given';

export interface ParticipantRequest {
  readonly name: string;
  /** The prepare URL. */
  readonly url: string;
  readonly commitUrl: string;
  readonly rollbackUrl: string;
  readonly payload?: unknown;
  /** For one request of either phase. */
  readonly timeoutMs?: Ms;
}

export interface TransactionRequest {
  readonly participants: readonly ParticipantRequest[];
  /** From start to decision. */
  readonly timeoutMs?: Ms;
  readonly onCommitFailure?: 'retry' | 'rollback';
  /** At least one, in the order in which they are acquired. */
  readonly locks?: readonly LockRequest[];
  /** For all of them. */
  readonly lockTimeoutMs?: Ms;
  readonly labels?: Readonly<Record<string, string>>;
  readonly notify?: NotifyRequest;
}

/** Who is told of what. */
export interface NotifyRequest {
  readonly url: string;
  /** At least one, each once, in the order of `notifyEvents`. */
  readonly on: readonly NotifyEvent[];
}

/** Of the coordinator that is asked. */
export interface RequestLimits {
  readonly maxParticipants: number;
  readonly maxRequestTimeoutMs: Ms;
}

export type ParsedRequest =
  | { readonly is: 'request'; readonly request: TransactionRequest }
  | { readonly is: 'refused'; readonly problems: readonly InputProblem[] };

/** @param body parsed JSON: an array of URLs, or the long form. */
export function parseTransactionRequest(body: unknown, limits: RequestLimits): ParsedRequest {
  const long = longForm(body);
  const at = pointersInto(body);
  const { maxParticipants, maxRequestTimeoutMs } = limits;
  const judged = withFirst(maxParticipants, long);
  const parsed = transactionSchema(maxRequestTimeoutMs).safeParse(judged);
  const problems = [
    ...problemsOfCount(long, at, maxParticipants),
    ...(parsed.success ? [] : problemsOf(parsed.error, judged, at)),
    ...problemsBetween(judged, at),
  ];
  return parsed.success && problems.length === 0
    ? { is: 'request', request: normalise(parsed.data) }
    : { is: 'refused', problems: limitProblems(problems) };
}

/** The same for equal requests, in whichever form and order of members they came (I6): SHA-256, hex. */
export function requestHash(request: TransactionRequest): string {
  return createHash('sha256').update(canonicalJson(request)).digest('hex');
}

/** Both forms as one shape: an object, whose participants are objects. */
function longForm(body: unknown): unknown {
  const object: unknown = Array.isArray(body) ? { participants: body as unknown[] } : body;
  if (typeof object !== 'object' || object === null) return object;
  const participants = participantsOf(object);
  return participants === undefined ? object : { ...object, participants: participants.map(asObject) };
}

function asObject(participant: unknown): unknown {
  return typeof participant === 'string' ? { url: participant } : participant;
}

function participantsOf(object: unknown): readonly unknown[] | undefined {
  if (typeof object !== 'object' || object === null || !Object.hasOwn(object, 'participants'))
    return undefined;
  const { participants } = object as { participants: unknown };
  return Array.isArray(participants) ? participants : undefined;
}

/** Where in the body as it was sent a path of the long form is. */
function pointersInto(body: unknown): (path: readonly PropertyKey[]) => string {
  const sent: readonly unknown[] | undefined = Array.isArray(body) ? body : participantsOf(body);
  return path => {
    const [first, index, ...rest] = path;
    if (first !== 'participants') return pointer(path);
    const inString = typeof index === 'number' && typeof sent?.[index] === 'string';
    const inside = [...(index === undefined ? [] : [index]), ...(inString ? [] : rest)];
    return pointer(Array.isArray(body) ? inside : [first, ...inside]);
  };
}

/** A body may hold tens of thousands of participants, each with its own problems: no more are looked at than there may be. */
function withFirst(most: number, long: unknown): unknown {
  const participants = participantsOf(long);
  if (participants === undefined || participants.length <= most) return long;
  return { ...(long as object), participants: participants.slice(0, most) };
}

function problemsOfCount(
  long: unknown,
  at: (path: readonly PropertyKey[]) => string,
  most: number,
): InputProblem[] {
  const count = participantsOf(long)?.length;
  if (count === undefined || (count > 0 && count <= most)) return [];
  const message = `must name 1 to ${most} participants, not ${count}`;
  return [{ pointer: at(['participants']), message }];
}

function normalise(input: TransactionInput): TransactionRequest {
  const { timeoutMs, onCommitFailure, locks = [], lockTimeoutMs, labels, notify } = input;
  return {
    participants: input.participants.map(normaliseParticipant),
    ...given({ timeoutMs, onCommitFailure }),
    ...(locks.length === 0 ? {} : { locks: [...locks].sort(byResource) }),
    ...given({ lockTimeoutMs }),
    ...(labels === undefined || Object.keys(labels).length === 0 ? {} : { labels }),
    ...(notify === undefined ? {} : { notify: normaliseNotify(notify) }),
  };
}

/** What is meant where nothing is said of it is part of the request, not a default of the server. */
function normaliseNotify({ url, on = ['outcome'] }: NonNullable<TransactionInput['notify']>): NotifyRequest {
  return { url, on: notifyEvents.filter(event => on.includes(event)) };
}

function normaliseParticipant(input: ParticipantInput, index: number): ParticipantRequest {
  return {
    name: input.name ?? defaultName(index),
    url: input.url,
    commitUrl: input.commitUrl ?? siblingUrl(input.url, 'commit'),
    rollbackUrl: input.rollbackUrl ?? siblingUrl(input.url, 'rollback'),
    ...given({ payload: input.payload, timeoutMs: input.timeoutMs }),
  };
}
