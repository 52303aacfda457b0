/**
 * The kill walk: at every step of a transaction, before and after every request and its answer, the coordinator is killed
 * (SIGKILL), and likewise the Temporal server. Real processes, real databases of Temporal's, participants with a memory. Transactions of
 * different kinds that are about as far share a kill (steps.ts).
 */
import { type Participants, startParticipants } from '../support/participants';
import { endProcesses } from '../support/processes';
import { type Step, isInPhaseTwo, nameOf, rounds } from './steps';
import { type Victim, type Walked, forgetDeaths, startWalker, walk } from './walk';

/** At once: more would slow one another's recovery down, which is measured. */
const walkers: Readonly<Record<Victim, number>> = { coordinator: 2, Temporal: 3 };

let participants: Participants;
beforeAll(async () => {
  participants = await startParticipants();
});
afterAll(async () => {
  await endProcesses();
  await participants.close();
});

interface Walk {
  /** With each step once. */
  readonly walked: readonly Walked[];
  readonly kills: number;
  /** Of transactions that were not yet at their steps when others were killed. */
  readonly problems: readonly string[];
}

/**
 * Each walker has a coordinator and a Temporal server of its own, and takes the next round that is left. Whoever was late for the kill of
 * its round, and has gone through it elsewhere, is walked again by itself.
 */
async function walkAll(victim: Victim): Promise<Walk> {
  const left = [...rounds];
  const all: Walked[] = [];
  let kills = 0;
  const one = async (): Promise<void> => {
    const walker = await startWalker(victim, participants);
    for (let round = left.shift(); round !== undefined; round = left.shift()) {
      const walked = await walk(walker, round);
      kills += 1;
      all.push(...walked);
      left.push(...walked.filter(({ wasThere }) => !wasThere).map(({ step }) => [step]));
      await forgetDeaths(walker);
    }
    await walker.process.stop();
  };
  await Promise.all(Array.from({ length: walkers[victim] }, one));
  return {
    walked: all.filter(({ wasThere }) => wasThere),
    kills,
    problems: all.flatMap(({ problems }) => problems),
  };
}

function report(victim: Victim, { walked, kills }: Walk): void {
  const times = walked.filter(each => isInPhaseTwo(each.step)).map(each => each.settledAfterMs);
  const sorted = times.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)];
  const from = victim === 'coordinator' ? '/readyz' : 'the kill';
  const of = `${sorted.length} in phase two, settled after ${from}: median ${median} ms, longest ${sorted.at(-1)} ms`;
  process.stdout.write(`kill walk, ${victim}: ${walked.length} steps, ${kills} kills; ${of}\n`);
}

function isSlow({ step, settledAfterMs }: Walked): boolean {
  return isInPhaseTwo(step) && settledAfterMs > 5000;
}

/** What was slow, once more, with nothing of the walk beside it: the machine may have been busy. */
async function walkAlone(steps: readonly Step[]): Promise<Walked[]> {
  const walked: Walked[] = [];
  if (steps.length === 0) return walked;
  const walker = await startWalker('coordinator', participants);
  for (const step of steps) walked.push(...(await walk(walker, [step])));
  await walker.process.stop();
  return walked;
}

const stepsIn = (walked: readonly Walked[]): string[] => walked.map(({ step }) => nameOf(step)).sort();
const allSteps = rounds.flat().map(nameOf).sort();

it('loses and breaks nothing when the coordinator is killed, and settles phase two within five seconds', async () => {
  const walk = await walkAll('coordinator');
  report('coordinator', walk);
  expect(walk.problems).toEqual([]);
  expect(stepsIn(walk.walked)).toEqual(allSteps);
  const again = await walkAlone(walk.walked.filter(isSlow).map(({ step }) => step));
  expect(again.flatMap(({ problems }) => problems)).toEqual([]);
  expect(again.filter(isSlow).map(each => `${nameOf(each.step)}: ${each.settledAfterMs} ms`)).toEqual([]);
});

it('loses and breaks nothing when the Temporal server is killed', async () => {
  const walk = await walkAll('Temporal');
  report('Temporal', walk);
  expect(walk.problems).toEqual([]);
  expect(stepsIn(walk.walked)).toEqual(allSteps);
});
