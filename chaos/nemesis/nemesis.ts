/** Owns carrying the plan out: each fault at its time, never two on one target, all of them over at the end. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Recorder } from '../recorder';
import { type FaultKind } from './kind';
import { type Planned } from './schedule';

interface Carrying {
  readonly kinds: readonly FaultKind[];
  readonly recorder: Recorder;
  readonly signal: AbortSignal;
  readonly forMs: number;
}

/**
 * Resolves when the last one is over; rejects where something that was broken cannot be made whole. A fault whose target is still in the
 * hands of another waits for that, and is left out where the time is over by then.
 */
export async function carryOut(
  plan: readonly Planned[],
  { kinds, recorder, signal, forMs }: Carrying,
): Promise<void> {
  const began = Date.now();
  const busy = new Set<string>();
  const running: Promise<void>[] = [];
  const failures: unknown[] = [];
  const waiting = [...plan];
  while (waiting.length > 0 && Date.now() < began + forMs) {
    await sleep(tickMs, undefined, { signal });
    const planned = nextDue(waiting, Date.now() - began, busy);
    const kind = kinds.find(({ fault }) => fault === planned?.fault);
    if (planned === undefined || kind === undefined) continue;
    waiting.splice(waiting.indexOf(planned), 1);
    busy.add(planned.target);
    const one = carryOutOne(planned, kind, { recorder, signal })
      .catch((error: unknown) => void failures.push(error))
      .finally(() => busy.delete(planned.target));
    running.push(one);
  }
  await Promise.all(running);
  if (failures.length > 0) throw failures[0];
}

const tickMs = 25;

/** While what takes hold of everything is due, nothing else begins. */
function nextDue(
  waiting: readonly Planned[],
  elapsedMs: number,
  busy: ReadonlySet<string>,
): Planned | undefined {
  const due = waiting.filter(({ atMs }) => atMs <= elapsedMs);
  const all = due.findIndex(({ target }) => target === 'everything');
  const first = all === -1 ? due : all === 0 ? due.slice(0, 1) : due.slice(0, all);
  return first.find(planned => !isTaken(planned, busy));
}

/** What takes hold of everything has to be alone. */
function isTaken({ target }: Planned, busy: ReadonlySet<string>): boolean {
  if (busy.has('everything') || busy.has(target)) return true;
  if (target === 'everything') return busy.size > 0;
  const workers = [...busy].some(each => /^worker-\d$/.test(each));
  return target === 'workers' ? workers : busy.has('workers') && /^worker-\d$/.test(target);
}

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
