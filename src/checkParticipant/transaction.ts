/**
 * Owns one transaction of a check: the requests of its one participant, what is expected of the answers, and its end.
 * The meaning of an answer is that of the coordinator (wire's answers table), so that nothing is demanded that it would not.
 */
import { type Reply, type ParticipantStanding, readCompletion, readVote } from '../protocol/wire/answers';
import {
  type ParticipantCall,
  idempotencyKey,
  participantBody,
  participantHeaders,
} from '../protocol/wire/participantRequest';
import { type CompletionPhase, type Ms, type Phase } from '../protocol/wire/phases';
import { type Caller, type Exchange, describeReply } from './caller';
import { CheckFailed } from './contract';
import { type Sign, type Signature } from './signing';

/** What every transaction of a run shares. */
export interface Line {
  readonly caller: Caller;
  readonly sign: Sign;
  readonly urls: Readonly<Record<Phase, string>>;
}

/** How a request differs from the coordinator's. */
export interface Twist {
  readonly payload?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signature?: Signature;
  /** The body as sent, made of the one that is right. */
  readonly body?: (right: string) => string;
}

export type Call = Pick<ParticipantCall, 'transactionId' | 'participant' | 'payload'> & {
  readonly decideBy: Ms;
};

export class Transaction {
  readonly call: Call;
  readonly #line: Line;
  #mayBePrepared = false;
  #saidYes = false;
  #rollbacks = 0;
  #committed: 'no' | 'unknown' | 'yes' = 'no';

  constructor(line: Line, call: Call) {
    this.#line = line;
    this.call = call;
  }

  async prepare(twist: Twist = {}): Promise<Exchange> {
    this.#mayBePrepared = true;
    const exchange = await this.#send('prepare', twist);
    if (readVote(exchange.reply).is === 'yes') this.#saidYes = true;
    return exchange;
  }

  async commit(twist: Twist = {}): Promise<Exchange> {
    if (this.#committed === 'no') this.#committed = 'unknown';
    const exchange = await this.#send('commit', twist);
    if (this.#isDone('commit', exchange.reply)) {
      this.#committed = 'yes';
      this.#mayBePrepared = false;
    } else if (this.#committed === 'unknown') this.#committed = 'no';
    return exchange;
  }

  async rollback(): Promise<Exchange> {
    this.#rollbacks++;
    const exchange = await this.#send('rollback', {});
    if (this.#isDone('rollback', exchange.reply)) this.#mayBePrepared = false;
    return exchange;
  }

  /** Prepare, and the vote must be this one. */
  async votes(vote: 'yes' | 'no', twist: Twist = {}): Promise<Exchange> {
    const exchange = await this.prepare(twist);
    const expected = vote === 'yes' ? 'yes: 200, no other "vote" in its body' : 'no: 409';
    return demand(exchange, readVote(exchange.reply).is === vote, expected);
  }

  /** Refused as a request, rather than voted on. */
  async refusesPrepare(twist: Twist): Promise<Exchange> {
    const exchange = await this.prepare(twist);
    return demand(exchange, isRefusal(exchange.reply), 'refused: 401, or another 4xx');
  }

  async commits(twist: Twist = {}): Promise<Exchange> {
    const exchange = await this.commit(twist);
    return demand(exchange, this.#isDone('commit', exchange.reply), 'done: 200');
  }

  /** Refused loudly, and so that nobody takes it for done. */
  async refusesCommit(twist: Twist = {}): Promise<Exchange> {
    const exchange = await this.commit(twist);
    return demand(exchange, isRefusal(exchange.reply), 'refused: 409, or another 4xx');
  }

  async rollsBack(): Promise<Exchange> {
    const exchange = await this.rollback();
    return demand(exchange, this.#isDone('rollback', exchange.reply), 'done: 200');
  }

  async refusesRollback(): Promise<Exchange> {
    const exchange = await this.rollback();
    return demand(exchange, isRefusal(exchange.reply), 'refused: 409');
  }

  /** Leaves nothing prepared. @returns whether the participant said so. */
  async settle(): Promise<boolean> {
    if (this.#mayBePrepared && this.#committed !== 'no') await this.commit().catch(() => undefined);
    if (this.#mayBePrepared) await this.rollback().catch(() => undefined);
    return !this.#mayBePrepared;
  }

  #send(phase: Phase, twist: Twist): Promise<Exchange> {
    const payload = 'payload' in twist ? twist.payload : this.call.payload;
    const call: ParticipantCall = { ...this.call, payload, phase };
    const right = participantBody(call);
    const body = twist.body?.(right) ?? right;
    const { caller, sign, urls } = this.#line;
    return caller.ask(() => {
      const signed = twist.signature === 'beforeChange' ? right : body;
      const signature = sign(idempotencyKey(call), signed, twist.signature);
      const headers = { ...participantHeaders(call), ...signature, ...twist.headers };
      return { method: 'POST', url: urls[phase], headers, body };
    });
  }

  #isDone(phase: CompletionPhase, reply: Reply): boolean {
    const standing: ParticipantStanding = {
      phase,
      votedYes: this.#saidYes,
      everyPrepareRefused: this.#mayBePrepared && !this.#saidYes,
      mayHaveRolledBack: this.#rollbacks > 1,
      conflictMeansCommitted: false,
    };
    return readCompletion(reply, standing).is === 'done';
  }
}

function isRefusal(reply: Reply): boolean {
  return reply.kind === 'answer' && reply.status >= 400;
}

/** @throws CheckFailed where the answer is not the one that is owed. */
export function demand(exchange: Exchange, holds: boolean, expected: string): Exchange {
  if (holds) return exchange;
  throw new CheckFailed({ sent: exchange.sent, came: describeReply(exchange.reply), expected });
}

export function statusOf({ reply }: Exchange): number | undefined {
  return reply.kind === 'answer' ? reply.status : undefined;
}
