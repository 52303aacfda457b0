/** Owns carrying the plan out: each fault at its time, or as soon after it as its turn comes, all of them over at the end. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Recorder } from '../recorder';
import { type FaultKind } from './kind';
import { type Planned } from './schedule';
import { nextDue } from './turn';

interface Carrying {
  readonly kinds: readonly FaultKind[];
  readonly recorder: Recorder;
  readonly signal: AbortSignal;
  readonly forMs: number;
}

/**
 * Resolves when the last one is over. Those whose turn has not come when the time is over are left out, and written down as such. Rejects
 * where one could not be carried out or made whole, once those that had begun are over: nothing could be judged, so no other begins.
 */
export async function carryOut(
  plan: readonly Planned[],
  { kinds, recorder, signal, forMs }: Carrying,
): Promise<void> {
  const began = Date.now();
  const running = new Map<Planned, Promise<void>>();
  const failures: unknown[] = [];
  const waiting = [...plan];
  while (waiting.length > 0 && Date.now() < began + forMs && failures.length === 0) {
    await sleep(tickMs, undefined, { signal });
    const planned = nextDue(waiting, { elapsedMs: Date.now() - began, running: [...running.keys()] });
    const kind = kinds.find(({ fault }) => fault === planned?.fault);
    if (planned === undefined || kind === undefined) continue;
    waiting.splice(waiting.indexOf(planned), 1);
    const one = carryOutOne(planned, kind, { recorder, signal })
      .catch((error: unknown) => void failures.push(error))
      .finally(() => running.delete(planned));
    running.set(planned, one);
  }
  for (const { nth, fault, target } of waiting)
    recorder.record({ kind: 'fault', nth, is: 'left out', fault, target });
  await Promise.all(running.values());
  if (failures.length > 0) throw failures[0];
}

const tickMs = 25;

async function carryOutOne(
  { nth, fault, target, forMs }: Planned,
  kind: FaultKind,
  { recorder, signal }: Pick<Carrying, 'recorder' | 'signal'>,
): Promise<void> {
  const tell = (is: 'begins' | 'ends', note?: string): void => {
    recorder.record({ kind: 'fault', nth, is, fault, target, ...(note === undefined ? {} : { note }) });
  };
  tell('begins');
  const over = sleep(forMs, undefined, { signal });
  over.catch(() => undefined); // of an interruption those are told that wait for it
  const note = await kind.run(target, over, forMs);
  tell('ends', note);
}
