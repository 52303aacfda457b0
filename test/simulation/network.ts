/**
 * Owns the way of each request to a participant and back, and what is true of it: what was sent, what arrived, what was heard. What a
 * participant does is said by the explorers' services.
 */
import { type OutboundRequest } from '../../src/outbound/contract';
import { type Reply } from '../../src/protocol/wire/answers';
import { type Ms, type Phase } from '../../src/protocol/wire/phases';
import { type Kind, type ServiceState, react } from '../protocol/explorer/services';
import { type Choices } from './choices';
import { type Clock } from './clock';

/** Whoever sends: one attempt at an activity. */
export interface Sender {
  readonly isDead: () => boolean;
  readonly sentTo: Set<string>;
}

/** All that is true of one participant. */
export interface Truth {
  readonly name: string;
  readonly kind: Kind;
  service: ServiceState;
  readonly answered: Record<Phase, boolean>;
  /** Requests without an answer that was heard, also those that are open. */
  readonly unanswered: Record<Phase, number>;
  readonly tried: Record<Phase, number>;
  votedYes: boolean;
  rollbackAnswered: boolean;
  rollbackEnded: boolean;
  lateSent: boolean;
  lateAnswered: boolean;
}

export function newTruth(name: string, kind: Kind): Truth {
  const none = (): Record<Phase, number> => ({ prepare: 0, commit: 0, rollback: 0 });
  return {
    name,
    kind,
    service: 'new',
    answered: { prepare: false, commit: false, rollback: false },
    unanswered: none(),
    tried: none(),
    votedYes: false,
    rollbackAnswered: false,
    rollbackEnded: false,
    lateSent: false,
    lateAnswered: false,
  };
}

/** What every message on its way needs, to participants and to locks. */
export interface AroundMessages {
  readonly clock: Clock;
  readonly choices: Choices;
  readonly number: (name: string) => number;
  readonly tell: (text: string) => void;
  readonly sender: () => Sender;
}

interface Around extends AroundMessages {
  readonly truths: readonly Truth[];
  readonly decideBy: Ms;
  readonly quietAt: Ms;
  readonly onBroken: (promise: string, what: string) => void;
  readonly onSent: (name: string, request: { phase: Phase; body: string; sender: Sender }) => void;
  readonly onReacted: (name: string, before: ServiceState, after: ServiceState) => void;
}

const fates = [
  'its answer is slow',
  'it is lost',
  'its answer is lost',
  'it arrives late',
  'it arrives very late',
  'no connection',
  'a gateway answers 503',
  'no place for it',
  'it is repeated later',
  'its answer cannot be read',
] as const;

interface Way {
  readonly truth: Truth;
  readonly phase: Phase;
  readonly what: string;
  readonly sentAt: Ms;
}

export const lost = (code: 'timeout' | 'cancelled' | 'cutOff'): Reply => ({
  kind: 'lost',
  code,
  message: code,
});
export const notSent = (code: 'connection' | 'busy' | 'deadline' | 'cancelled'): Reply => ({
  kind: 'notSent',
  code,
  message: code,
});

export function network(around: Around): (request: OutboundRequest) => Promise<Reply> {
  const { clock, choices, number, tell, decideBy } = around;
  const counts = new Map<string, number>();

  function arrive({ truth, phase, what }: Way): Reply | undefined {
    const reactions = react(truth.kind, truth.service, { phase, pastDecideBy: clock.now() >= decideBy });
    const takes = `${truth.name} to ${phase} when ${truth.service}`;
    const which = reactions.length === 1 ? 0 : number(takes) < 0.85 ? 0 : 1;
    const reaction = reactions[which] ?? { next: truth.service };
    around.onReacted(truth.name, truth.service, reaction.next);
    truth.service = reaction.next;
    tell(
      `    ${what} arrives: ${reaction.status === undefined ? 'no answer' : String(reaction.status)}, ${truth.name} is ${reaction.next}`,
    );
    if (reaction.next === 'preparing')
      clock.after(20 + number(`${what} takes`) * 3_000, () => {
        if (truth.service !== 'preparing') return;
        truth.service = 'prepared';
        tell(`    ${truth.name} has prepared at last`);
      });
    if (reaction.status === undefined) return undefined;
    truth.answered[phase] = true;
    return { kind: 'answer', status: reaction.status };
  }

  return request => {
    const sender = around.sender();
    if (sender.isDead()) return new Promise(() => undefined);
    const [, name = '', phase = ''] = (request.headers['idempotency-key'] ?? '').split('/');
    const truth = around.truths.find(each => each.name === name);
    if (truth === undefined) throw new Error(`nobody is called "${name}"`);
    if (request.notAfter !== undefined && clock.now() > request.notAfter)
      return Promise.resolve(notSent('deadline'));
    if (phase === 'prepare' && clock.now() > decideBy)
      around.onBroken('I4', `prepare leaves for ${name} after decideBy`);
    if (request.signal.aborted) return Promise.resolve(notSent('cancelled'));
    const nth = (counts.get(`${phase} ${name}`) ?? 0) + 1;
    counts.set(`${phase} ${name}`, nth);
    const what = `${phase} to ${name}${nth === 1 ? '' : ` (${String(nth)})`}`;
    const way: Way = { truth, phase: phase as Phase, what, sentAt: clock.now() };
    const fate = choices<(typeof fates)[number] | 'it arrives'>(what, 'it arrives', fates);
    tell(`${what}: ${fate}`);
    return fly(way, fate, { request, sender });
  };

  function fly(
    way: Way,
    fate: (typeof fates)[number] | 'it arrives',
    { request, sender }: { request: OutboundRequest; sender: Sender },
  ): Promise<Reply> {
    const { truth, phase, what } = way;
    if (fate === 'no place for it') return Promise.resolve(notSent('busy'));
    sender.sentTo.add(truth.name);
    around.onSent(truth.name, { phase, body: request.body, sender });
    truth.tried[phase] += 1;
    if (fate === 'no connection') return Promise.resolve(ended(way, notSent('connection')));
    truth.unanswered[phase] += 1;
    return new Promise(resolve => {
      const hear = (reply: Reply): void => {
        request.signal.removeEventListener('abort', giveUp);
        takeBack();
        if (sender.isDead()) return;
        resolve(ended(way, reply));
      };
      const giveUp = (): void => {
        hear(lost('cancelled'));
      };
      const takeBack = clock.after(request.timeoutMs, () => {
        hear(lost('timeout'));
      });
      request.signal.addEventListener('abort', giveUp);
      const travel = 1 + number(what) * 3;
      const arriveIn = (ms: Ms, then: (reply: Reply | undefined) => void): void => {
        clock.after(ms, () => {
          then(arrive(way));
        });
      };
      const answerWith = (change: (reply: Reply) => Reply, ms: Ms): void => {
        arriveIn(travel, reply => {
          if (reply !== undefined)
            clock.after(ms, () => {
              hear(change(reply));
            });
        });
      };
      const whole = (reply: Reply): Reply => reply;
      switch (fate) {
        case 'it arrives':
          answerWith(whole, travel);
          return;
        case 'its answer is slow':
          answerWith(whole, number(`${what}: slow`) * request.timeoutMs * 1.1);
          return;
        case 'it is repeated later':
          answerWith(whole, travel);
          // a proxy that repeats what was answered may leave who forgets in doubt: no promise is made for that (`rulesBroken.long.ts`)
          if (truth.kind === 'remembers') arriveIn(number(`${what}: repeated`) * 6_000, () => undefined);
          return;
        case 'its answer cannot be read':
          answerWith(() => ({ kind: 'malformed', code: 'brokenHttp', message: '' }), travel);
          return;
        case 'its answer is lost':
          answerWith(() => lost('cutOff'), travel);
          return;
        case 'a gateway answers 503':
          clock.after(travel, () => {
            hear({ kind: 'answer', status: 503 });
          });
          return;
        case 'it arrives late':
          arriveIn(request.timeoutMs * (0.5 + number(`${what}: late`)), () => undefined);
          return;
        case 'it arrives very late':
          arriveIn(number(`${what}: late`) * 8_000, () => undefined);
          return;
        case 'it is lost':
      }
    });
  }

  /** What is heard of a request, and so is true of it. */
  function ended({ truth, phase, sentAt }: Way, reply: Reply): Reply {
    const late = sentAt >= around.quietAt;
    const isWhole = reply.kind === 'answer' && reply.status !== 503;
    if (isWhole) truth.unanswered[phase] -= 1;
    if (phase === 'prepare' && isWhole && reply.status === 200) truth.votedYes = true;
    if (phase !== 'rollback') return reply;
    truth.rollbackEnded = true;
    truth.lateSent ||= late;
    const isOver = isWhole && truth.service !== 'prepared' && truth.service !== 'preparing';
    truth.rollbackAnswered ||= isOver;
    truth.lateAnswered ||= isOver && late;
    return reply;
  }
}
