/** Owns a coordinator that sweeps, for the tests of one file: its Schedule, its lists, and asking for a sweep over HTTP. */
import { randomBytes } from 'node:crypto';
import { type OrphansDocument } from '../../../src/protocol/client/orphans';
import { timedId } from '../../../src/protocol/wire/ids';
import { type TestCoordinator, type TestOptions, startCoordinator } from '../../support/coordinator';
import { type Participants, startParticipants } from '../../support/participants';
import { eventually, until } from '../../support/until';
import { type List, type Lists, startLists } from './lists';

export interface SweepWorld {
  readonly dtc: TestCoordinator;
  readonly participants: Participants;
  readonly list: List;
  readonly other: List;
}

/** Nothing sweeps unless it is asked to: the Schedule's own time is a day away. */
const quiet = { DTC_SWEEP_INTERVAL_MS: '86400000', DTC_SWEEP_SAFETY_MS: '1' };

/** A tag of its own keeps the transactions of other files, on the same server, out of its sweeps. */
export function newTag(): string {
  return `s${randomBytes(5).toString('hex')}`;
}

export function useSweeps(options: TestOptions = {}): SweepWorld {
  const world: { -readonly [K in keyof SweepWorld]?: SweepWorld[K] } = {};
  let lists: Lists | undefined;
  beforeAll(async () => {
    lists = await startLists();
    [world.list, world.other] = [lists.list('list'), lists.list('other')];
    const env = {
      ...{ DTC_COORDINATOR_ID: newTag(), DTC_RECOVERY_URLS: `${world.list.url},${world.other.url}` },
      ...quiet,
      ...options.env,
    };
    world.participants = await startParticipants();
    world.dtc = await startCoordinator({ sweeps: true, ...options, env });
    await world.dtc.run({ participants: [world.participants.url('warm')], timeoutMs: 30_000 });
  });
  beforeEach(() => {
    for (const list of [world.list, world.other])
      Object.assign(list ?? {}, {
        entries: [],
        sent: [],
        asked: 0,
        pageSize: 1000,
        answer: undefined,
        status: 200,
      });
  });
  afterAll(async () => {
    await world.dtc?.close();
    await world.participants?.close();
    await lists?.close();
  });
  return world as SweepWorld;
}

/** `POST /orphans/sweep`; fails the test on anything but a report, which a busy machine brings later (`202`). The next sweep will know it: visibility lags a little. */
export async function sweep({ url }: { readonly url: string }, dryRun = false): Promise<OrphansDocument> {
  const { sweptAt: before = '' } = await lastReport({ url });
  const response = await fetch(`${url}/orphans/sweep`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ dryRun }),
  });
  const text = await response.text();
  if (response.status === 202) {
    const isNew = (seen: OrphansDocument): boolean => (seen.sweptAt ?? '') > before && seen.dryRun === dryRun;
    return until(() => lastReport({ url }), isNew, { withinMs: 60_000 });
  }
  if (response.status !== 200) throw new Error(`the sweep answered ${response.status}: ${text}`);
  const report = JSON.parse(text) as OrphansDocument;
  await eventually(async () => ((await lastReport({ url })).sweptAt ?? '') >= (report.sweptAt ?? ''));
  return report;
}

export async function lastReport({ url }: { readonly url: string }): Promise<OrphansDocument> {
  return (await fetch(`${url}/orphans`)).json() as Promise<OrphansDocument>;
}

/** A transaction that is over. */
export async function ended(
  { dtc, participants }: Pick<SweepWorld, 'dtc' | 'participants'>,
  as: 'committed' | 'rolledback',
  more: object = {},
): Promise<string> {
  participants.on('refuses', ({ phase }) => (phase === 'prepare' ? 409 : 200));
  const urls = [participants.url('hotel'), ...(as === 'committed' ? [] : [participants.url('refuses')])];
  const { id } = await dtc.run({ participants: urls.map(url => ({ url, ...more })) });
  await dtc.until(id, document => document.state === as && document.endedAt !== undefined);
  return id;
}

/** An id of this coordinator that it has no record of. */
export function lostId({ tag }: { readonly tag: string }): string {
  return timedId(tag, Date.now());
}
