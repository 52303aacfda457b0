/** Owns what a clean stop is, as the real process: asked of each signal that stops it. */
import { answers, newPlace, processesNaming, serverPid, settings } from '../devServer/fixture';
import { type Participants, hang, startParticipants } from '../support/participants';
import { post, startProcess, untilEnded } from '../support/processes';
import { faultsOf } from '../support/records';
import { eventually } from '../support/until';
import { type TransactionDocument } from '../../src/protocol/client/document';

type Signal = 'SIGTERM' | 'SIGINT';

/** It answers who waits, ends with 0 within 15 seconds, leaves nothing, and the next start goes on. */
export async function expectCleanStop(signal: Signal): Promise<void> {
  const participants = await startParticipants();
  try {
    await expectOf(signal, participants);
  } finally {
    await participants.close();
  }
}

async function expectOf(signal: Signal, participants: Participants): Promise<void> {
  const urls = (...names: string[]): string[] => names.map(name => participants.url(name));
  const place = await newPlace();
  participants.on('thinks', r => (r.phase === 'prepare' && r.nth === 1 ? hang : undefined));
  const coordinator = await startProcess(settings(place));
  const { url } = coordinator;
  const yesterdays = await untilEnded(url, (await post(url, urls('a', 'b'))).id);
  const server = serverPid(place.dataDir);

  const waiting = post(url, urls('a', 'thinks'), { prefer: 'wait=60' });
  const answeredAt = waiting.then(() => Date.now());
  await eventually(() => participants.received.some(r => r.name === 'thinks'), 40_000);
  const signalledAt = Date.now();
  const exit = await coordinator.stop(signal);
  expect((await answeredAt) - signalledAt).toBeLessThan(10_000); // of the sixty seconds that it wants to wait
  const pending = await waiting;
  expect(pending).toMatchObject({ status: 'pending', state: 'preparing' });
  expect(exit).toMatchObject({ code: 0, signal: null });
  expect(exit.afterMs).toBeLessThan(15_000);
  expect(processesNaming(place.dataDir)).toEqual([]);
  expect(() => process.kill(server, 0)).toThrow('ESRCH');
  expect(await Promise.all([place.port, place.uiPort, portOf(url)].map(port => answers(port)))).toEqual([
    false,
    false,
    false,
  ]);

  const next = await startProcess(settings(place));
  expect(await read(next.url, yesterdays.id)).toEqual(yesterdays);
  const ended = await untilEnded(next.url, pending.id);
  expect(ended.status).toBe('committed');
  expect(faultsOf(ended, participants)).toEqual([]);
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}

async function read(url: string, id: string): Promise<TransactionDocument> {
  return (await (await fetch(`${url}/transactions/${id}`)).json()) as TransactionDocument;
}
