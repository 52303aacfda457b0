/** Carrying out a plan: what it writes down of each fault, also of those whose turn never came, and that all are over at the end. */
import { type FaultKind } from '../../chaos/nemesis/kind';
import { carryOut } from '../../chaos/nemesis/nemesis';
import { type Planned } from '../../chaos/nemesis/schedule';
import { type Entry } from '../../chaos/recorder';

const planned = (nth: number, atMs: number, target: string): Planned => ({
  ...{ nth, atMs, forMs: 1, fault: 'kill', target, holdsProcess: true },
});

async function carriedOut(
  plan: readonly Planned[],
  { forMs, run }: Pick<FaultKind, 'run'> & { readonly forMs: number },
): Promise<readonly string[]> {
  const told: string[] = [];
  const record = (entry: Entry): void => {
    if (entry.kind === 'fault') told.push(`${entry.nth} ${entry.is}`);
  };
  const kinds: FaultKind[] = [{ fault: 'kill', targets: [], longestMs: 1, run }];
  const { signal } = new AbortController();
  await carryOut(plan, { kinds, recorder: { told: [], record }, signal, forMs });
  return told;
}

it('tells of each that it begins and that it is over', async () => {
  const plan = [planned(1, 0, 'api-1'), planned(2, 0, 'api-1')];
  const told = await carriedOut(plan, { forMs: 60_000, run: (_, until) => until.then(() => undefined) });
  expect(told).toEqual(['1 begins', '1 ends', '2 begins', '2 ends']);
});

it('tells of those whose turn had not come when the time was over that they are left out, and waits for who has begun', async () => {
  const plan = [planned(1, 0, 'api-1'), planned(2, 0, 'api-1'), planned(3, 90_000, 'api-2')];
  let letGo = (): void => undefined;
  const held = new Promise<undefined>(resolve => {
    letGo = () => {
      resolve(undefined);
    };
  });
  const run = (): Promise<undefined> => held;
  setTimeout(letGo, 600); // the time is over by then
  expect(await carriedOut(plan, { forMs: 300, run })).toEqual([
    '1 begins',
    '2 left out',
    '3 left out',
    '1 ends',
  ]);
});

it('fails where something cannot be made whole, when all are over', async () => {
  const ended: string[] = [];
  const run = async (target: string): Promise<undefined> => {
    if (target === 'api-1') throw new Error('it does not start');
    await new Promise(resolve => setTimeout(resolve, 50));
    ended.push(target);
  };
  const plan = [planned(1, 0, 'api-1'), planned(2, 0, 'api-2')];
  await expect(carriedOut(plan, { forMs: 60_000, run })).rejects.toThrow('it does not start');
  expect(ended).toEqual(['api-2']);
});
