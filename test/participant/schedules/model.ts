/**
 * Owns what may be answered: one transaction at one participant as a machine of a few states. In each state each call has
 * one answer. What is not known (a call without an answer may have done its work or not; calls at the same time have any
 * order) is a set of states that may be: an answer that none of them gives is wrong.
 */
import { opening } from '../support/rig';
import { type ScheduledCall } from './schedule';

/** XA alone: `claimed`, a record without a vote; `found`, with a prepared branch whose vote was never given. */
type Stage = 'none' | 'claimed' | 'found' | 'prepared' | 'committed' | 'rolledback' | 'refused';

export interface State {
  readonly stage: Stage;
  /** Of the payload that the record is about; 0 where there is none. */
  readonly amount: number;
}

/** Nothing is known of it yet. */
export const unseen: readonly State[] = [{ stage: 'none', amount: 0 }];

/** A status that is none of these two says nothing: the work may be done or not. */
export interface Answer {
  readonly call: ScheduledCall;
  readonly status: number;
}

export type Way = 'reservation' | 'xa';

/** The states that may be after one round, of those that may be before it; none where an answer is wrong. */
export function statesAfter(before: readonly State[], answers: readonly Answer[], way: Way): State[] {
  const orders = permutations(answers);
  const starts = way === 'xa' ? before.flatMap(state => [state, ...claimsOf(state, answers)]) : before;
  return distinct(orders.flatMap(order => order.reduce((states, each) => pass(states, each, way), starts)));
}

/** What a reader outside sees gone. A prepared branch is seen by nobody. */
export function taken({ stage, amount }: State, way: Way): number {
  return stage === 'committed' || (stage === 'prepared' && way === 'reservation') ? amount : 0;
}

export function isHeld({ stage }: State): boolean {
  return stage === 'prepared' || stage === 'found';
}

/** In the XA way a prepare has two steps, and another call may come between them. */
function claimsOf(state: State, answers: readonly Answer[]): State[] {
  if (state.stage !== 'none') return [];
  const prepares = answers.filter(({ call }) => call.does === 'prepare');
  return prepares.map(({ call }) => ({ stage: 'claimed', amount: call.amount }));
}

function pass(states: readonly State[], { call, status }: Answer, way: Way): readonly State[] {
  const known = status === 200 || status === 409;
  if (!known) return distinct(states.flatMap(state => mayBeAfter(state, call, way)));
  return distinct(
    states.flatMap(state => {
      const right = answerIn(state, call);
      return right.status === status ? [right.next] : [];
    }),
  );
}

function mayBeAfter(state: State, call: ScheduledCall, way: Way): State[] {
  const { next } = answerIn(state, call);
  const stages: Stage[] = [];
  if (way === 'xa' && call.does === 'prepare') {
    if (state.stage === 'none') stages.push('claimed');
    if (next.stage === 'prepared') stages.push('found');
  }
  return [state, next, ...stages.map(stage => ({ stage, amount: call.amount }))];
}

interface Right {
  readonly status: 200 | 409;
  readonly next: State;
}

function answerIn(state: State, call: ScheduledCall): Right {
  if (call.does === 'prepare') return prepareIn(state, call);
  return call.does === 'commit' || call.does === 'settle committed' ? commitIn(state) : rollbackIn(state);
}

function prepareIn(state: State, { amount, late }: ScheduledCall): Right {
  const { stage } = state;
  const stays = (status: 200 | 409): Right => ({ status, next: state });
  if (stage === 'rolledback' || stage === 'refused') return stays(409);
  if (stage === 'committed' || stage === 'prepared') return stays(state.amount === amount ? 200 : 409);
  if (stage === 'found')
    return state.amount === amount ? { status: 200, next: { stage: 'prepared', amount } } : stays(409);
  const fits = (stage === 'none' || state.amount === amount) && amount <= opening && !late;
  return fits
    ? { status: 200, next: { stage: 'prepared', amount } }
    : { status: 409, next: { stage: 'refused', amount } };
}

function commitIn(state: State): Right {
  if (state.stage === 'prepared') return { status: 200, next: { ...state, stage: 'committed' } };
  return { status: state.stage === 'committed' ? 200 : 409, next: state };
}

function rollbackIn(state: State): Right {
  if (state.stage === 'committed') return { status: 409, next: state };
  return { status: 200, next: state.stage === 'refused' ? state : { stage: 'rolledback', amount: 0 } };
}

function distinct(states: readonly State[]): State[] {
  return [...new Map(states.map(state => [`${state.stage} ${state.amount}`, state])).values()];
}

function permutations<T>(list: readonly T[]): (readonly T[])[] {
  if (list.length < 2) return [list];
  return list.flatMap((first, nth) => permutations(list.toSpliced(nth, 1)).map(rest => [first, ...rest]));
}
