/**
 * Owns the model of the fast lane: a first task with the locks and the round of prepares in it. Nothing of it is recorded before it is over: a task that
 * is lost is given out again, whatever its requests did. What is open when it is over goes on in the round's activity, which finds the
 * requests in its process, or is in another one.
 */
import { type FirstTask } from '../../../src/protocol/transaction/firstRound';
import { type Transaction } from '../../../src/protocol/transaction/state';
import { countTried } from './activities';
import { abandonLocks } from './lockDriver';
import { type Step } from './step';
import { type Setting, type Side, type Work, type World, acceptedFor } from './world';

/** The start, the task scheduled and started; and what a try that was lost adds to it. */
const firstTry = 3;
const laterTry = 6;

export interface Beginning {
  readonly t: Transaction;
  readonly firstTask: boolean;
}

/** As `firstState` and `firstRound` of the workflow have it. */
export function beginning(setting: Setting, historyLength = firstTry): Beginning {
  const { scenario, core } = setting;
  const t = core.apply.begin('tx', acceptedFor(scenario));
  if (scenario.fast !== true) return { t, firstTask: false };
  const { isFirstTry, assumeAsked, takesFastLane } = core.firstRound;
  const task: FirstTask = { historyLength, waitedMs: 0 };
  return { t: isFirstTry(historyLength) ? t : assumeAsked(t), firstTask: takesFastLane(task) };
}

/** @param begin the world of a transaction that begins, with what is around it */
export function* firstTaskSteps(
  world: World,
  setting: Setting,
  begin: (around: World, beginning: Beginning) => World,
): Generator<Step> {
  const { firstTask, faultsLeft } = world;
  if (firstTask) {
    const asks = world.sides.some(side => side.works.length > 0);
    if (asks)
      yield { label: 'the first task is over, what is open goes on', next: () => handedOver(world, isOpen) };
    if (faultsLeft === 0) return;
    const spoilt = { ...world, faultsLeft: faultsLeft - 1 };
    if (asks)
      yield { label: 'what the first task heard is lost', next: () => handedOver(spoilt, () => true) };
    const again = () => lostTask(spoilt, setting, begin);
    yield { label: 'the first task is lost, and given out again', next: again };
    return;
  }
  const joined = world.sides.some(side => side.works.some(({ begun }) => begun === 'joined'));
  if (joined) yield { label: 'the round goes on elsewhere', next: () => elsewhere(world, setting) };
}

export function lostTask(
  world: World,
  setting: Setting,
  begin: (around: World, beginning: Beginning) => World,
): World {
  return begin(forgotten(world), beginning(setting, laterTry));
}

const isOpen = ({ result }: Work): boolean => result === undefined;

function withWorks(world: World, change: (side: Side, work: Work) => Work): World {
  const sides = world.sides.map(side => ({ ...side, works: side.works.map(work => change(side, work)) }));
  return { ...world, sides };
}

function handedOver(world: World, isLeft: (work: Work) => boolean): World {
  const after = withWorks(world, (_, work) => (isLeft(work) ? { ...work, begun: 'joined' } : work));
  return { ...after, firstTask: false };
}

/** Nobody remembers it; what was open may arrive at any time, or never. */
function forgotten(world: World): World {
  const sides = world.sides.map(side => {
    const { onTheWay, works, facts } = side;
    const sent = Object.fromEntries(works.filter(isOpen).map(({ phase }) => [phase, true]));
    const heard = { heardYes: false, commitAcknowledged: false };
    return { ...side, works: [], onTheWay: { ...onTheWay, ...sent }, facts: { ...facts, ...heard } };
  });
  return { ...abandonLocks(world), sides };
}

/** Of what was open nobody hears again. Each is asked once more, or has had all its attempts. */
function elsewhere(world: World, { core, scenario }: Setting): World {
  const { endedByLoss } = core.firstRound;
  const sides = world.sides.map(side => {
    if (!side.works.some(({ begun }) => begun === 'joined')) return side;
    const works = side.works.map((work): Work => {
      if (work.begun !== 'joined') return work;
      const { result: _result, ...open } = work;
      if (scenario.prepareAttempts > 1)
        return { ...open, requests: 0, exposure: core.answers.untouched, begun: 'lost' };
      const { is, why, exposure, requests } = endedByLoss({ participant: side.name, nth: work.nth });
      return {
        ...open,
        exposure,
        requests,
        result: { is, ...(why === undefined ? {} : { code: why.code }) },
      };
    });
    const facts = countTried(side.facts, 'prepare', { core, scenario });
    return { ...side, works, facts, onTheWay: { ...side.onTheWay, prepare: true } };
  });
  return { ...world, sides };
}
