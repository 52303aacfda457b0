/**
 * Owns what a participant owes (docs/PROTOCOL.md, "What a participant owes"), judged by its answers alone, and by its list of what is in
 * doubt where there is one. What an answer means is the production table's to say.
 */
import { type Reply, exposureOf, readCompletion, readVote } from '../protocol/wire/answers';
import { type Ms, type Phase } from '../protocol/wire/phases';
import { type Arrival, replyText } from './network';

/** What of the promise is broken; `rule` is stable. */
export interface Violation {
  readonly rule: string;
  readonly what: string;
}

export interface Expected {
  /** What it is asked in this transaction must be refused. */
  readonly refused: boolean;
  /** Nothing else is asked of it meanwhile: it has no reason to say no to what it must take. */
  readonly alone: boolean;
}

type Answered = Arrival & { readonly meaning: 'yes' | 'no' | 'done' | 'refused' | 'unavailable' };

interface Branch {
  readonly answered: Answered[];
  underWay: number;
}

export type Standing = 'new' | 'prepared' | 'committed' | 'rolledback' | 'refused' | 'unsure';

export class Judge {
  readonly violations: Violation[] = [];
  readonly #branches = new Map<string, Branch>();
  readonly #expected: (transaction: number) => Expected;

  constructor(expected: (transaction: number) => Expected) {
    this.#expected = expected;
  }

  arriving(branch: string): void {
    this.#branchOf(branch).underWay += 1;
  }

  arrived(arrival: Arrival): void {
    const branch = this.#branchOf(`${arrival.transactionId}/${arrival.participant}`);
    branch.underWay -= 1;
    const found = this.#look(arrival, branch.answered);
    if (found !== undefined) this.violations.push(found);
    branch.answered.push({ ...arrival, meaning: meaningOf(arrival, branch.answered) });
  }

  /** What each is known to be; `unsure` while it is being asked. */
  standings(): ReadonlyMap<string, Standing> {
    const known = [...this.#branches].map(([key, branch]) => [key, standingOf(branch)] as const);
    return new Map(known);
  }

  #branchOf(key: string): Branch {
    const branch = this.#branches.get(key) ?? { answered: [], underWay: 0 };
    this.#branches.set(key, branch);
    return branch;
  }

  #look(arrival: Arrival, before: readonly Answered[]): Violation | undefined {
    const { reply, phase, participant } = arrival;
    const said = `${participant} answers ${phase} with "${replyText(reply)}"`;
    if (reply.kind === 'malformed')
      return {
        rule: 'unreadable',
        what: `${said}: that can be read as a no, and never as what it may have meant`,
      };
    const meaning = meaningOf(arrival, before);
    if (meaning === 'unavailable') return undefined; // it is asked again; that it ends is another rule
    const one = { arrival, said, meaning, earlier: earlierThan(arrival, before), before };
    if (phase === 'prepare') return lookAtVote(one, this.#expected(arrival.transaction));
    return phase === 'commit' ? lookAtCommit(one) : lookAtRollback(one);
  }
}

interface One {
  readonly arrival: Arrival;
  readonly said: string;
  readonly meaning: Answered['meaning'];
  /** Answered before this request came. */
  readonly earlier: readonly Answered[];
  /** Answered before this answer. */
  readonly before: readonly Answered[];
}

function earlierThan({ began }: Arrival, before: readonly Answered[]): readonly Answered[] {
  return before.filter(({ ended }) => ended < began);
}

const is =
  (phase: Phase, meaning: Answered['meaning']) =>
  (each: Answered): boolean =>
    each.phase === phase && each.meaning === meaning;

function lookAtVote(
  { arrival, said, meaning, earlier, before }: One,
  expected: Expected,
): Violation | undefined {
  const overdue = arrival.answeredAt > decideByOf(arrival.body);
  const ended = before.some(({ phase }) => phase !== 'prepare');
  if (meaning === 'yes') {
    if (expected.refused && !before.some(is('commit', 'done')))
      return { rule: 'refused-payload', what: `${said}: it must refuse this payload` };
    if (earlier.some(is('rollback', 'done')) && overdue)
      return {
        rule: 'late-prepare',
        what: `${said}: its rollback came before, and decideBy has passed. Nobody will ever end what it holds now`,
      };
    if (!ended && expected.alone && before.some(is('prepare', 'no')))
      return { rule: 'prepare-repeat', what: `${said}: it said no to the same request before` };
    return undefined;
  }
  if (!ended && before.some(is('prepare', 'yes')))
    return {
      rule: 'prepare-repeat',
      what: `${said}: it said yes to the same request before, and was told nothing since`,
    };
  if (!ended && !overdue && expected.alone && !expected.refused)
    return { rule: 'vote', what: `${said}: it must say yes to this payload` };
  return undefined;
}

function lookAtCommit({ said, meaning, earlier, before }: One): Violation | undefined {
  const rolledBack = earlier.some(is('rollback', 'done'));
  if (meaning === 'done') {
    if (rolledBack && !earlier.some(is('commit', 'done')))
      return { rule: 'commit-after-rollback', what: `${said}: it acknowledged the rollback before` };
    return undefined;
  }
  if (earlier.some(is('commit', 'done')))
    return { rule: 'commit-repeat', what: `${said}: it acknowledged the same request before` };
  if (before.some(is('commit', 'done')))
    return {
      rule: 'commit-repeat',
      what: `${said}: it acknowledged the same request, which came at the same time`,
    };
  if (earlier.some(is('prepare', 'yes')) && !before.some(({ phase }) => phase === 'rollback'))
    return { rule: 'commit', what: `${said}: it voted yes, and a yes is kept until the participant is told` };
  return undefined;
}

function lookAtRollback({ said, meaning, earlier, before }: One): Violation | undefined {
  if (earlier.some(is('commit', 'done')))
    return meaning === 'done'
      ? { rule: 'rollback-after-commit', what: `${said}: it acknowledged the commit before` }
      : undefined;
  if (meaning === 'done' || before.some(({ phase }) => phase === 'commit')) return undefined;
  if (before.some(is('rollback', 'done')))
    return {
      rule: 'rollback-repeat',
      what: `${said}: it acknowledged the same request before, or at the same time`,
    };
  return {
    rule: 'rollback',
    what: `${said}: it was not told to commit, and a rollback that is refused never ends`,
  };
}

/** Without a coordinator's knowledge of what was heard: a `404` after an earlier rollback is as good as done. */
function meaningOf({ phase, reply }: Arrival, before: readonly Answered[]): Answered['meaning'] {
  if (isUnavailable(reply)) return 'unavailable';
  if (phase === 'prepare') {
    const { is: vote } = readVote(reply);
    return vote;
  }
  const prepares = before.filter(each => each.phase === 'prepare');
  const standing = {
    phase,
    votedYes: prepares.some(({ meaning }) => meaning === 'yes'),
    everyPrepareRefused: prepares.length > 0 && prepares.every(each => !exposureOf(each.reply).notNo),
    mayHaveRolledBack: before.some(each => each.phase === 'rollback'),
    conflictMeansCommitted: false,
  };
  return readCompletion(reply, standing).is === 'done' ? 'done' : 'refused';
}

function isUnavailable(reply: Reply): boolean {
  if (reply.kind !== 'answer') return reply.kind !== 'malformed';
  return reply.status >= 500 || [408, 425, 429].includes(reply.status);
}

function decideByOf(body: string): Ms {
  const { decideBy } = JSON.parse(body) as { readonly decideBy?: string };
  return Date.parse(decideBy ?? '');
}

/** By the last answer that says something. */
function standingOf({ answered, underWay }: Branch): Standing {
  if (underWay > 0) return 'unsure';
  if (answered.some(({ meaning }) => meaning === 'unavailable')) return 'unsure';
  if (answered.some(is('commit', 'done'))) return 'committed';
  return answered.reduce<Standing>((standing, { phase, meaning }) => {
    if (phase === 'prepare' && meaning === 'yes') return 'prepared';
    if (phase === 'prepare') return standing === 'new' ? 'refused' : standing;
    return phase === 'rollback' && meaning === 'done' ? 'rolledback' : standing;
  }, 'new');
}
