/** Owns what the drill's transactions are: what each locks, how long it waits, and what befalls it. */
import { type LockRequest } from '../../../src/protocol/wire/locks';
import { newResource } from '../support';

/**
 * `hasty`: has little time for its locks. `refused`: one of its participants votes no. `aborted`, `terminated`: by a client,
 * or from outside in Temporal and later recovered, once it is seen `struckIn` that state.
 */
export type Fate = 'plain' | 'hasty' | 'refused' | 'aborted' | 'terminated';
export type StruckIn = 'acquiringLocks' | 'preparing' | 'committing';

export interface Plan {
  readonly fate: Fate;
  readonly struckIn: StruckIn;
  readonly locks: readonly LockRequest[];
  readonly timeoutMs: number;
  readonly lockTimeoutMs: number;
  /** The longest that a participant takes to answer. */
  readonly answerWithinMs: number;
}

export const hotResources: readonly string[] = Array.from({ length: 10 }, (_, n) => newResource(`hot-${n}`));

/** Of two hundred. */
const fates: Readonly<Record<Fate, number>> = {
  plain: 124,
  hasty: 20,
  refused: 14,
  aborted: 16,
  terminated: 26,
};
const exclusiveOf = 0.75;

/** Where a prepare may be lost, the lock is kept until the deadline has passed (I4): it has to come soon. */
const patience = { timeoutMs: 10_000, lockTimeoutMs: 9000 };
const longPatience = { timeoutMs: 40_000, lockTimeoutMs: 35_000 };

/** As many as there are to be, or nearly; in an order of chance. */
export function drawPlans(transactions: number, random: () => number): Plan[] {
  const all = Object.entries(fates).flatMap(([fate, count]) =>
    Array.from({ length: Math.round((count * transactions) / 200) }, () => draw(fate as Fate, random)),
  );
  return all
    .map(plan => ({ plan, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ plan }) => plan);
}

function draw(fate: Fate, random: () => number): Plan {
  const any = (below: number): number => Math.floor(random() * below);
  const first = any(hotResources.length);
  const second = (first + 1 + any(hotResources.length - 1)) % hotResources.length;
  const states = fate === 'aborted' ? struckBeforeDecision : struckAnywhere;
  const isStruck = fate === 'aborted' || fate === 'terminated';
  return {
    fate,
    struckIn: states[any(states.length)] ?? 'preparing',
    locks: [first, second].map(n => ({
      resource: hotResources[n] ?? '',
      mode: random() < exclusiveOf ? 'exclusive' : 'shared',
    })),
    ...(fate === 'plain' ? longPatience : patience),
    ...(fate === 'hasty' ? { lockTimeoutMs: 200 + any(1500) } : {}),
    answerWithinMs: isStruck ? 800 : 60,
  };
}

const struckBeforeDecision: readonly StruckIn[] = ['acquiringLocks', 'preparing'];
const struckAnywhere: readonly StruckIn[] = [...struckBeforeDecision, 'committing'];
