/** Owns the notifications of a simulated transaction: whom it has told of what, the runs that tell it, and how they are judged. */
import { type OutboundRequest } from '../../../src/outbound/contract';
import { type NotificationInput } from '../../../src/protocol/notification/steps';
import { type NotifyPlan, type Transaction } from '../../../src/protocol/transaction/state';
import { type Reply } from '../../../src/protocol/wire/answers';
import { type NotifyEvent, notificationId, notifyEvents } from '../../../src/protocol/wire/notification';
import { type Around as OfActivities } from '../activities';
import { Children } from '../children';
import { type Asks } from '../instance';
import { type Sender } from '../network';
import { type Asker, SimulatedRun } from '../run';
import { NoticePromises } from './promises';
import { receiver } from './receiver';

const share = 0.35;

/** Undefined where nobody is told. */
export function notifyBy(number: (name: string) => number): NotifyPlan | undefined {
  if (number('with notifications') >= share) return undefined;
  const some = notifyEvents.filter(event => number(`told of ${event}`) < 0.55);
  const on: readonly NotifyEvent[] = some.length === 0 ? ['outcome'] : some;
  const forMs = number('told for') < 0.2 ? 2_500 : 60_000;
  return { url: 'http://shop/told', on, terms: { timeoutMs: 200, initialMs: 40, maxMs: 300, forMs } };
}

interface Around extends OfActivities {
  readonly notify: NotifyPlan | undefined;
  readonly sender: () => Sender;
  readonly state: () => Transaction | undefined;
  readonly onBroken: (promise: string, what: string) => void;
  /** One is there, and the run's history does not say so yet. */
  readonly onUnrecorded: (id: string) => void;
}

export class Notices {
  readonly send: (request: OutboundRequest) => Promise<Reply>;
  readonly #promises: NoticePromises | undefined;
  readonly #children: Children<NotificationInput>;

  constructor(around: Around) {
    const { clock, choices, number, tell, sender, code, notify, workflowId: transactionId } = around;
    const promises =
      notify === undefined
        ? undefined
        : new NoticePromises({
            ...{ transactionId, ...notify, now: clock.now, core: code.core },
            ...{ state: around.state, onBroken: around.onBroken },
          });
    this.#promises = promises;
    this.send = receiver({
      ...{ clock, choices, number, tell, sender },
      onSent: (id, body) => promises?.sends(id, body),
      onAnswered: (id, status) => promises?.answered(id, status),
      onHeard: (id, reply) => promises?.heard(id, reply),
    });
    this.#children = new Children({
      ...{ clock, choices, number, tell, onUnrecorded: around.onUnrecorded },
      begin: (workflowId, input) => {
        const id = notificationId(input.notification);
        promises?.begins(id);
        return new SimulatedRun<NotificationInput>(
          {
            ...around,
            tell: text => {
              tell(`  [${input.notification.event}] ${text}`);
            },
            workflowId,
            main: code.notification,
            onLost: () => undefined,
            onRecorded: () => undefined,
            onLeft: () => undefined,
            onChild: noChild,
            onSignal: noChild,
            onClosed: ({ ended }) => promises?.ended(id, ended),
          },
          workflowId,
          input,
        );
      },
    });
  }

  onChild = (command: Asks<'child'>, by: Asker): void => {
    this.#children.start(command, by);
  };

  onSignal = (command: Asks<'signal'>, by: Asker): void => {
    this.#children.signal(command, by);
  };

  /** A run of the transaction has closed. */
  closed(): void {
    this.#children.closed();
  }

  recorded(t: Transaction): void {
    this.#promises?.recorded(t);
  }

  rests(): void {
    this.#promises?.rests();
  }
}

function noChild(): never {
  throw new Error('a notification asks for no other workflow');
}
