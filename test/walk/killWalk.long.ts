/**
 * The kill walk: at every step of a transaction, before and after every request and its answer, the coordinator is killed
 * (SIGKILL), and likewise the Temporal server. Real processes, real databases of Temporal's, participants with a memory.
 */
import { type Participants, startParticipants } from '../support/participants';
import { endProcesses } from '../support/processes';
import { isInPhaseTwo, nameOf, steps } from './steps';
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

/** Each walker has a coordinator and a Temporal server of its own, and takes the next step that is left. */
async function walkAll(victim: Victim): Promise<Walked[]> {
  const left = [...steps];
  const walked: Walked[] = [];
  const one = async (): Promise<void> => {
    const walker = await startWalker(victim, participants);
    for (let step = left.shift(); step !== undefined; step = left.shift()) {
      walked.push(await walk(walker, step));
      await forgetDeaths(walker);
    }
    await walker.process.stop();
  };
  await Promise.all(Array.from({ length: walkers[victim] }, one));
  return walked;
}

function report(victim: Victim, walked: readonly Walked[]): void {
  const times = walked.filter(each => isInPhaseTwo(each.step)).map(each => each.settledAfterMs);
  const sorted = times.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)];
  const from = victim === 'coordinator' ? '/readyz' : 'the kill';
  const of = `${sorted.length} in phase two, settled after ${from}: median ${median} ms, longest ${sorted.at(-1)} ms`;
  process.stdout.write(`kill walk, ${victim}: ${walked.length} kills; ${of}\n`);
}

const problemsOf = (walked: readonly Walked[]): string[] => walked.flatMap(each => each.problems);

it('loses and breaks nothing when the coordinator is killed, and settles phase two within five seconds', async () => {
  const walked = await walkAll('coordinator');
  report('coordinator', walked);
  expect(problemsOf(walked)).toEqual([]);
  const slow = walked.filter(each => isInPhaseTwo(each.step) && each.settledAfterMs > 5000);
  expect(slow.map(each => `${nameOf(each.step)}: ${each.settledAfterMs} ms`)).toEqual([]);
});

it('loses and breaks nothing when the Temporal server is killed', async () => {
  const walked = await walkAll('Temporal');
  report('Temporal', walked);
  expect(problemsOf(walked)).toEqual([]);
});
