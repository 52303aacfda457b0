/**
 * Owns the participants of the drill. One works on each resource, and writes down when each request came and when it was
 * answered; beside them the kit, on SQLite, refuses whoever comes with a fencing token that is older than one it has seen.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createParticipant, sqliteStore, yes } from '../../../src/participant';
import { type FencedLock } from '../../../src/protocol/wire/locks';
import { type Phase } from '../../../src/protocol/wire/phases';
import { keepLog } from '../../participant/support/quiet';
import { serve } from '../../participant/support/service';
import { type Received, startParticipants } from '../../support/participants';
import { type Plan, hotResources } from './plan';

export interface Visit {
  readonly transactionId: string;
  readonly phase: Phase;
  readonly cameAt: number;
  /** Unset while it is being worked on. */
  answeredAt?: number;
  readonly locks: readonly FencedLock[];
}

export interface Sites {
  /** In order of arrival, those at the kit left out. */
  readonly visits: readonly Visit[];
  /** Why the kit took a lock to have passed on. */
  fenced(): readonly string[];
  /** Of a request that starts the plan's transaction. */
  participantsOf(plan: Plan): readonly object[];
  close(): Promise<void>;
}

interface Payload {
  readonly answerWithinMs: number;
  readonly votesNo: boolean;
}

export async function openSites(random: () => number): Promise<Sites> {
  const http = await startParticipants();
  const kit = await openKit();
  const visits: Visit[] = [];

  function work({ transactionId, phase, at: cameAt, body }: Received): (response: AnyResponse) => void {
    const { answerWithinMs, votesNo } = body['payload'] as Payload;
    const visit: Visit = { transactionId, phase, cameAt, locks: body['locks'] as FencedLock[] };
    visits.push(visit);
    return response => {
      setTimeout(() => {
        visit.answeredAt = Date.now();
        response.writeHead(votesNo && phase === 'prepare' ? 409 : 200).end('{}');
      }, random() * answerWithinMs);
    };
  }

  for (const n of hotResources.keys()) http.on(siteOf(n), work);
  return {
    visits,
    fenced: kit.fenced,
    participantsOf: ({ locks, fate, answerWithinMs }) => {
      const sites = locks.map(({ resource }, nth) => ({
        url: http.url(siteOf(hotResources.indexOf(resource))),
        payload: { answerWithinMs, votesNo: fate === 'refused' && nth === 1 } satisfies Payload,
      }));
      return [...sites, { url: `${kit.base}/prepare`, name: kitName, payload: {} }];
    },
    close: async () => {
      await http.close();
      await kit.close();
    },
  };
}

interface AnyResponse {
  writeHead(status: number): { end(body: string): unknown };
}

const kitName = 'kit';
const siteOf = (n: number): string => `site-${n}`;

async function openKit(): Promise<{ base: string; fenced: Sites['fenced']; close: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'dtc-hot-'));
  const log = keepLog();
  const nothing = (): void => undefined;
  const reservation = { prepare: () => yes, commit: nothing, rollback: nothing };
  const store = sqliteStore(join(folder, 'kit.db'));
  const participant = await createParticipant({ log, store, reservation });
  const service = await serve(participant);
  return {
    base: service.base,
    fenced: () => {
      const reasons = log.lines.map(({ fields }) => fields['reason']);
      return reasons
        .filter(reason => typeof reason === 'string')
        .filter(each => each.includes('has passed on'));
    },
    close: async () => {
      await service.close();
      await participant.close();
      await rm(folder, { recursive: true });
    },
  };
}
