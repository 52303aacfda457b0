/**
 * Owns one transaction of a check: the requests of its one participant, what is expected of the answers, and its end.
 * The meaning of an answer is that of the coordinator (wire's answers table), so that nothing is demanded that it would not.
 */
import { type Signed } from '../outbound/contract';
import {
  exposureOf,
  type ParticipantStanding,
  readCompletion,
  readVote,
  type Reply,
} from '../protocol/wire/answers';
import {
  type ParticipantCall,
  participantBody,
  participantHeaders,
} from '../protocol/wire/participantRequest';
import { type CompletionPhase, type Ms, type Phase } from '../protocol/wire/phases';
import { type Asked, type Asker, describeReply } from './asker';
import { CheckFailed } from './contract';

/** What every transaction of a run shares. */
export interface Line {
  readonly asker: Asker;
  readonly urls: Readonly<Record<Phase, string>>;
}

/**
 * `none`: no such headers. `stale`: rightly signed, an hour ago. `beforeChange`: signed, then the body was changed.
 * `forAnother`: as the coordinator signs it for another participant.
 */
type WrongSignature = 'none' | 'stale' | 'beforeChange' | 'forAnother';

/** Reserved (RFC 2606 §2), so nobody's; and only its secret is made, nothing is sent there. */
export const anotherUrl = 'https://another-participant.invalid/prepare';

/** Well over the five minutes that Standard Webhooks libraries allow. */
const staleMs: Ms = 60 * 60 * 1000;

/** How a request differs from the coordinator's. */
export interface Twist {
  readonly payload?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signature?: WrongSignature;
  /** The body as sent, made of the one that is right. */
  readonly body?: (right: string) => string;
}

/** What a transaction says of itself in every request about it. */
export type Particulars = Pick<ParticipantCall, 'transactionId' | 'participant' | 'payload'> & {
  readonly decideBy: Ms;
};

export class Transaction {
  readonly particulars: Particulars;
  readonly #line: Line;
  #mayBePrepared = false;
  #saidYes = false;
  /** A prepare of it was answered otherwise than no: it may hold something. */
  #mayHold = false;
  #rollbacks = 0;
  #committed: 'no' | 'unknown' | 'yes' = 'no';

  constructor(line: Line, particulars: Particulars) {
    this.#line = line;
    this.particulars = particulars;
  }

  async prepare(twist: Twist = {}): Promise<Asked> {
    this.#mayBePrepared = true;
    const asked = await this.#send('prepare', twist);
    if (readVote(asked.reply).is === 'yes') this.#saidYes = true;
    if (exposureOf(asked.reply).notNo) this.#mayHold = true;
    return asked;
  }

  async commit(twist: Twist = {}): Promise<Asked> {
    if (this.#committed === 'no') this.#committed = 'unknown';
    const asked = await this.#send('commit', twist);
    if (this.#isDone('commit', asked.reply)) {
      this.#committed = 'yes';
      this.#mayBePrepared = false;
    } else if (this.#committed === 'unknown') this.#committed = 'no';
    return asked;
  }

  async rollback(): Promise<Asked> {
    this.#rollbacks++;
    const asked = await this.#send('rollback', {});
    if (this.#isDone('rollback', asked.reply)) this.#mayBePrepared = false;
    return asked;
  }

  /** Prepare, and the vote must be this one. */
  async votes(vote: 'yes' | 'no', twist: Twist = {}): Promise<Asked> {
    const asked = await this.prepare(twist);
    const expected = vote === 'yes' ? 'yes: 200, no other "vote" in its body' : 'no: 409';
    return demand(asked, vote === 'yes' ? readVote(asked.reply).is === 'yes' : isNo(asked), expected);
  }

  /** Refused as a request, rather than voted on. */
  async refusesPrepare(twist: Twist): Promise<Asked> {
    const asked = await this.prepare(twist);
    return demand(asked, isRefusal(asked.reply), 'refused: 401, or another 4xx');
  }

  async commits(twist: Twist = {}): Promise<Asked> {
    const asked = await this.commit(twist);
    return demand(asked, this.#isDone('commit', asked.reply), 'done: 200');
  }

  /** Refused loudly, and so that nobody takes it for done. */
  async refusesCommit(twist: Twist = {}): Promise<Asked> {
    const asked = await this.commit(twist);
    return demand(asked, isRefusal(asked.reply), 'refused: 409, or another 4xx');
  }

  async rollsBack(): Promise<Asked> {
    const asked = await this.rollback();
    return demand(asked, this.#isDone('rollback', asked.reply), 'done: 200');
  }

  async refusesRollback(): Promise<Asked> {
    const asked = await this.rollback();
    return demand(asked, isRefusal(asked.reply), 'refused: 409');
  }

  /** Leaves nothing prepared. @returns whether the participant said so. */
  async settle(): Promise<boolean> {
    if (this.#mayBePrepared && this.#committed !== 'no') await this.commit().catch(() => undefined);
    if (this.#mayBePrepared) await this.rollback().catch(() => undefined);
    return !this.#mayBePrepared;
  }

  #send(phase: Phase, twist: Twist): Promise<Asked> {
    const payload = 'payload' in twist ? twist.payload : this.particulars.payload;
    const call: ParticipantCall = { ...this.particulars, payload, phase };
    const right = participantBody(call);
    const body = twist.body?.(right) ?? right;
    const { asker, urls } = this.#line;
    return asker.ask(() => ({
      url: urls[phase],
      headers: { ...participantHeaders(call), ...twist.headers },
      body,
      readBody: phase === 'prepare' ? true : 'toShow',
      ...signedBy(twist.signature, { body, right }),
    }));
  }

  #isDone(phase: CompletionPhase, reply: Reply): boolean {
    const standing: ParticipantStanding = {
      phase,
      votedYes: this.#saidYes,
      everyPrepareRefused: this.#mayBePrepared && !this.#mayHold,
      mayHaveRolledBack: this.#rollbacks > 1,
      conflictMeansCommitted: false,
    };
    return readCompletion(reply, standing).is === 'done';
  }
}

function signedBy(
  signature: WrongSignature | undefined,
  { body, right }: Readonly<Record<'body' | 'right', string>>,
): { readonly signed?: Signed | 'not' } {
  switch (signature) {
    case undefined:
      return {};
    case 'none':
      return { signed: 'not' };
    case 'stale':
      return { signed: { body, at: Date.now() - staleMs } };
    case 'beforeChange':
      return { signed: { body: right, at: Date.now() } };
    case 'forAnother':
      return { signed: { body, at: Date.now(), for: anotherUrl } };
  }
}

/** Said as such: what cannot be read counts as a no to the coordinator, and is none that a participant can mean. */
export function isNo({ reply }: Asked): boolean {
  return reply.kind === 'answer' && readVote(reply).is === 'no';
}

function isRefusal(reply: Reply): boolean {
  return reply.kind === 'answer' && reply.status >= 400;
}

/** @throws CheckFailed where the answer is not the one that is owed. */
export function demand(asked: Asked, holds: boolean, expected: string): Asked {
  if (holds) return asked;
  throw new CheckFailed({ sent: asked.sent, came: describeReply(asked.reply), expected });
}

export function statusOf({ reply }: Asked): number | undefined {
  return reply.kind === 'answer' ? reply.status : undefined;
}
