/**
 * Owns the way of each message from an activity to a lock and back: what the activities find in the place of Temporal's client. What is sent
 * again, and how long an answer is waited for, is production's (`src/coordinator/lock/ask.ts`).
 */
import { ServiceError } from '@temporalio/client';
import { type Ms } from '../../../src/protocol/wire/phases';
import { type AcquireMessage } from '../../../workflows/lock/messages';
import { type AroundMessages, type Sender } from '../network';
import { type SimulatedLock } from './lock';

interface Started {
  readonly options: { readonly workflowId: string };
}

/** Of Temporal's client, what locks are told by. */
export interface LockClient {
  executeUpdateWithStart(
    update: { readonly name: string },
    options: { readonly args: readonly unknown[]; readonly startWorkflowOperation: Started },
  ): Promise<unknown>;
  signalWithStart(
    workflow: string,
    options: { readonly workflowId: string; readonly signalArgs: readonly unknown[] },
  ): Promise<unknown>;
}

interface Around extends AroundMessages {
  readonly lock: (workflowId: string) => SimulatedLock;
  readonly onAsked: (resource: string) => void;
  /** Right before the lock hears it. */
  readonly onReleasing: (resource: string) => void;
}

const fates = [
  'its answer is slow',
  'it is lost',
  'its answer is lost',
  'it is refused',
  'it is sent twice',
  'it arrives late',
  'it arrives very late',
  'it is repeated later',
] as const;

/** Longer than a lock remembers who has released: its sender was frozen, or what it sent was held up. */
const veryLateMs: Ms = 60_000;

interface Message {
  readonly what: string;
  readonly hear: () => Promise<unknown>;
}

export function lockClient(around: Around): LockClient {
  const { clock, choices, number, tell, sender: current } = around;
  const counts = new Map<string, number>();

  function send(name: string, hear: Message['hear']): Promise<unknown> {
    const sender = current();
    if (sender.isDead()) return new Promise(() => undefined);
    const nth = (counts.get(name) ?? 0) + 1;
    counts.set(name, nth);
    const what = `${name}${nth === 1 ? '' : ` (${String(nth)})`}`;
    const fate = choices<(typeof fates)[number] | 'it arrives'>(what, 'it arrives', fates);
    tell(`${what}: ${fate}`);
    return fly({ what, hear }, fate, sender);
  }

  function fly(
    { what, hear }: Message,
    fate: (typeof fates)[number] | 'it arrives',
    sender: Sender,
  ): Promise<unknown> {
    const travel = 1 + number(what) * 3;
    return new Promise((resolve, reject) => {
      const arriveIn = (ms: Ms, then: (said: unknown) => void = () => undefined): void => {
        clock.after(ms, () => {
          tell(`    ${what} arrives`);
          void hear().then(then); // its lock may look at somebody first
        });
      };
      const answerIn = (ms: Ms) => (said: unknown) => {
        clock.after(ms, () => {
          if (!sender.isDead()) resolve(JSON.parse(JSON.stringify(said)));
        });
      };
      switch (fate) {
        case 'it arrives':
          arriveIn(travel, answerIn(travel));
          return;
        case 'its answer is slow':
          arriveIn(travel, answerIn(number(`${what}: slow`) * 1_000));
          return;
        case 'its answer is lost':
          arriveIn(travel);
          return;
        case 'it is refused':
          clock.after(travel, () => {
            if (!sender.isDead()) reject(new ServiceError('no place for it'));
          });
          return;
        case 'it is sent twice': // by the SDK, which had no answer to the first
          arriveIn(travel);
          arriveIn(travel + 20, answerIn(travel));
          return;
        case 'it arrives late':
          arriveIn(number(`${what}: late`) * 3_000);
          return;
        case 'it arrives very late':
          arriveIn(number(`${what}: late`) * veryLateMs);
          return;
        case 'it is repeated later':
          arriveIn(travel, answerIn(travel));
          arriveIn(number(`${what}: repeated`) * veryLateMs);
          return;
        case 'it is lost':
      }
    });
  }

  const released = (lock: SimulatedLock, argument: unknown) => (): Promise<unknown> => {
    around.onReleasing(lock.resource);
    return Promise.resolve(lock.release((argument as { readonly holder: string }).holder));
  };
  return {
    executeUpdateWithStart: ({ name }, { args: [argument], startWorkflowOperation: { options } }) => {
      const lock = around.lock(options.workflowId);
      const what = `${name} of ${lock.resource}`;
      if (name === 'release') return send(what, released(lock, argument));
      around.onAsked(lock.resource);
      return send(what, () => lock.acquire(argument as AcquireMessage));
    },
    signalWithStart: (_workflow, { workflowId, signalArgs: [argument] }) => {
      const lock = around.lock(workflowId);
      return send(`release of ${lock.resource} by signal`, released(lock, argument));
    },
  };
}
