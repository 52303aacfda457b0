/**
 * Owns one simulated lock: the core as it ships, driven as `workflows/lock/workflow.ts` drives it. What it hears is durable at once, so it
 * is kinder than Temporal in one thing alone: no task of a lock is lost.
 */
import { type AcquireAnswer } from '../../../src/protocol/lock/answer';
import type * as answerModule from '../../../src/protocol/lock/answer';
import type * as applyModule from '../../../src/protocol/lock/apply';
import { type LockEvent, type Looked } from '../../../src/protocol/lock/events';
import type * as stateModule from '../../../src/protocol/lock/state';
import { type Lock } from '../../../src/protocol/lock/state';
import type * as wantedModule from '../../../src/protocol/lock/wanted';
import { type LockWork } from '../../../src/protocol/lock/wanted';
import { type Keeper, type Scope, keep } from '../../../workflows/keep';
import { type AcquireMessage } from '../../../workflows/lock/messages';
import { type Clock } from '../clock';

export type LockCore = Pick<typeof answerModule, 'standingIn' | 'isBeingLookedAt' | 'holdersOf'> &
  Pick<typeof applyModule, 'applyToLock' | 'refusalOf'> &
  Pick<typeof stateModule, 'emptyLock' | 'isIdle'> &
  Pick<typeof wantedModule, 'lockWork'>;

interface Around {
  readonly clock: Clock;
  readonly core: LockCore;
  /** Calls back with what the look saw. */
  readonly look: (holders: readonly string[], then: (at: readonly Looked[]) => void) => void;
  /** Calls back with whether there was somebody to tell. */
  readonly tell: (
    grant: { readonly holder: string; readonly fencingToken: number },
    then: (delivered: boolean) => void,
  ) => void;
  readonly onChange: (before: Lock, after: Lock) => void;
  /** The core refuses what would break a promise. */
  readonly onRefused: (error: unknown) => void;
}

interface Cancellable extends Scope {
  onCancel: () => void;
}

export class SimulatedLock {
  state: Lock;
  readonly #around: Around;
  readonly #keeper: Keeper;
  #waiting: (() => boolean)[] = [];

  constructor(
    readonly resource: string,
    around: Around,
  ) {
    this.#around = around;
    this.state = around.core.emptyLock(resource);
    const open = (): Cancellable => {
      const scope: Cancellable = {
        onCancel: () => undefined,
        run: work => work(),
        cancel: () => {
          scope.onCancel();
        },
      };
      return scope;
    };
    this.#keeper = keep<LockWork, LockEvent, Cancellable>(
      {
        wanted: () => around.core.lockWork(this.state, around.clock.now()),
        perform: (work, scope) => this.#perform(work, scope),
        feed: event => {
          this.#feed(event);
        },
      },
      { background: open(), open },
    );
  }

  /** Answered once it is not being looked at. */
  acquire({ waitMs, ...message }: AcquireMessage): Promise<AcquireAnswer> {
    const { core, clock } = this.#around;
    this.#closeIfIdle();
    const { holder } = message;
    const event = { type: 'acquire', ...message, until: clock.now() + waitMs } as const;
    const why = core.refusalOf(this.state, event, clock.now());
    const refused = (is: typeof why): AcquireAnswer => ({
      is: 'refused',
      why: is ?? 'late',
      heldBy: core.holdersOf(this.state),
    });
    if (why !== undefined) return Promise.resolve(refused(why));
    this.#feed(event);
    return new Promise(resolve => {
      const answer = (): boolean => {
        if (core.isBeingLookedAt(this.state, holder)) return false;
        resolve(core.standingIn(this.state, holder) ?? refused(undefined));
        return true;
      };
      if (!answer()) this.#waiting.push(answer);
    });
  }

  release(holder: string): { readonly released: boolean } {
    this.#closeIfIdle();
    const had = this.#around.core.standingIn(this.state, holder) !== undefined;
    this.#feed({ type: 'release', holder });
    return { released: had && this.#around.core.standingIn(this.state, holder) === undefined };
  }

  /** Its workflow has closed by then, and the next message starts another. */
  #closeIfIdle(): void {
    const { core, clock } = this.#around;
    if (core.isIdle(this.state, clock.now())) this.state = core.emptyLock(this.resource);
  }

  #feed(event: LockEvent): void {
    const { core, clock, onChange, onRefused } = this.#around;
    const before = this.state;
    try {
      this.state = core.applyToLock(before, event, clock.now());
    } catch (error) {
      onRefused(error);
      return;
    }
    onChange(before, this.state);
    this.#keeper.reconcile();
    this.#waiting = this.#waiting.filter(answer => !answer());
  }

  #perform(work: LockWork, scope: Cancellable): Promise<LockEvent | undefined> {
    const { clock, look, tell } = this.#around;
    return new Promise(resolve => {
      scope.onCancel = () => {
        resolve(undefined);
      };
      switch (work.do) {
        case 'look':
          look(work.at, at => {
            resolve({ type: 'looked', at });
          });
          return;
        case 'tell':
          tell(work, delivered => {
            resolve({ type: 'told', holder: work.holder, delivered });
          });
          return;
        case 'wake': {
          const takeBack = clock.after(Math.max(work.at - clock.now(), 1), () => {
            resolve({ type: 'tick' });
          });
          scope.onCancel = () => {
            takeBack();
            resolve(undefined);
          };
        }
      }
    });
  }
}
