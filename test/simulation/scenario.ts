/** Owns what a seed makes of one transaction: who takes part, with which locks and whom it tells, and what people say to it meanwhile. */
import { type OperatorEvent } from '../../src/protocol/transaction/events';
import { type Accepted } from '../../src/protocol/transaction/state';
import { given } from '../../src/protocol/wire/given';
import { type Ms } from '../../src/protocol/wire/phases';
import { type Kind } from '../protocol/explorer/services';
import { type Scenario, acceptedFor } from '../protocol/explorer/world';
import { type Job } from './instance';
import { lockTermsBy } from './locks';
import { notifyBy } from './notices';

const kinds: readonly Kind[] = ['remembers', 'forgets', 'slow', 'votesNo'];
export const startAt = 1_700_000_000_000;

export function scenarioBy(number: (name: string) => number): { accepted: Accepted; scenario: Scenario } {
  const within = (name: string, most: number): number => 1 + Math.floor(number(name) * most);
  const size = within('participants', 3);
  const drawn = Array.from({ length: size }, (_, index) => {
    const which = number(`kind ${String(index)}`);
    return kinds[Math.floor(which ** 3 * kinds.length)] ?? 'remembers';
  });
  const onCommitFailure = number('on commit failure') < 0.35 ? 'rollback' : 'retry';
  const scenario: Scenario = {
    name: 'simulated',
    kinds: drawn,
    onCommitFailure,
    prepareAttempts: within('prepare attempts', 3),
    completionAttempts: within('completion attempts', 3),
    operator: { abort: 0, retryNow: 0, resolve: 0 },
    faults: Infinity,
    busy: true,
    fast: true,
  };
  const model = acceptedFor(scenario);
  const decideBy = startAt + 800 + Math.floor(number('decide by') ** 2 * 5_000);
  const limits = { ...model.limits, retryInitialMs: 40, retryMaxMs: 200, attentionRetryMs: 400 };
  const participants = model.participants.map(each => ({
    ...each,
    prepareTimeoutMs: 300,
    completionTimeoutMs: 250,
  }));
  return {
    scenario,
    accepted: {
      ...{ ...model, createdAt: startAt, decideBy, quietAt: decideBy + 1_300, limits, participants },
      ...given({ locks: lockTermsBy(number, { createdAt: startAt, decideBy }), notify: notifyBy(number) }),
    },
  };
}

interface Planned {
  readonly at: Ms;
  readonly job: Job;
  readonly name: string;
}

/** What people may say, and when. */
export function planned(number: (name: string) => number, { kinds: all }: Scenario): Planned[] {
  return Array.from({ length: 4 }, (_, index) => {
    const nth = `message ${String(index + 1)}`;
    const at = number(`${nth}: when`) ** 2 * 5_000;
    const is = number(`${nth}: how`) < 0.5 ? 'signal' : 'update';
    const which = Math.floor(number(`${nth}: what`) * 5);
    const participant = `p${String(1 + Math.floor(number(`${nth}: whom`) * all.length))}`;
    const outcome = (['committed', 'rolledback', 'unknown'] as const)[
      Math.floor(number(`${nth}: outcome`) * 3)
    ];
    const by = 'somebody';
    const jobs: readonly Job[] = [
      { is, name: 'abort', argument: { by } },
      { is, name: 'retryNow', argument: { by } },
      { is, name: 'resolve', argument: { by, reason: 'so it is', participant, outcome } },
      { is: 'cancel' },
      { is: 'signal', name: 'nonsense', argument: 'nonsense' },
    ];
    const job = jobs[which] ?? { is: 'cancel' };
    const said =
      'name' in job
        ? `${job.name}${job.name === 'resolve' ? ` ${participant} as ${String(outcome)}` : ''} by ${job.is}`
        : 'workflow cancel';
    return { at, job, name: `${nth}, ${said}` };
  });
}

/** Undefined of what is none. */
export function eventOf(job: Job): OperatorEvent | undefined {
  if (job.is !== 'update') return undefined;
  return { type: job.name, ...(job.argument as object) } as OperatorEvent;
}
