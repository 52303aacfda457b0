/**
 * Owns making a broken transaction's script small. fast-check would play one candidate after the other, each for seconds;
 * here all that are one step smaller are played at once, and the smallest that is still broken is the next.
 */
import { type Scene, play } from './play';
import { type ParticipantScript, type TransactionScript } from './script';
import { violations } from './verdict';

const mostSteps = 12;

export interface Smallest {
  readonly script: TransactionScript;
  readonly broken: readonly string[];
}

export async function shrink(scene: Scene, found: Smallest): Promise<Smallest> {
  let smallest = found;
  for (let step = 0; step < mostSteps; step += 1) {
    const next = await smaller(scene, smallest.script);
    if (next === undefined) break;
    smallest = next;
  }
  return smallest;
}

async function smaller(scene: Scene, script: TransactionScript): Promise<Smallest | undefined> {
  const seen = await play(scene, { transactions: candidates(script), restartsAfterMs: [] });
  const broken = seen.map(each => ({ script: each.script, broken: violations(each) }));
  return broken.filter(each => each.broken.length > 0).sort((a, b) => sizeOf(a.script) - sizeOf(b.script))[0];
}

function sizeOf(script: TransactionScript): number {
  return JSON.stringify(script).length;
}

/** In each, something is gone: a participant, an operator, the troubles of a phase, the last trouble of a phase. */
function candidates(script: TransactionScript): TransactionScript[] {
  const { participants, operators } = script;
  const calm = participants.map(p => ({ ...p, trouble: { prepare: [], commit: [], rollback: [] } }));
  const all = [
    { ...script, participants: calm },
    { ...script, operators: [] },
    ...participants.map((_, nth) => ({ ...script, participants: without(participants, nth) })),
    ...operators.map((_, nth) => ({ ...script, operators: without(operators, nth) })),
    ...participants.flatMap((each, nth) =>
      calmer(each).map(p => ({ ...script, participants: participants.with(nth, p) })),
    ),
  ];
  return all.filter(each => each.participants.length > 0 && sizeOf(each) < sizeOf(script));
}

function without<T>(list: readonly T[], nth: number): T[] {
  return list.filter((_, index) => index !== nth);
}

function calmer(participant: ParticipantScript): ParticipantScript[] {
  const { trouble } = participant;
  const phases = ['prepare', 'commit', 'rollback'] as const;
  return phases.flatMap(phase =>
    [[], trouble[phase].slice(0, -1)].map(list => ({
      ...participant,
      trouble: { ...trouble, [phase]: list },
    })),
  );
}
