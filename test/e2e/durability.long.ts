/**
 * PROTOCOL I10 with real processes: the coordinator, its Temporal server and both at once are killed while one transaction
 * waits for a vote, one for an acknowledged commit, one for an acknowledged rollback, and one has just been accepted.
 */
import { type ServerResponse } from 'node:http';
import { type TransactionDocument } from '../../src/protocol/client/document';
import { type Phase } from '../../src/protocol/wire/phases';
import { type Place, newPlace, serverPid, settings } from '../devServer/fixture';
import { type Participants, startParticipants } from '../support/participants';
import {
  type CoordinatorProcess,
  endProcesses,
  post,
  readyAt,
  startProcess,
  untilEnded,
} from '../support/processes';
import { faultsOf } from '../support/records';
import { eventually } from '../support/until';

const quick = { DTC_RETRY_INITIAL_MS: '50', DTC_RETRY_MAX_MS: '200' };
/** "About five seconds", on a machine that does other things too. */
const settledWithinMs = 6_000;

let participants: Participants;
let place: Place;
let coordinator: CoordinatorProcess;
let held: ServerResponse[];

beforeEach(async () => {
  participants = await startParticipants();
  place = await newPlace();
  coordinator = await start();
  held = [];
});
afterEach(async () => {
  await endProcesses();
  await participants.close();
});

function start(): Promise<CoordinatorProcess> {
  return startProcess({ ...settings(place), ...quick });
}

const urls = (...names: string[]): string[] => names.map(name => participants.url(name));

/** Its first request of the phase gets no answer until `answerHeld`; the others do. */
function holdFirst(name: string, phase: Phase): void {
  participants.on(name, r =>
    r.phase === phase && r.nth === 1 ? response => void held.push(response) : undefined,
  );
}

function answerHeld(): void {
  for (const response of held) response.writeHead(200).end();
}

interface Open {
  readonly preparing: string;
  readonly committing: string;
  readonly rollingBack: string;
  readonly accepted: string;
}

/** Each transaction at its point; the last one accepted this instant. */
async function openOneAtEachPoint(): Promise<Open> {
  holdFirst('slow-to-vote', 'prepare');
  holdFirst('slow-to-commit', 'commit');
  holdFirst('slow-to-roll-back', 'rollback');
  participants.on('refuses', r => (r.phase === 'prepare' ? 409 : undefined));
  const [preparing, committing, rollingBack] = await Promise.all([
    post(coordinator.url, urls('a', 'slow-to-vote')),
    post(coordinator.url, urls('a', 'slow-to-commit')),
    post(coordinator.url, urls('a', 'refuses', 'slow-to-roll-back')),
  ]);
  await eventually(() => held.length === 3, 40_000);
  const accepted = await post(coordinator.url, urls('a', 'b'));
  return {
    preparing: preparing.id,
    committing: committing.id,
    rollingBack: rollingBack.id,
    accepted: accepted.id,
  };
}

async function expectAllEndRight(open: Open, readyAgainAt: number): Promise<void> {
  const ended = async (id: string): Promise<TransactionDocument> => {
    const document = await untilEnded(coordinator.url, id);
    expect(faultsOf(document, participants)).toEqual([]);
    return document;
  };
  const committing = await ended(open.committing);
  const rollingBack = await ended(open.rollingBack);
  const preparing = await ended(open.preparing);
  const accepted = await ended(open.accepted);
  expect([preparing.status, committing.status, accepted.status]).toEqual([
    'committed',
    'committed',
    'committed',
  ]);
  expect(rollingBack).toMatchObject({ status: 'rolledback', reason: { code: 'refused', participant: 'p2' } });
  for (const { endedAt = '' } of [committing, rollingBack])
    expect(Date.parse(endedAt) - readyAgainAt).toBeLessThan(settledWithinMs);
}

it('ends every accepted transaction after the coordinator was killed', async () => {
  const open = await openOneAtEachPoint();
  await coordinator.kill();
  coordinator = await start();
  await expectAllEndRight(open, await readyAt(coordinator.url));
});

it('ends every accepted transaction after the Temporal server was killed, which its owner starts again', async () => {
  const open = await openOneAtEachPoint();
  const killed = serverPid(place.dataDir);
  process.kill(killed, 'SIGKILL');
  answerHeld(); // while nobody can be told of it
  await eventually(() => serverPid(place.dataDir) !== killed, 40_000);
  await expectAllEndRight(open, await readyAt(coordinator.url));
});

it('ends every accepted transaction after both were killed at once', async () => {
  const open = await openOneAtEachPoint();
  process.kill(serverPid(place.dataDir), 'SIGKILL');
  await coordinator.kill();
  coordinator = await start();
  await expectAllEndRight(open, await readyAt(coordinator.url));
});

it('makes one transaction of each key that a client repeats through crashes, whenever they come', async () => {
  const keys = Array.from({ length: 12 }, (_, i) => `order-${i}`);
  participants.on('refuses', r => (r.phase === 'prepare' ? 409 : undefined));
  const refused = (i: number): boolean => i % 3 === 0;
  // a prepare that was lost with its worker is followed by a rollback past the deadline (I4): one that comes soon
  const brief = { timeoutMs: 6000 };
  const body = (i: number): unknown =>
    refused(i)
      ? { ...brief, participants: urls('a', 'b', 'refuses').map(url => ({ url, timeoutMs: 1000 })) }
      : urls('a', 'b');
  let stopped = false;
  const posted = keys.map(async (key, i) => {
    for (;;) {
      try {
        return await post(coordinator.url, body(i), { 'idempotency-key': key });
      } catch (error) {
        if (stopped) throw error;
        await readyAt(coordinator.url);
      }
    }
  });
  try {
    for (const requests of [3, 20]) {
      await eventually(() => participants.received.length >= requests, 40_000);
      process.kill(serverPid(place.dataDir), 'SIGKILL');
      await coordinator.kill();
      coordinator = await start();
    }
    const accepted = await Promise.all(posted);
    for (const [i, { id }] of accepted.entries()) {
      const document = await untilEnded(coordinator.url, id);
      expect(document.status).toBe(refused(i) ? 'rolledback' : 'committed');
      expect(faultsOf(document, participants)).toEqual([]);
    }
    expect(new Set(participants.received.map(r => r.transactionId))).toEqual(
      new Set(accepted.map(({ id }) => id)),
    );
  } finally {
    stopped = true;
    await Promise.allSettled(posted);
  }
});
