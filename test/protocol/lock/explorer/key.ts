/**
 * Owns when two worlds count as one: instants count from now, tokens by their order and by whether the clock has passed them, what a
 * lease sent from the last it sent; and who is who among agents of one kind is left out. Everything of one agent makes one block
 * of the key, with its places in the queues.
 */
import { numberOf } from '../../exploring/numberOf';
import { type Agent, type Message, type Work, type World, rememberedMs } from './world';

/** Without what may still fail: what follows if nothing does, does not depend on it. */
export function keyOf(world: World): string {
  const known = keys.get(world);
  if (known !== undefined) return known;
  const from = ages(world);
  const queues = queuesOf(world);
  const blocks = world.agents
    .map(agent => numberOf(blockOf(world, agent, queues.get(agent.name) ?? '')))
    .sort();
  const { lastToken } = world.lock;
  const forgotten = lastToken === world.greatest ? '' : passed(world.greatest, world);
  const key = `${from(world.wakesAt)},${passed(lastToken, world)},${forgotten}:${blocks.join()}`;
  keys.set(world, key);
  return key;
}

const keys = new WeakMap<World, string>();

export function budgetOf({ left }: World): string {
  return Object.values(left).join();
}

/** By how much a token is ahead of what the clock would give. */
function passed(token: number, { now }: World): string {
  return String(Math.max(token - now * 1000, -1));
}

/** Everything around the lock that is one agent's, as text. */
function blockOf(world: World, agent: Agent, queues: string): string {
  const { name, sent, token, holdsUntil, mode, is, phase, life } = agent;
  const from = ages(world);
  const facts = [agent.gaveBack, agent.seenRunning, agent.untold, agent.waitedFor].map(Number).join('');
  const held = world.lock.holders.find(each => each.holder === name)?.fencingToken;
  const hasHeard = Number(agent.heardOf === held);
  const seesOf = ({ sees }: Message): string => (sees === undefined ? '' : ` sees ${String(sees === held)}`);
  const own = `${is} ${mode} ${phase} ${life} ${facts}${String(hasHeard)} ${from(holdsUntil)} ${token === 0 ? 0 : rankOf(world, token)}`;
  const sends = world.messages
    .filter(each => each.holder === name)
    .map(
      each =>
        `${each.is}${String(each.sentAt - sent)}${seesOf(each)}@${is === 'lease' ? from(each.at) : since(world, each.at)}`,
    )
    .sort();
  const hears = world.answers.filter(each => each.to === name).map(({ answer }) => answerOf(world, answer));
  const place = world.arrivals.indexOf(name);
  const ran = place < 0 ? '' : since(world, agent.ranAt);
  const waits = `${String(place)} ${ran} ${String(world.unanswered.includes(name))}`;
  const works = world.works.map(each => workOf(each, name));
  return `${own};${queues};${waits};${sends.join()};${hears.join()};${works.sort().join()}`;
}

function workOf(work: Work, name: string): string {
  const cancelled = work.cancelled ? '-' : '+';
  if (work.do === 'tell') return work.holder === name ? `t${cancelled}${String(work.delivered ?? '')}` : '';
  if (!work.at.includes(name)) return '';
  return `l${cancelled}${work.saw?.find(each => each.holder === name)?.saw ?? ''}`;
}

function answerOf(world: World, answer: World['answers'][number]['answer']): string {
  if (answer.is !== 'granted') return answer.is;
  const toBeSeen = answer.toBeSeen === true ? '?' : '';
  return `${String(rankOf(world, answer.fencingToken))}@${ages(world)(answer.expiresAt)}${toBeSeen}`;
}

/** What the lock knows of each; whatever it is, so that a field that the core gains tells states apart. */
function queuesOf(world: World): Map<string, string> {
  const { holders, waiters, tombstones } = world.lock;
  const texts = new Map<string, string>();
  for (const queue of [holders, waiters, tombstones])
    for (const [at, entry] of queue.entries()) {
      const sent = world.agents.find(each => each.name === entry.holder)?.sent ?? 0;
      const before = texts.get(entry.holder) ?? '';
      const kind = queue === holders ? 'h' : queue === waiters ? 'w' : 't';
      texts.set(entry.holder, `${before}${kind}${String(at)}${entryOf(world, entry, sent)}`);
    }
  return texts;
}

/** Names, and what does not change or is not read, are left out. */
const leftOut = new Set(['holder', 'since', 'claim', 'mode']);
const instants = new Set(['expiresAt', 'until', 'lookAt', 'lookAgainAt']);
const ownClock = new Set(['asOf', 'sentAt']);

function entryOf(world: World, entry: object, sent: number): string {
  let text = '';
  for (const [field, value] of Object.entries(entry) as [string, unknown][]) {
    if (leftOut.has(field)) continue;
    text += `${field}=${valueOf(world, { field, value, sent })} `;
  }
  return text;
}

interface Field {
  readonly field: string;
  readonly value: unknown;
  readonly sent: number;
}

function valueOf(world: World, { field, value, sent }: Field): string {
  if (typeof value !== 'number') return String(value);
  if (instants.has(field)) return ages(world)(value);
  if (field === 'ranAt') return since(world, value);
  if (field === 'sentAt' && sent === 0) return ''; // of a transaction: whenever it arrived
  if (ownClock.has(field)) return String(value - sent);
  return String(field === 'fencingToken' ? rankOf(world, value) : Math.min(value, 5));
}

function ages({ now }: World): (at: number | undefined) => string {
  return at => (at === undefined ? '' : String(Math.max(at - now, -5000)));
}

/** Of a transaction that ran then; however long ago, it is not believed. */
function since({ now }: World, at: number): string {
  return String(Math.max(at - now, -2 * rememberedMs));
}

/** Tokens are compared with each other only. */
function rankOf({ lock, agents }: World, token: number): number {
  const known = [...lock.holders.map(each => each.fencingToken), ...agents.map(each => each.token)];
  return new Set(known.filter(each => each > 0 && each < token)).size;
}
