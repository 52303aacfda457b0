/** Owns what a scenario plays on: one coordinator for most of them, and participants whose names are the scenario's own. */
import { type Phase } from '../../src/protocol/wire/phases';
import { type TestCoordinator } from '../support/coordinator';
import { type Participants, type Script } from '../support/participants';
import { eventually } from '../support/until';

export const stageLimits = {
  prepareTimeoutMs: 500,
  completionTimeoutMs: 500,
  prepareAttempts: 2,
  completionAttempts: 4,
  transactionTimeoutMs: 10_000,
} as const;

export interface Stage {
  readonly dtc: TestCoordinator;
  url(name: string): string;
  on(name: string, script: Script): void;
  /** Resolves with the transaction's id once it was accepted. */
  start(participants: readonly unknown[], options?: object): Promise<string>;
  /** Resolves with the transaction's id once it ended. */
  run(participants: readonly unknown[], options?: object): Promise<string>;
  /** Until the participant has been sent the nth request of a phase. */
  received(id: string, name: string, phase: Phase, nth?: number): Promise<void>;
  signal(id: string, name: string, argument?: unknown): Promise<void>;
  /** Through the API, which uses an update; fails on anything but 200. */
  act(id: string, verb: 'abort' | 'retry' | 'resolve', body?: unknown): Promise<void>;
}

/** All was heard before the bounds of the first task, but what was left to these activities: the first transactions of a process may be slower. */
export async function withinTask(
  s: Stage,
  play: () => Promise<string>,
  unless: readonly string[] = ['prepare round'],
): Promise<string> {
  for (let tries = 0; tries < 10; tries += 1) {
    const id = await play();
    const { events } = await s.dtc.client.workflow.getHandle(id).fetchHistory();
    const called = events?.flatMap(each => each.activityTaskScheduledEventAttributes?.activityId ?? []);
    if (called?.some(each => unless.includes(each)) === false) return id;
  }
  throw new Error('not once was all of it in within the bound');
}

export function stageFor(scenario: string, dtc: TestCoordinator, participants: Participants): Stage {
  const own = (name: string): string => `${scenario.replaceAll(/[^a-z]+/g, '-')}-${name}`;
  const url = (name: string): string => participants.url(own(name));
  const start: Stage['start'] = async (given, options = {}) => {
    const all = given.map(each => (typeof each === 'string' && !each.includes('/') ? url(each) : each));
    return (await dtc.start({ participants: all, ...options })).id;
  };
  return {
    dtc,
    url,
    start,
    on: (name, script) => {
      participants.on(own(name), script);
    },
    run: async (given, options) => {
      const id = await start(given, options);
      await dtc.until(id, d => d.endedAt !== undefined);
      return id;
    },
    received: (id, name, phase, nth = 1) =>
      eventually(() => participants.requests(id, own(name), phase).length >= nth),
    signal: (id, name, argument) =>
      dtc.client.workflow.getHandle(id).signal(name, ...(argument === undefined ? [] : [argument])),
    act: async (id, verb, body) => {
      const response = await dtc.act(id, verb, body);
      if (response.status !== 200) throw new Error(`${verb} answered ${response.status}`);
    },
  };
}
