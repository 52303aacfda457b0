/**
 * Owns what an operator's action would come to, without doing it: the very event is applied to the state, and what the driver would cut
 * off for it ends as cut off. Nothing is judged here; the document and what follows are projections of the states that come of it.
 *
 * Of a call that is cut off the worst is assumed, as of any that brought no answer: in truth it may end with its answer.
 */
import { type TransactionDocument } from '../client/document';
import { type Follows } from '../client/foreseen';
import { unknownExposure } from '../wire/answers';
import { given } from '../wire/given';
import { type Ms } from '../wire/phases';
import { apply } from './apply';
import { documentOf } from './document';
import { type Ending, type Event, type OperatorEvent } from './events';
import { heldLocks, toRelease } from './locking';
import { judge } from './operator';
import { heuristicOf, heuristicOfOne } from './outcome';
import { openKeys } from './shown';
import { type Participant, type Transaction } from './state';
import { wanted } from './wanted';

export type Foreseen =
  | { readonly is: 'conflict'; readonly why: string }
  | {
      readonly is: 'foreseen';
      /** Right after the action, before anything is cut off: what it would be answered with. */
      readonly document: TransactionDocument;
      /** The own calls that the document counts as open, by their keys. */
      readonly open: readonly string[];
      readonly follows: Follows;
    };

export function foresee(t: Transaction, event: OperatorEvent, now: Ms): Foreseen {
  const verdict = judge(t, event);
  if (verdict.is === 'conflict') return verdict;
  const after = apply(t, event, now);
  const settled = cutOff(after, now);
  return { is: 'foreseen', document: documentOf(after), open: openKeys(after), follows: followsOf(settled) };
}

function followsOf(t: Transaction): Follows {
  const released = new Set(toRelease(t));
  return {
    decision: t.decision ?? null,
    ...given({ heuristic: heuristicOf(t) }),
    inconsistent: t.participants.filter(p => heuristicOfOne(t, p) !== undefined).map(p => p.target.name),
    locksFree: heldLocks(t)
      .map(({ resource }) => resource)
      .filter(resource => released.has(resource)),
    ends: t.stage === 'ended',
  };
}

/** As the driver does: what is under way and no longer wanted ends, and what follows from that may leave more unwanted. */
function cutOff(t: Transaction, now: Ms): Transaction {
  const unwanted = endOfUnwanted(t);
  return unwanted === undefined ? t : cutOff(apply(t, unwanted, now), now);
}

function endOfUnwanted(t: Transaction): Event | undefined {
  const work = wanted(t);
  const { call } = t.locking ?? {};
  if (call !== undefined && !work.some(each => each.do === 'acquireLocks'))
    return { type: 'locksAnswered', nth: call.nth, held: [], ending: { is: 'gaveUp' } };
  const asked = new Set(work.flatMap(each => (each.do === 'round' || each.do === 'own' ? each.to : [])));
  const cut = t.participants.filter(p => p.call !== undefined && !asked.has(p.target.name));
  const phase = cut[0]?.call?.phase;
  return phase === undefined ? undefined : { type: 'callsEnded', phase, endings: cut.flatMap(givenUp) };
}

function givenUp({ target, call }: Participant): Ending[] {
  if (call === undefined) return [];
  const { nth } = call;
  return [{ participant: target.name, nth, is: 'gaveUp', exposure: unknownExposure, requests: 0 }];
}
