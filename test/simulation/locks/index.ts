/** Owns the locks of a simulated transaction: which it asks for, who else wants them, how they are told, looked at and judged. */
import { type Looked } from '../../../src/protocol/lock/events';
import { type Lock } from '../../../src/protocol/lock/state';
import { type Accepted, type LockTerms, type Transaction } from '../../../src/protocol/transaction/state';
import { type LockMode } from '../../../src/protocol/wire/locks';
import { type Ms } from '../../../src/protocol/wire/phases';
import { refusal } from '../../protocol/exploring/finding';
import { type Choices } from '../choices';
import { type Clock } from '../clock';
import { type Job } from '../instance';
import { type Sender } from '../network';
import { type LockCore, SimulatedLock } from './lock';
import { type LockClient, lockClient } from './messages';
import { type Other, comes, holds, othersOf, standingOf } from './others';
import { LockPromises } from './promises';

const share = 0.4;

/** Undefined where it asks for none. */
export function lockTermsBy(
  number: (name: string) => number,
  { createdAt, decideBy }: Pick<Accepted, 'createdAt' | 'decideBy'>,
): LockTerms | undefined {
  if (number('with locks') >= share) return undefined;
  const asked = Array.from({ length: 1 + Math.floor(number('locks') * 3) }, (_, index) => {
    const resource = `l${String(index + 1)}`;
    const mode: LockMode = number(`mode of ${resource}`) < 0.6 ? 'exclusive' : 'shared';
    return { resource, mode };
  });
  const by = createdAt + 200 + Math.floor(number('locks by') * 3_000);
  return { asked, by: Math.min(by, decideBy) };
}

interface Around {
  readonly clock: Clock;
  readonly choices: Choices;
  readonly number: (name: string) => number;
  readonly tell: (text: string) => void;
  readonly core: LockCore;
  readonly terms: LockTerms | undefined;
  readonly workflowId: string;
  readonly sender: () => Sender;
  /** The transaction's newest run, as a look sees it. */
  readonly standing: () => Looked['saw'];
  /** @returns whether there was a run to hear it */
  readonly signal: (job: Job) => boolean;
  readonly state: () => Transaction | undefined;
  readonly isAsking: () => boolean;
  readonly onBroken: (promise: string, what: string) => void;
}

export class Locks {
  readonly client: LockClient;
  readonly promises: LockPromises;
  readonly #around: Around;
  readonly #locks = new Map<string, SimulatedLock>();
  readonly #others = new Map<string, readonly Other[]>();
  /** Grants that the run of now has still to hear. */
  readonly #onTheWay = new Map<string, number>();

  constructor(around: Around) {
    this.#around = around;
    const { clock, choices, number, tell, sender, terms, workflowId: holder } = around;
    const asked = terms?.asked ?? [];
    this.promises = new LockPromises({
      ...{ holder, asked, now: clock.now, state: around.state },
      ...{ isAsking: around.isAsking, onBroken: around.onBroken },
      lockOf: resource => this.#lock(resource).state,
      othersOf: resource => this.#others.get(resource) ?? [],
    });
    this.client = lockClient({
      ...{ clock, choices, number, tell, sender },
      lock: workflowId => this.#lock(workflowId.slice('lock:'.length)),
      onAsked: resource => {
        this.promises.asks(resource);
      },
      onReleasing: resource => {
        this.promises.releasing(resource);
      },
    });
    for (const { resource } of asked) {
      const lock = this.#newLock(resource);
      const others = othersOf(resource, around);
      this.#locks.set(resource, lock);
      this.#others.set(resource, others);
      for (const other of others) comes(other, lock, around);
    }
  }

  recorded(t: Transaction, jobs: readonly Job[]): void {
    for (const job of jobs)
      if (job.is === 'signal' && job.name === 'lockGranted')
        this.#count((job.argument as { readonly resource: string }).resource, -1);
    this.promises.recorded(t, resource => (this.#onTheWay.get(resource) ?? 0) > 0);
  }

  /** What was on its way to a run that was terminated. */
  abandoned(): void {
    this.#onTheWay.clear();
  }

  #lock(resource: string): SimulatedLock {
    const lock = this.#locks.get(resource);
    if (lock === undefined) throw new Error(`there is no lock on "${resource}"`);
    return lock;
  }

  #newLock(resource: string): SimulatedLock {
    const { clock, core, onBroken } = this.#around;
    return new SimulatedLock(resource, {
      ...{ clock, core },
      look: (at, then) => {
        this.#look(resource, at, then);
      },
      tell: ({ holder, fencingToken }, then) => {
        if (holder === this.#around.workflowId) this.#tell({ resource, fencingToken }, then);
        else
          clock.after(1, () => {
            then(true);
          });
      },
      onChange: (before, after) => {
        this.#changed(resource, before, after);
      },
      onRefused: error => {
        onBroken('I12', refusal(error).what);
      },
    });
  }

  #changed(resource: string, before: Lock, after: Lock): void {
    const had = new Map(before.holders.map(each => [each.holder, each.fencingToken]));
    for (const { holder, fencingToken, expiresAt } of after.holders) {
      if (had.get(holder) === fencingToken) continue;
      const other = this.#others.get(resource)?.find(each => each.name === holder);
      if (other === undefined) this.#around.tell(`    ${resource} is granted`);
      else holds(other, { lock: this.#lock(resource), expiresAt }, this.#around);
    }
    this.promises.changed(resource, before, after);
  }

  #look(resource: string, at: readonly string[], then: (at: readonly Looked[]) => void): void {
    const { clock, choices, workflowId, standing } = this.#around;
    const fate = choices(`a look of ${resource}`, 'sees', ['sees nothing']);
    clock.after(2, () => {
      then(
        at.map(holder => {
          if (fate === 'sees nothing') return { holder, saw: 'unread' };
          const other = this.#others.get(resource)?.find(each => each.name === holder);
          const saw = other === undefined ? 'unknown' : standingOf(other);
          return { holder, saw: holder === workflowId ? standing() : saw };
        }),
      );
    });
  }

  #tell(
    argument: { readonly resource: string; readonly fencingToken: number },
    then: (delivered: boolean) => void,
  ): void {
    const { clock, choices, number, signal, tell } = this.#around;
    const { resource } = argument;
    const what = `the grant of ${resource}`;
    const fate = choices(what, 'is told', ['is told late', 'is told twice', 'is told again later']);
    const say = (ms: Ms, said: (delivered: boolean) => void): void => {
      clock.after(ms, () => {
        const delivered = signal({ is: 'signal', name: 'lockGranted', argument });
        if (delivered) this.#count(resource, 1);
        tell(`    ${what} is told${delivered ? '' : ', and nobody is there'}`);
        said(delivered);
      });
    };
    const silently = (): void => undefined;
    say(fate === 'is told late' ? number(`${what}: late`) * 1_500 : 1, then);
    if (fate === 'is told twice') say(2, silently);
    if (fate === 'is told again later') say(number(`${what}: again`) * 4_000, silently);
  }

  #count(resource: string, by: number): void {
    this.#onTheWay.set(resource, (this.#onTheWay.get(resource) ?? 0) + by);
  }
}
