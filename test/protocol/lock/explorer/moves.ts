/** Owns what those that ask for the lock do: they ask, hear, give back, die and are taken up again. */
import { type AcquireAnswer } from '../../../../src/protocol/lock/answer';
import { type Agent, type Message, type World, agentOf, change } from './world';

export const unheld = { token: 0, holdsUntil: 0 };
const waits = { phase: 'waits', ...unheld } as const;

/** A transaction may have been told of its grant before it hears that it has to wait. */
export function hear(world: World, name: string, answer: AcquireAnswer | undefined): World {
  const { is, phase } = agentOf(world, name);
  const transaction = is === 'transaction';
  if (answer?.is === 'waits') return transaction && phase === 'holds' ? world : change(world, name, waits);
  if (answer?.is === 'granted') {
    const { fencingToken, expiresAt, toBeSeen = false } = answer;
    if (toBeSeen) return see(world, name, fencingToken);
    return change(world, name, {
      ...{ phase: 'holds', token: fencingToken, heardOf: fencingToken },
      holdsUntil: expiresAt ?? 0,
    });
  }
  return transaction ? giveBack(world, name) : change(world, name, { phase: 'over' });
}

export function ask(world: World, name: string): World {
  return sendAcquire(change(world, name, { phase: 'asking', gaveBack: false }), name);
}

export function sendAcquire(world: World, name: string): World {
  return send(world, name, 'acquire');
}

/** Sent as at first, so that a release in between ends it. */
function see(world: World, holder: string, sees: number): World {
  const { sent: sentAt } = agentOf(world, holder);
  const sending = put(world, { is: 'acquire', holder, sentAt, sees, at: world.now });
  return change(sending, holder, { phase: 'asking', heardOf: sees, ...unheld });
}

/** A lease's messages carry its own clock; a transaction never asks again once it has released. */
function send(world: World, holder: string, is: Message['is']): World {
  const { is: kind, sent } = agentOf(world, holder);
  const sentAt = kind === 'lease' ? sent + 1 : 0;
  const message = { is, holder, sentAt, at: kind === 'lease' || is === 'acquire' ? world.now : 0 };
  return change(put(world, message), holder, { sent: sentAt });
}

/** Of copies one is enough; a transaction's acquires are told apart by when they were begun. */
function put(world: World, message: Message): World {
  const { is, holder, sentAt, sees, at } = message;
  const transaction = agentOf(world, holder).is === 'transaction';
  const known = world.messages.some(
    each =>
      each.is === is &&
      each.holder === holder &&
      each.sentAt === sentAt &&
      each.sees === sees &&
      (!transaction || each.at === at),
  );
  return known ? world : { ...world, messages: [...world.messages, message] };
}

/** From `endedAt` on it uses the lock no longer. */
export function giveBack(world: World, name: string): World {
  const answers = world.answers.filter(each => each.to !== name);
  return send(change({ ...world, answers }, name, { phase: 'releasing', ...unheld }), name, 'release');
}

export function terminate(world: World, name: string): World {
  const answers = world.answers.filter(each => each.to !== name);
  const transaction = agentOf(world, name).is === 'transaction';
  const to = transaction ? ({ life: 'down' } as const) : ({ phase: 'over', ...unheld } as const);
  return change({ ...world, answers }, name, to);
}

/** One that had not got its locks rolls back; one that had goes on with them. */
export function resume(world: World, { name, phase }: Agent): World {
  const up = change(world, name, { life: 'up' });
  return phase === 'holds' || phase === 'over' ? up : giveBack(up, name);
}
