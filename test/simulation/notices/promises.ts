/**
 * Owns what must hold of notifications (PROTOCOL §3: I2, I5, I10), judged by what is recorded of the transaction and by what reached the
 * receiver, never by what the transaction or a notification thinks of it.
 */
import { type NotifyTerms } from '../../../src/protocol/notification/steps';
import { type Transaction } from '../../../src/protocol/transaction/state';
import { type Reply } from '../../../src/protocol/wire/answers';
import { type NotifyEvent, notificationId } from '../../../src/protocol/wire/notification';
import { type Ms } from '../../../src/protocol/wire/phases';
import { membersOf } from '../../../src/protocol/wire/shapes';
import { type Core } from '../../protocol/explorer/core';
import { type Result } from '../instance';

interface Of {
  readonly transactionId: string;
  readonly on: readonly NotifyEvent[];
  readonly terms: NotifyTerms;
  readonly now: () => Ms;
  readonly core: Core;
  /** As of the newest recorded task. */
  readonly state: () => Transaction | undefined;
  readonly onBroken: (promise: string, what: string) => void;
}

/** All that is true of one notification. */
interface Known {
  readonly event: NotifyEvent;
  begunAt: Ms | undefined;
  /** What its first request said. */
  body: string | undefined;
  wasTaken: boolean;
  wasUnwanted: boolean;
  /** Whoever sent the last request knows so. */
  isOver: boolean;
}

export class NoticePromises {
  readonly #of: Of;
  readonly #known = new Map<string, Known>();
  #hasNeeded = false;

  constructor(of: Of) {
    this.#of = of;
    const { transactionId, on } = of;
    for (const event of on)
      this.#known.set(notificationId({ transactionId, event }), {
        ...{ event, begunAt: undefined, body: undefined },
        ...{ wasTaken: false, wasUnwanted: false, isOver: false },
      });
  }

  recorded(t: Transaction): void {
    this.#hasNeeded ||= this.#of.core.outcome.needsAttention(t);
  }

  begins(id: string): void {
    const known = this.#knownOf(id);
    this.#demand(known.begunAt === undefined, `${id} is begun twice`);
    known.begunAt = this.#of.now();
  }

  /** A request leaves for the receiver. */
  sends(id: string, body: string): void {
    const known = this.#knownOf(id);
    this.#demand(!known.isOver, `${id} is told after its end`);
    known.body ??= body;
    this.#demand(known.body === body, `${id} is told twice, and not the same`);
    this.#demand(this.#isDurable(known.event, body), `${id} is told before it is recorded`, 'I5');
  }

  answered(id: string, status: number): void {
    const known = this.#knownOf(id);
    known.wasTaken ||= status === 200;
    known.wasUnwanted ||= status === 410;
  }

  /** What a worker hears that lives, the engine has at once. */
  heard(id: string, reply: Reply): void {
    if (reply.kind === 'answer') this.#knownOf(id).isOver ||= [200, 410].includes(reply.status);
  }

  /** Its run has closed. */
  ended(id: string, result: Result | undefined): void {
    const known = this.#knownOf(id);
    const { terms, now } = this.#of;
    known.isOver = true;
    const { is } = membersOf(cameTo(result));
    const triedFor = now() - (known.begunAt ?? now());
    const why =
      (is === 'delivered' && known.wasTaken) ||
      (is === 'gone' && known.wasUnwanted) ||
      (is === 'gaveUp' && triedFor >= terms.forMs - terms.maxMs);
    this.#demand(why, `${id} ends as ${String(is)}`);
  }

  /** Everything has come to its end. */
  rests(): void {
    const t = this.#of.state();
    if (t === undefined) return;
    const { statusOf } = this.#of.core.outcome;
    for (const [id, { event, isOver, body }] of this.#known) {
      const isDue = event !== 'attention' || this.#hasNeeded;
      this.#demand(isOver || !isDue, `${id} was never told`, 'liveness');
      if (body === undefined) continue;
      const { status, decision } = dataOf(body);
      this.#demand(status === 'pending' || status === statusOf(t), `${id} says ${String(status)}`, 'I2');
      this.#demand(decision === null || decision === t.decision, `${id} says ${String(decision)}`, 'I2');
    }
  }

  #isDurable(event: NotifyEvent, body: string): boolean {
    const t = this.#of.state();
    if (t === undefined) return false;
    const { status, decision, endedAt } = dataOf(body);
    if (decision !== null && decision !== t.decision) return false;
    if (status !== 'pending' && status !== this.#of.core.outcome.statusOf(t)) return false;
    switch (event) {
      case 'outcome':
        return status !== 'pending';
      case 'end':
        return t.stage === 'ended' && endedAt !== undefined;
      case 'attention':
        return t.decision !== undefined || t.stage === 'committing';
    }
  }

  #knownOf(id: string): Known {
    const known = this.#known.get(id);
    if (known === undefined) throw new Error(`nobody asked to be told of "${id}"`);
    return known;
  }

  #demand(holds: boolean, what: string, promise = 'I10'): void {
    if (!holds) this.#of.onBroken(promise, what);
  }
}

function dataOf(body: string): Readonly<Record<string, unknown>> {
  return membersOf(membersOf(JSON.parse(body)).data);
}

/** A run that fails says in its failure's details what it came to. */
function cameTo(result: Result | undefined): unknown {
  if (result === undefined) return undefined;
  if ('value' in result) return result.value;
  const { details } = membersOf(result.error);
  return Array.isArray(details) ? (details[0] as unknown) : undefined;
}
