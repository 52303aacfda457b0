/**
 * Owns what a transaction's page says first: in one sentence what goes on, and what to do about it. The words are those of docs/OPERATIONS.md
 * ("States"); no clock and no browser is in here, so that tests read it as it is.
 */
import { type ParticipantDocument, type TransactionDocument } from '../src/protocol/client/document';
import { duration, listed } from './words';

export interface Story {
  /** `bad`: a person is needed. `busy`: it goes on by itself. `good`: over, as decided. `odd`: over, otherwise than decided. */
  readonly tone: 'bad' | 'busy' | 'good' | 'odd';
  readonly what: string;
  readonly todo: string;
}

type Told = Pick<Story, 'what' | 'todo'>;

const nothing = 'Nothing has to be done.';

/** Whom phase two waits for: who may be settled by hand. Who acknowledged, and is in trouble with its late rollback, is one of them. */
export function outstanding({
  participants,
  needsAttention,
  lateRollback,
}: Pick<TransactionDocument, 'participants' | 'needsAttention' | 'lateRollback'>): ParticipantDocument[] {
  const late = needsAttention ? (lateRollback?.participants ?? []) : [];
  return participants.filter(
    ({ name, state }) =>
      state === 'committing' || state === 'rollingBack' || (state !== 'forced' && late.includes(name)),
  );
}

export function storyOf(document: TransactionDocument, now: number): Story {
  const { endedAt, needsAttention, heuristic, paused, stalled, state } = document;
  if (endedAt !== undefined) return { tone: heuristic === undefined ? 'good' : 'odd', ...ended(document) };
  const isStuck = needsAttention || paused !== undefined || stalled !== undefined;
  const tone = isStuck || state === 'interrupted' ? 'bad' : 'busy';
  return { tone, ...(notDriven(document) ?? running(document, now)) };
}

function ended({ status, heuristic, participants, reason, createdAt, endedAt }: TransactionDocument): Told {
  const took = endedAt === undefined ? '' : ` after ${duration(Date.parse(endedAt) - Date.parse(createdAt))}`;
  const outcome = status === 'committed' ? 'Committed' : 'Rolled back';
  const why = reason === undefined ? '' : `: ${becauseOf(reason)}`;
  const what = `${outcome} everywhere${took}${why}.`;
  if (heuristic === undefined) return { what, todo: nothing };
  const against = listed(participants.filter(each => each.heuristic !== undefined).map(({ name }) => name));
  const how =
    heuristic === 'mixed'
      ? `${against || 'a participant'} ended otherwise`
      : `nobody knows how ${against || 'a participant'} ended`;
  return {
    what: `${outcome}${took}, but ${how}${why}.`,
    todo: `Somebody who knows ${against || 'that service'} has to compare what it has with the decision, and mend it by hand.`,
  };
}

/** Nobody drives it. */
function notDriven({ state, paused, stalled }: TransactionDocument): Told | undefined {
  if (paused !== undefined) {
    const by = paused.by === undefined ? 'Somebody' : paused.by;
    return { what: `${by} paused it in Temporal: nothing happens.`, todo: `Let it go on: ${paused.unpause}` };
  }
  if (stalled !== undefined)
    return {
      what: `It stands still: its workflow tasks keep failing (${stalled.error.message}).`,
      todo: stalled.whatToDo,
    };
  if (state !== 'interrupted') return undefined;
  return {
    what: 'Its run was ended from outside in Temporal.',
    todo: 'The orphan sweep takes it up again by itself; Orphans shows when, and can sweep now.',
  };
}

function running(document: TransactionDocument, now: number): Told {
  const { state, decision } = document;
  if (state === 'acquiringLocks') return lockingOf(document);
  if (state === 'preparing') return preparingOf(document, now);
  if (state === 'committing' && decision === null) return provisionalOf(document);
  return completingOf(document, now);
}

function lockingOf({ locks = [] }: TransactionDocument): Told {
  const waiting = locks.find(lock => lock.state === 'waiting');
  const holders = waiting?.heldBy ?? [];
  const has = holders.length > 0 ? `, which ${listed(holders)} has` : '';
  return {
    what:
      waiting === undefined
        ? 'It is about to take its locks.'
        : `It waits for the lock ${waiting.resource}${has}. Nobody has been asked yet.`,
    todo: 'It gives up by itself when its lock timeout is over. To end it now, abort it.',
  };
}

function preparingOf({ participants, decideBy }: TransactionDocument, now: number): Told {
  const silent = participants.filter(({ vote, state }) => vote === undefined && state !== 'unanswered');
  const left = Math.max(Date.parse(decideBy) - now, 0);
  const whom =
    silent.length === 0
      ? 'All votes are in.'
      : `It waits for the ${silent.length === 1 ? 'vote' : 'votes'} of ${listed(silent.map(({ name }) => name))}.`;
  return { what: whom, todo: `It decides within ${duration(left)} by itself. To end it now, abort it.` };
}

function provisionalOf(document: TransactionDocument): Told {
  const names = listed(outstanding(document).map(({ name }) => name));
  return {
    what: `Everybody voted yes; commit is provisional until ${names || 'everybody'} has acknowledged.`,
    todo: 'It commits, or gives up and rolls back, by itself.',
  };
}

function completingOf(document: TransactionDocument, now: number): Told {
  const { decision, reason, lateRollback, needsAttention } = document;
  const waiting = outstanding(document);
  const decided =
    decision === 'rollback'
      ? `Rollback is decided${reason === undefined ? '' : ` (${becauseOf(reason)})`}`
      : 'Commit is decided';
  const verb = decision === 'rollback' ? 'rollback' : 'commit';
  if (waiting.length === 0 && lateRollback !== undefined) {
    const left = Date.parse(lateRollback.at) - now;
    const when = left > 0 ? `in ${duration(left)}` : 'now';
    return {
      what: `${decided}; one more rollback goes to ${listed(lateRollback.participants)} ${when}, since a prepare may arrive late.`,
      todo: `It ends once that is acknowledged, and its locks with it.${left > 0 ? ' No action ends it sooner than then.' : ''}`,
    };
  }
  const names = listed(waiting.map(({ name }) => name));
  if (waiting.length === 0) return { what: `${decided}.`, todo: 'It is about to end.' };
  const lately = waiting.map(each => each.lastError?.message).find(message => message !== undefined);
  return {
    what: `${decided}, but ${names} ${waiting.length === 1 ? 'has' : 'have'} not acknowledged the ${verb}${lately === undefined ? '' : `: ${lately}`}.`,
    todo: needsAttention ? toMend(waiting) : 'It goes on by itself.',
  };
}

/** Its answer says something else than that it is away, or busy (docs/OPERATIONS.md, `lastError.code`). */
const answersWrong = ['refused', 'unexpectedStatus', 'brokenHttp', 'tooLarge', 'notJson'];

/** Who answers has not to be got running, and whom we may not call least of all. */
function toMend(waiting: readonly ParticipantDocument[]): string {
  const isWrong = ({ lastError }: ParticipantDocument): boolean =>
    answersWrong.includes(lastError?.code ?? '');
  const isForbidden = ({ lastError }: ParticipantDocument): boolean => lastError?.code === 'policy';
  const namesOf = (of: readonly ParticipantDocument[]): string => listed(of.map(({ name }) => name));
  const [wrong, forbidden] = [waiting.filter(isWrong), waiting.filter(isForbidden)];
  const away = waiting.filter(each => !isWrong(each) && !isForbidden(each));
  return [
    away.length > 0 &&
      `Get ${namesOf(away)} running: it then ends by itself. Retry asks at once; if ${away.length === 1 ? 'that service never comes back' : 'they never come back'}, settle by hand.`,
    wrong.length > 0 &&
      `${namesOf(wrong)} ${wrong.length === 1 ? 'runs, but gives' : 'run, but give'} the wrong answer, which will hardly mend itself: somebody who knows that service looks what it has under this transaction's id. Mended, it ends by itself; else settle by hand what it has.`,
    forbidden.length > 0 &&
      `This coordinator may not call ${namesOf(forbidden)}: see DTC_ALLOWED_PARTICIPANTS. Once it may, it ends by itself; else settle by hand.`,
  ]
    .filter(each => each !== false)
    .join(' ');
}

const reasons: Readonly<Record<string, string>> = {
  refused: 'voted no',
  unavailable: 'brought no vote in its attempts',
  deadline: 'brought no vote in time',
  aborted: 'it was aborted',
  lockTimeout: 'a lock did not come free in time',
  commitFailure: 'did not acknowledge commit',
};

export function becauseOf({ code, participant, detail }: NonNullable<TransactionDocument['reason']>): string {
  const words = reasons[code] ?? code;
  const who =
    participant === undefined
      ? code === 'deadline'
        ? 'the last vote came too late'
        : words
      : `${participant} ${words}`;
  return detail === undefined ? who : `${who}: ${detail}`;
}
