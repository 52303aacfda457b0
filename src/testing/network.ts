/**
 * Owns the way of each request to a participant, and back: what of it arrives, when, how often, and what the coordinator hears. It arrives
 * a millisecond after it was sent, unless a fault is set for it.
 */
import { type Outbound, type OutboundRequest } from '../outbound/contract';
import { type Reply } from '../protocol/wire/answers';
import { type Ms, type Phase } from '../protocol/wire/phases';
import { type VirtualClock } from './clock';
import { type Fault, type RequestPlace, faultText } from './faults';
import { type Receiver } from './receivers';

/** A request at its participant, and its answer, whether or not anybody hears it. */
export interface Arrival extends Omit<RequestPlace, 'nth'> {
  readonly transactionId: string;
  readonly body: string;
  /** In the order in which requests arrive and answers leave. */
  readonly began: number;
  readonly ended: number;
  readonly answeredAt: Ms;
  readonly reply: Reply;
}

export interface Surroundings {
  readonly clock: VirtualClock;
  readonly patienceMs: Ms;
  readonly faults: readonly Fault[];
  readonly receiverFor: (url: string) => Receiver;
  readonly placeOf: (transactionId: string) => number;
  readonly tell: (text: string) => void;
  /** How long a participant takes, by this clock. */
  readonly takesMs: (url: string) => Ms;
  readonly onArriving: (branch: string) => void;
  readonly onArrival: (arrival: Arrival) => Promise<void>;
  readonly loseCoordinator: () => void;
  readonly restartParticipant: (name: string) => Promise<void>;
  readonly abort: (transactionId: string) => void;
}

interface Way {
  readonly request: OutboundRequest;
  readonly place: RequestPlace;
  readonly transactionId: string;
}

const travelMs: Ms = 1;
const cutOff: Reply = { kind: 'lost', code: 'cutOff', message: 'the connection ended before the answer' };
const timedOut: Reply = { kind: 'lost', code: 'timeout', message: 'no answer in time' };
const cancelled: Reply = { kind: 'lost', code: 'cancelled', message: 'the request was given up' };
const refused: Reply = { kind: 'notSent', code: 'connection', message: 'the connection was refused' };
const tooLate: Reply = {
  kind: 'notSent',
  code: 'deadline',
  message: 'not sent: the deadline of the transaction has passed',
};

export class Network implements Pick<Outbound, 'send'> {
  readonly #around: Surroundings;
  readonly #counts = new Map<string, number>();
  readonly #afterEnd = new Map<string, (() => Promise<unknown>)[]>();
  readonly #afterNext = new Map<string, () => Promise<unknown>>();
  #moment = 0;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  send = async (request: OutboundRequest): Promise<Reply> => {
    const { clock, faults } = this.#around;
    if (request.notAfter !== undefined && clock.now() > request.notAfter) return tooLate;
    const way = this.#wayOf(request);
    const { place } = way;
    const fault = faults.find(each => isAt(each, place));
    const what = `${named(place)} ${fault === undefined ? 'arrives' : faultText(fault)}`;
    this.#around.tell(what);
    return this.#meet(fault, way);
  };

  /** What was held up until the transaction is over. */
  async deliverHeldUp(transactionId: string): Promise<void> {
    const held = this.#afterEnd.get(transactionId) ?? [];
    this.#afterEnd.delete(transactionId);
    for (const deliver of held) await deliver();
  }

  #wayOf(request: OutboundRequest): Way {
    const [transactionId = '', participant = '', phase] = (request.headers['idempotency-key'] ?? '').split(
      '/',
    );
    const key = `${transactionId}/${participant}/${String(phase)}`;
    const nth = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, nth);
    const transaction = this.#around.placeOf(transactionId);
    return { request, transactionId, place: { transaction, participant, phase: phase as Phase, nth } };
  }

  async #meet(fault: Fault | undefined, way: Way): Promise<Reply> {
    const { clock, loseCoordinator, restartParticipant, abort } = this.#around;
    const { request, transactionId, place } = way;
    const deliver = (): Promise<Reply> => this.#deliver(way);
    const silence = (): Promise<Reply> => this.#within(request, new Promise(() => undefined));
    switch (fault?.is) {
      case undefined:
        return this.#within(request, deliver());
      case 'unreachable':
        return refused;
      case 'unavailable':
        return { kind: 'answer', status: 503 };
      case 'requestLost':
        return cutOff;
      case 'answerLost':
        await this.#within(request, deliver());
        return cutOff;
      case 'answerSlow':
        void deliver();
        return silence();
      case 'late':
        clock.after(fault.afterMs ?? 2 * request.timeoutMs, () => void this.#arriveLate(way));
        return silence();
      case 'lateAfterEnd':
        this.#holdUp(way);
        return silence();
      case 'repeatedAtOnce':
        return this.#within(
          request,
          Promise.all([deliver(), deliver()]).then(([first]) => first),
        );
      case 'repeatedAfterNext': {
        const reply = await this.#within(request, deliver());
        this.#afterNext.set(branchOf(way), () => this.#arriveLate(way));
        return reply;
      }
      case 'repeatedAfterEnd':
        this.#holdUp(way);
        return this.#within(request, deliver());
      case 'coordinatorLostBefore':
        await clock.sleep(0); // what asked for the request is under way by then
        loseCoordinator();
        return cutOff;
      case 'coordinatorLostDuring':
        void deliver();
        await clock.sleep(0); // what asked for the request is under way by then
        loseCoordinator();
        return cutOff;
      case 'participantRestarts': {
        const reply = await this.#within(request, deliver());
        await restartParticipant(place.participant);
        return reply;
      }
      case 'participantCrashes':
        await this.#within(request, deliver());
        await restartParticipant(place.participant);
        return cutOff;
      case 'abort': {
        const delivered = deliver();
        await clock.sleep(0);
        abort(transactionId);
        return this.#within(request, delivered);
      }
    }
  }

  #holdUp(way: Way): void {
    const held = this.#afterEnd.get(way.transactionId) ?? [];
    this.#afterEnd.set(way.transactionId, [...held, () => this.#arriveLate(way)]);
  }

  #arriveLate(way: Way): Promise<Reply> {
    this.#around.tell(`${named(way.place)}, held up until now, arrives`);
    return this.#deliver(way);
  }

  /** The reply, in time. */
  async #within({ timeoutMs, signal }: OutboundRequest, reply: Promise<Reply>): Promise<Reply> {
    const over = new AbortController();
    const cut = AbortSignal.any([signal, over.signal]);
    const limit = this.#around.clock
      .sleep(timeoutMs, cut)
      .then(() => (signal.aborted ? cancelled : timedOut));
    const first = await Promise.race([reply, limit]);
    over.abort();
    return first;
  }

  async #deliver(way: Way): Promise<Reply> {
    const { clock, patienceMs, receiverFor, takesMs, onArriving, onArrival, tell } = this.#around;
    const { request, place, transactionId } = way;
    const { url, headers, body } = request;
    await clock.sleep(travelMs + takesMs(url));
    const began = this.#next();
    onArriving(branchOf(way));
    const readBody = request.readBody !== false;
    const reply = await clock.standDuring(receiverFor(url)({ url, headers, body, readBody }), patienceMs);
    tell(`    ${place.participant} answers ${named(place)}: ${replyText(reply)}`);
    const { transaction, participant, phase } = place;
    const about = { transaction, participant, phase, transactionId, body };
    await onArrival({ ...about, began, ended: this.#next(), answeredAt: clock.now(), reply });
    const next = this.#afterNext.get(branchOf(way));
    this.#afterNext.delete(branchOf(way));
    await next?.();
    return reply;
  }

  #next(): number {
    this.#moment += 1;
    return this.#moment;
  }
}

function branchOf({ transactionId, place }: Way): string {
  return `${transactionId}/${place.participant}`;
}

function isAt(fault: Fault, { transaction, participant, phase, nth }: RequestPlace): boolean {
  return (
    fault.transaction === transaction &&
    fault.participant === participant &&
    fault.phase === phase &&
    fault.nth === nth
  );
}

export function named({ transaction, participant, phase, nth }: RequestPlace): string {
  return `${phase} of transaction ${String(transaction)} to ${participant}${nth === 1 ? '' : ` (${String(nth)})`}`;
}

export function replyText(reply: Reply): string {
  if (reply.kind !== 'answer') return reply.message;
  return [String(reply.status), reply.body].filter(each => each !== undefined && each !== '').join(' ');
}
