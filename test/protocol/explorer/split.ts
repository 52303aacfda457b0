/**
 * Owns what keeps the search small: once phase two has begun and its outcome is decided, participants have nothing to do with
 * each other any more, so each is followed alone: a sum of states, not a product.
 *
 * They still share four things. The clock and `retryNow` come to each at any moment, in its own search as in the whole. A lost
 * round and the timer for `quietAt` come to all at once: alone, each meets them at any moment of its own. Status, heuristic and
 * the end are *ands* and *ors* over participants, so alone each is judged by its own part of them, which is stricter. That a
 * core keeps its participants apart is itself checked: `whole` scenarios are searched without this (`*.long.ts`).
 */
import { type Event } from '../../../src/protocol/transaction/events';
import { type Participant, owesLateRollback } from '../../../src/protocol/transaction/state';
import { feed } from './driver';
import { type Setting, type World } from './world';

/** The world itself, or one world for each participant. */
export function split(world: World, setting: Setting): readonly World[] {
  if (world.sides.length === 1 || !isApart(world)) return [world];
  return world.sides.map((side, index) => {
    const participants = world.t.participants.filter((_, at) => at === index).map(decided);
    const quietForOthers = world.t.participants.some((p, at) => at !== index && owesLateRollback(p));
    const alone = {
      ...world,
      t: { ...world.t, participants },
      sides: [side],
      quietForOthers,
      commitSpent: true,
    };
    return side.works.length === 0 ? feed(alone, unheard, setting) : alone;
  });
}

/** Whose attempts ran out counted until the decision. */
function decided({ gaveUp: _, ...p }: Participant): Participant {
  return p;
}

/** An event that says nothing: whoever has nothing to wait for ends at once when alone. */
const unheard: Event = { type: 'misunderstood', action: '', by: '', why: '' };

function isApart({ t }: World): boolean {
  if (t.decision === undefined || !t.completing) return false;
  return t.stage === 'committing' || t.stage === 'rollingBack' || t.stage === 'ended';
}
