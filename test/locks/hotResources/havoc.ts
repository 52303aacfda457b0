/** Owns the workers of the drill, in processes of their own, and what is done to them: killed and started anew, or frozen. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type CoordinatorProcess, startProcess } from '../../support/processes';

export interface Damage {
  readonly kills: number;
  readonly freezes: number;
}

export interface Havoc {
  /** Rejects when a worker does not start again. */
  readonly failed: Promise<never>;
  /** Whole workers are left running. */
  stop(): Promise<Damage>;
}

const frozenForMs = 5000;
const calmMs = { least: 2500, more: 4000 };

/** One after the other: one is killed, or both at once, or one is frozen past the timeouts of what it has in hand. */
export async function wreakHavoc(
  settings: Readonly<Record<string, string>>,
  random: () => number,
): Promise<Havoc> {
  const start = (): Promise<CoordinatorProcess> => startProcess({ ...settings, DTC_ROLE: 'worker' });
  const workers = await Promise.all([start(), start()]);
  const count = { kills: 0, freezes: 0 };
  const stopping = new AbortController();

  async function kill(nth: number): Promise<void> {
    count.kills += 1;
    await workers[nth]?.kill();
    workers[nth] = await start();
  }
  async function freeze(nth: number): Promise<void> {
    count.freezes += 1;
    const pid = workers[nth]?.pid ?? 0;
    process.kill(pid, 'SIGSTOP');
    await sleep(frozenForMs);
    process.kill(pid, 'SIGCONT');
  }
  async function strike(): Promise<void> {
    const nth = random() < 0.5 ? 0 : 1;
    const chance = random();
    if (chance < 0.25) await freeze(nth);
    else if (chance < 0.4) await Promise.all(workers.map((_, each) => kill(each)));
    else await kill(nth);
  }
  const wreaking = (async () => {
    while (!stopping.signal.aborted) {
      await sleep(calmMs.least + random() * calmMs.more);
      await strike();
    }
  })();
  return {
    failed: wreaking.then(() => new Promise<never>(() => undefined)),
    stop: async () => {
      stopping.abort();
      await wreaking;
      return count;
    },
  };
}
