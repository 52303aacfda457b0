/** Owns what operators may ask for next, of what applies: that the rest changes nothing is a test of its own (`operator.test.ts`). */
import { type OperatorEvent } from '../../../src/protocol/transaction/events';
import { type ForcedOutcome } from '../../../src/protocol/transaction/state';
import { type Setting, type World, withSide } from './world';

export interface Asked {
  readonly label: string;
  readonly event: OperatorEvent;
  /** The world with one request less to come, before this one is heard. */
  readonly around: World;
}

export function* operatorEvents(world: World, setting: Setting): Generator<Asked> {
  for (const asked of all(world)) {
    if (setting.core.operator.judge(asked.around.t, asked.event).is === 'applies') yield asked;
  }
}

function* all(world: World): Generator<Asked> {
  const { operator } = world;
  const after = (action: keyof typeof operator): World => {
    return { ...world, operator: { ...operator, [action]: operator[action] - 1 } };
  };
  const by = 'somebody';
  if (operator.abort > 0) yield { label: 'abort', event: { type: 'abort', by }, around: after('abort') };
  if (operator.retryNow > 0)
    yield { label: 'retryNow', event: { type: 'retryNow', by }, around: after('retryNow') };
  if (operator.resolve > 0) yield* resolves(after('resolve'));
}

function* resolves(world: World): Generator<Asked> {
  const outcomes: readonly ForcedOutcome[] = ['committed', 'rolledback', 'unknown'];
  for (const [index, side] of world.sides.entries()) {
    const facts = { ...side.facts, forcedLate: world.time === 2 };
    const around = withSide(world, index, () => ({ ...side, facts }));
    const who = { by: 'somebody', reason: '', participant: side.name };
    for (const outcome of outcomes) {
      const event = { type: 'resolve', ...who, outcome } as const;
      yield { label: `resolve ${side.name} as ${outcome}`, event, around };
    }
  }
}
