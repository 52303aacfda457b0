/** Owns what is measured beside each other, and how one of it is made. */
import { Overloaded } from '../src/coordinator/errors';
import { postAndWait } from './callers';
import { type Amount, measure } from './load';
import { type Ran } from './protocol';
import { untilStarted } from './refused';
import { type UnderTest } from './underTest';

/**
 * `noop`: the yardstick. `naive`: an activity for each participant and call. `direct`: the function that `POST /transactions` calls.
 * `http`: what a client sees, a `POST` with `Prefer: wait`.
 */
export type Way = 'noop' | 'naive' | 'direct' | 'http';

export interface Subject {
  readonly way: Way;
  /** 0 of a no-op. */
  readonly participants: number;
  readonly run: (amount: Amount) => Promise<Ran>;
}

export const participantCounts = [2, 10, 50] as const;

export function subjectsOf(it: UnderTest): [Subject, ...Subject[]] {
  const noop: Subject = {
    way: 'noop',
    participants: 0,
    run: amount => it.load({ of: 'noop', participants: 0, ...amount }),
  };
  const others = participantCounts.flatMap((participants): Subject[] => [
    { way: 'naive', participants, run: amount => it.load({ of: 'naive', participants, ...amount }) },
    { way: 'direct', participants, run: amount => it.load({ of: 'transaction', participants, ...amount }) },
    { way: 'http', participants, run: amount => overHttp(it, amount, participants) },
  ]);
  return [noop, ...others];
}

/** As a client does: the answer to the POST is the committed transaction. */
export async function overHttp(it: UnderTest, amount: Amount, participants: number): Promise<Ran> {
  const ids: string[] = [];
  let refused = 0;
  const measured = await measure(amount, async () => {
    ids.push(
      await untilStarted(
        () => postOne(it, participants),
        () => (refused += 1),
      ),
    );
  });
  return { ...measured, ids, refused };
}

async function postOne(it: UnderTest, participants: number): Promise<string> {
  const response = await postAndWait(it, 60, participants);
  const { id, status } = (await response.json()) as { id?: string; status?: unknown };
  const afterS = Number(response.headers.get('retry-after'));
  if (response.status === 503 && afterS > 0) throw new Overloaded(afterS);
  if (id === undefined || status !== 'committed')
    throw new Error(`POST was answered ${response.status}, status ${String(status)}`);
  return id;
}
