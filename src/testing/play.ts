/** Owns one run: a participant made anew, the transactions of a schedule with it, and what it broke of its promise. */
import { type TransactionDocument } from '../protocol/client/document';
import { type Posted } from '../protocol/client/posted';
import { type Ms } from '../protocol/wire/phases';
import { type Limits } from './accepted';
import { NeedsAttention, createWatched, type WatchedCoordinator } from './coordinator';
import { Judge, type Violation } from './judge';
import { type Arrival } from './network';
import { type Handler } from './receivers';
import { type PlannedTransaction, type Schedule, again, calm, other, subject } from './schedules';

/** As the kit's `participant.prepared` has it. */
export type PreparedList = (page: { readonly limit: number; readonly cursor?: string }) => Promise<{
  readonly prepared: readonly { readonly transactionId: string; readonly participant: string }[];
  readonly next?: string;
}>;

/** A participant with nothing in it yet. One of `handler` and `url` says where it is. */
export interface ParticipantUnderTest {
  /** In this process: takes what `fetch` takes. The kit's `participant.handle` is one. */
  readonly handler?: Handler;
  /** The prepare URL of one that listens. */
  readonly url?: string;
  /** Ends and starts it, as a crash would: what it did not write down is gone. */
  readonly restart?: () => unknown;
  /** Its list of what is in doubt; the kit's `participant.prepared`. */
  readonly prepared?: PreparedList;
  /** At the end of a run; throws where the service's own data are not as the transactions ended. */
  readonly verify?: (documents: readonly TransactionDocument[]) => unknown;
  readonly close?: () => unknown;
}

export type MakeParticipant = () => ParticipantUnderTest | Promise<ParticipantUnderTest>;

export interface PlayOptions {
  /** One that it must say yes to. */
  readonly payload?: unknown;
  /** One that it must say no to; without it that is not played. */
  readonly refusedPayload?: unknown;
  readonly limits?: Partial<Limits>;
  /** In real time: who has not answered by then is taken for one that hangs. Default 1,000. */
  readonly patienceMs?: Ms;
}

export interface Played {
  readonly violation?: Violation;
  readonly story: readonly string[];
  readonly requests: number;
}

export async function play(
  make: MakeParticipant,
  schedule: Schedule,
  { options, seed }: { readonly options: PlayOptions; readonly seed: number },
): Promise<Played> {
  const participant = await make();
  try {
    return await playWith(participant, schedule, { options, seed });
  } finally {
    await participant.close?.();
  }
}

async function playWith(
  participant: ParticipantUnderTest,
  schedule: Schedule,
  { options, seed }: { readonly options: PlayOptions; readonly seed: number },
): Promise<Played> {
  const { transactions, faults } = schedule;
  const isAlone = transactions.length === 1 && transactions[0]?.twice !== true;
  const judge = new Judge(nth => ({ refused: transactions[nth - 1]?.refused === true, alone: isAlone }));
  let requests = 0;
  const isSubject = (name: string): boolean => name === subject || name === again;
  const patienceMs = options.patienceMs ?? 1_000;
  const isProvisional = transactions.some(({ provisional }) => provisional);
  const coordinator = createWatched(
    {
      ...{ seed, faults, patienceMs },
      limits: { ...options.limits, ...(isProvisional ? { completionAttempts: 2 } : {}) },
    },
    {
      ...(participant.restart === undefined ? {} : { restart: participant.restart }),
      onArriving: branch => {
        if (isSubject(branch.split('/')[1] ?? '')) judge.arriving(branch);
      },
      onArrival: async arrival => {
        if (!isSubject(arrival.participant)) return;
        requests += 1;
        judge.arrived(arrival);
        if (participant.prepared !== undefined)
          await coordinator.clock.standDuring(lookAtList(participant.prepared, judge, arrival), patienceMs);
      },
    },
  );
  try {
    const table = seatsAt(coordinator, participant);
    const running = transactions.map(planned => begin(coordinator, planned, { table, options }));
    const documents = await coordinator.clock.run(settled(running));
    const [broken = outcomeOf(schedule, documents)] = judge.violations;
    const violation = broken ?? (await verified(participant, documents));
    return { story: coordinator.story(), requests, ...(violation === undefined ? {} : { violation }) };
  } catch (error) {
    if (!(error instanceof NeedsAttention)) throw error;
    const [violation = { rule: 'ends', what: error.message }] = judge.violations;
    return { story: coordinator.story(), requests, violation };
  } finally {
    await coordinator.close();
  }
}

/** All are over before a failure of one is told: none goes on behind the back of the next run. */
async function settled<T>(running: readonly Promise<T>[]): Promise<T[]> {
  const all = await Promise.allSettled(running);
  const failed = all.find(each => each.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return Promise.all(running);
}

type Seat = (planned: PlannedTransaction) => string;

interface Table {
  readonly subject: string;
  readonly again: string;
  readonly other: Seat;
}

function seatsAt(coordinator: WatchedCoordinator, { handler, url }: ParticipantUnderTest): Table {
  if ((handler === undefined) === (url === undefined))
    throw new TypeError('a participant has either a handler or a url');
  const seat = (name: string): string =>
    handler === undefined
      ? `${url ?? ''}${name === again ? '?again' : ''}`
      : coordinator.participant(name, handler);
  return {
    subject: seat(subject),
    again: seat(again),
    other: ({ other: { vote, takesMs } }) =>
      coordinator.participant(`${other}-${vote}-${String(takesMs)}`, rightOne(vote), { takesMs }),
  };
}

function rightOne(vote: 'yes' | 'no'): Handler {
  return request =>
    new Response(null, { status: vote === 'no' && request.url.endsWith('/prepare') ? 409 : 200 });
}

/** Longer than the first repeat of a request takes, and shorter than any time-out. */
const hastyMs: Ms = 300;

async function begin(
  { clock, start }: WatchedCoordinator,
  planned: PlannedTransaction,
  { table, options }: { readonly table: Table; readonly options: PlayOptions },
): Promise<TransactionDocument> {
  const payload = planned.refused ? options.refusedPayload : options.payload;
  const members = payload === undefined ? {} : { payload };
  const request: Posted = {
    participants: [
      { url: table.subject, name: subject, ...members },
      ...(planned.twice ? [{ url: table.again, name: again, ...members }] : []),
      { url: table.other(planned), name: other },
    ],
    ...(planned.hasty ? { timeoutMs: hastyMs } : {}),
    onCommitFailure: planned.provisional ? 'rollback' : 'retry',
  };
  if (planned.startAfterMs > 0) await clock.sleep(planned.startAfterMs);
  return start(request);
}

async function lookAtList(list: PreparedList, judge: Judge, { participant }: Arrival): Promise<void> {
  const before = judge.standings();
  const listed = await namesIn(list);
  for (const [branch, standing] of judge.standings()) {
    if (before.get(branch) !== standing) continue;
    const isListed = listed.has(branch);
    const what = (says: string): string =>
      `the list of ${participant} ${says} ${branch}, which is ${standing}: whoever looks for what is in doubt is misled`;
    if (standing === 'prepared' && !isListed)
      judge.violations.push({ rule: 'list', what: what('does not have') });
    if (isListed && (standing === 'committed' || standing === 'rolledback' || standing === 'refused'))
      judge.violations.push({ rule: 'list', what: what('has') });
  }
}

/** A page for each entry, so that pages are seen to follow. */
async function namesIn(list: PreparedList): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  let cursor: string | undefined;
  do {
    const page = await list({ limit: 1, ...(cursor === undefined ? {} : { cursor }) });
    for (const { transactionId, participant } of page.prepared) names.add(`${transactionId}/${participant}`);
    cursor = page.next;
  } while (cursor !== undefined && names.size < 100);
  return names;
}

function outcomeOf(schedule: Schedule, [document]: readonly TransactionDocument[]): Violation | undefined {
  const isCalm = schedule.faults.length === 0 && JSON.stringify(schedule) === JSON.stringify(calm);
  if (!isCalm || document === undefined || document.status === 'committed') return undefined;
  const why = document.reason?.detail ?? document.reason?.code ?? '';
  return { rule: 'calm', what: `nothing goes wrong, and the transaction is rolled back: ${why}` };
}

async function verified(
  { verify }: ParticipantUnderTest,
  documents: readonly TransactionDocument[],
): Promise<Violation | undefined> {
  try {
    await verify?.(documents);
    return undefined;
  } catch (error) {
    return { rule: 'verify', what: error instanceof Error ? error.message : String(error) };
  }
}
