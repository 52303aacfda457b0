/** Owns a simulated run as the explorers' checks see one: what is recorded of it, what is under way, and what is true outside. */
import { type Ending, type EndingKind } from '../../src/protocol/transaction/events';
import { type Call, type Transaction } from '../../src/protocol/transaction/state';
import { type CallInput } from '../../src/protocol/transaction/steps';
import { type Ms, type Phase } from '../../src/protocol/wire/phases';
import { violations } from '../protocol/explorer/checks';
import { type Scenario, type Setting, type Side, type Work, type World } from '../protocol/explorer/world';
import { type Activity, maySend } from './activities';
import { type Code } from './code';
import { type Job } from './instance';
import { type Truth } from './network';
import { SimulatedViolation } from './violation';

interface Of {
  readonly code: Code;
  readonly truths: readonly Truth[];
  readonly scenario: Scenario;
  readonly now: () => Ms;
  readonly decideBy: Ms;
  readonly quietAt: Ms;
}

/** What the engine has heard of one participant. */
interface Heard {
  yes: boolean;
  committed: boolean;
  forcedLate: boolean;
}

const phases: Readonly<Record<string, Phase>> = {
  prepareFirst: 'prepare',
  prepareRest: 'prepare',
  prepareAll: 'prepare',
  commitAll: 'commit',
  rollbackAll: 'rollback',
  prepare: 'prepare',
  commit: 'commit',
  rollback: 'rollback',
};

export class Worlds {
  readonly #of: Of;
  readonly #setting: Setting;
  readonly #heard = new Map<string, Heard>();
  #commitSpent = false;
  /** Of a round that began in the first task: the workflow hears of it when all of it has ended. */
  #within: Job[] = [];
  #before: World | undefined;

  constructor(of: Of) {
    this.#of = of;
    this.#setting = { scenario: of.scenario, core: of.code.core };
    for (const { name } of of.truths)
      this.#heard.set(name, { yes: false, committed: false, forcedLate: false });
  }

  /** The transaction, as of its newest recorded task. */
  state(): Transaction | undefined {
    return this.#before?.t;
  }

  /** A task was recorded. @throws SimulatedViolation */
  recorded(t: Transaction, jobs: readonly Job[], open: ReadonlyMap<string, Activity>): void {
    this.#hearAll(jobs, t);
    if (!open.has('prepare round')) this.#hearWithin(t);
    for (const { target, forced } of t.participants) {
      const heard = this.#heard.get(target.name);
      const wasForced = this.#before?.t.participants.some(
        p => p.target.name === target.name && p.forced !== undefined,
      );
      if (heard !== undefined && forced !== undefined && wasForced !== true)
        heard.forcedLate = this.#time() === 2;
    }
    this.#check(this.#world(t, open));
  }

  /** A closed run has heard that after its last task: whoever takes it up goes on from there. */
  left(t: Transaction, jobs: readonly Job[]): void {
    this.#hearAll(jobs, t);
    if (jobs.some(job => job.is === 'activity' && job.id === 'prepare round')) this.#hearWithin(t);
    this.#within = [];
  }

  /** Everything that was on its way has arrived. */
  rests(): void {
    if (this.#before !== undefined) this.#check(this.#world(this.#before.t, new Map()));
  }

  /** It was terminated: nothing is under way. */
  abandoned(): void {
    if (this.#before !== undefined) this.#before = this.#world(this.#before.t, new Map());
  }

  #check(world: World): void {
    const [first] = violations(this.#before, world, this.#setting);
    this.#before = world;
    if (first !== undefined) throw new SimulatedViolation(first.promise, first.what);
  }

  #hearAll(jobs: readonly Job[], t: Transaction): void {
    this.#within.push(...jobs.filter(({ is }) => is === 'local'));
    for (const job of jobs) if (job.is === 'activity') this.#hear(job, t);
  }

  #hearWithin(t: Transaction): void {
    for (const job of this.#within) this.#hear(job, t);
    this.#within = [];
  }

  #hear(job: Job, t: Transaction): void {
    if (job.is !== 'activity' && job.is !== 'local') return;
    for (const { participant, is, phase, requests } of endingsOf(job, t)) {
      const heard = this.#heard.get(participant);
      const truth = this.#of.truths.find(each => each.name === participant);
      if (heard === undefined || truth === undefined) continue;
      if (phase === 'prepare') heard.yes ||= is === 'yes' && truth.votedYes;
      if (phase === 'commit') heard.committed ||= is === 'done';
      if (
        phase === 'commit' &&
        (is === 'spent' ||
          (is === 'unavailable' && requests > 0 && this.#of.scenario.completionAttempts === 1))
      )
        this.#commitSpent = true;
    }
  }

  #time(): World['time'] {
    const { now, decideBy, quietAt } = this.#of;
    if (now() >= quietAt) return 2;
    return now() >= decideBy ? 1 : 0;
  }

  #world(t: Transaction, open: ReadonlyMap<string, Activity>): World {
    const { truths, scenario } = this.#of;
    return {
      ...{ t, time: this.#time(), locks: [], lockWorks: [], faultsLeft: 0, operator: scenario.operator },
      ...{ recoveriesLeft: 0, firstTask: false, releasedEarly: false, quietForOthers: false },
      commitSpent: this.#commitSpent,
      sides: truths.map(truth => this.#side(truth, open)),
    };
  }

  #side(truth: Truth, open: ReadonlyMap<string, Activity>): Side {
    const { name, kind, service, unanswered, tried } = truth;
    const heard = this.#heard.get(name);
    const most = this.#of.scenario.completionAttempts;
    return {
      ...{ name, kind, service },
      onTheWay: {
        prepare: unanswered.prepare > 0,
        commit: unanswered.commit > 0,
        rollback: unanswered.rollback > 0,
      },
      works: [...open.values()].filter(maySend).flatMap(each => worksOf(each, name)),
      facts: {
        answered: { ...truth.answered },
        heardYes: heard?.yes === true,
        commitAcknowledged: heard?.committed === true,
        rollbackAnswered: truth.rollbackAnswered,
        rollbackTries: Math.min(tried.rollback, most),
        rollbackEnded: truth.rollbackEnded,
        tried: { ...tried },
        lateSent: truth.lateSent,
        lateAnswered: truth.lateAnswered,
        forcedLate: heard?.forcedLate === true,
      },
    };
  }
}

interface PhaseEnding {
  readonly participant: string;
  readonly is: EndingKind;
  readonly requests: number;
  readonly phase: Phase;
}

function endingsOf(job: Extract<Job, { is: 'activity' | 'local' }>, t: Transaction): PhaseEnding[] {
  const first = /^(prepare|commit|rollback) /.exec(job.id)?.[1] as Phase | undefined;
  const phase = job.is === 'local' ? 'prepare' : first;
  if (phase === undefined) return [];
  if ('error' in job.result) return spent(job, phase, t);
  const { value } = job.result;
  const endings = (Array.isArray(value) ? value : [value]) as Ending[];
  return endings.map(({ participant, is, requests }) => ({ participant, is, requests, phase }));
}

/** A failed activity: its attempts were used up, or it was lost. */
function spent({ id }: { readonly id: string }, phase: Phase, t: Transaction): PhaseEnding[] {
  const names = t.participants.map(({ target }) => target.name);
  const whom = id.endsWith(' round') ? names : names.filter(name => id.startsWith(`${phase} ${name} #`));
  return whom.map(participant => ({ participant, is: 'spent', requests: 1, phase }));
}

/** Of what may be sent of it. */
export function asksParticipants(activity: Activity): boolean {
  return activity.command.name in phases && maySend(activity);
}

function worksOf({ command, isCancelled }: Activity, name: string): Work[] {
  const phase = phases[command.name];
  if (phase === undefined) return [];
  const { calls, call } = JSON.parse(command.input) as { calls?: readonly CallInput[]; call?: CallInput };
  const lane: Call['lane'] = calls === undefined ? 'own' : 'round';
  const mine = [...(calls ?? []), ...(call === undefined ? [] : [call])].filter(
    each => each.participant === name,
  );
  const exposure = { reached: false, unanswered: false, notNo: false };
  return mine.map(({ nth }) => ({
    phase,
    lane,
    nth,
    limit: 1,
    requests: 0,
    exposure,
    cancelled: isCancelled,
  }));
}
