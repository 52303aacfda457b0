/**
 * Owns the transfer drill: transfers between two banks, one on PostgreSQL by XA and one on SQLite by reservation, while the
 * banks are killed and started again; then the books are compared, account by account.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type TransactionDocument } from '../../../src/protocol/client/document';
import { startCoordinator, type TestCoordinator } from '../../support/coordinator';
import { type Banks, opening, openingBalance, perBank, startBanks } from './banks';

export interface Drill extends Banks {
  readonly dtc: TestCoordinator;
  close(): Promise<void>;
}

/** Of an account of one bank to one of the other. */
export interface Transfer {
  readonly movements: Readonly<Record<string, { readonly account: string; readonly amount: number }>>;
  readonly document: TransactionDocument;
}

export async function startDrill(): Promise<Drill> {
  const dtc = await startCoordinator({
    limits: {
      prepareAttempts: 6,
      completionTimeoutMs: 5_000,
      prepareTimeoutMs: 5_000,
      retryMaxMs: 1_000,
      attentionRetryMs: 5_000,
    },
  });
  const banks = await startBanks(dtc.url);
  return {
    ...banks,
    dtc,
    close: async () => {
      await banks.end();
      await dtc.close();
    },
  };
}

/** Makes `count` transfers, `inFlight` at once; resolves when each has ended. */
export async function transfer(
  { dtc, banks }: Drill,
  {
    count,
    inFlight,
    random,
  }: { readonly count: number; readonly inFlight: number; readonly random: () => number },
): Promise<Transfer[]> {
  const made: Transfer[] = [];
  let begun = 0;
  const one = async (): Promise<void> => {
    while (begun < count) {
      begun += 1;
      const movements = randomMovements(random);
      const participants = banks.map(({ name, base }) => ({
        name,
        url: `${base}/prepare`,
        payload: movements[name],
      }));
      const { id } = await started(dtc, { participants });
      made.push({ movements, document: await dtc.until(id, d => d.endedAt !== undefined, 120_000) });
    }
  };
  await Promise.all(Array.from({ length: inFlight }, one));
  return made;
}

const comeAgainMs = 500;

/** Whoever asks for more than the machine can do just now is told so, and that nothing was started. */
async function started(dtc: TestCoordinator, body: object): Promise<{ readonly id: string }> {
  for (;;) {
    const response = await dtc.post(body);
    const answer = (await response.json()) as { readonly id: string; readonly type?: string };
    if (response.status === 201) return answer;
    if (answer.type !== '/problems/overloaded') throw new Error(`POST answered ${JSON.stringify(answer)}`);
    await sleep(comeAgainMs);
  }
}

/** Now and then more than any account is likely to have. */
function randomMovements(random: () => number): Transfer['movements'] {
  const any = (below: number): number => Math.floor(random() * below);
  const amount = (1 + any(400)) * (any(2) === 0 ? 1 : -1);
  return {
    north: { account: `n${any(perBank)}`, amount },
    south: { account: `s${any(perBank)}`, amount: -amount },
  };
}

interface Killing {
  /** Rejects when a bank does not start again. */
  readonly failed: Promise<never>;
  stop(): Promise<number>;
}

/** SIGKILLs one bank after another at random moments and starts it again, until told to stop; how often. */
export function killBanks({ banks }: Drill, random: () => number, everyMs: number): Killing {
  let kills = 0;
  const stopping = new AbortController();
  const killing = (async () => {
    while (!stopping.signal.aborted) {
      await new Promise(resolve => setTimeout(resolve, random() * 2 * everyMs));
      const bank = banks[Math.floor(random() * banks.length)];
      await bank?.kill();
      await bank?.start();
      kills += 1;
    }
  })();
  return {
    failed: killing.then(() => new Promise<never>(() => undefined)),
    stop: async () => {
      stopping.abort();
      await killing;
      return kills;
    },
  };
}

/** Every account holds what the committed transfers make of it, both banks agree with the coordinator, nothing is prepared. */
export async function expectBooksToBalance(drill: Drill, transfers: readonly Transfer[]): Promise<void> {
  for (const bank of drill.banks) {
    expect(await bank.accounts()).toEqual(expectedAccounts(bank.name, transfers));
    expect(await bank.prepared()).toEqual([]);
    expect(wrongRecords(await drill.recorded(bank.name), transfers)).toEqual([]);
  }
  expect(await drill.preparedInPostgres()).toBe(0);
  const balances = await Promise.all(drill.banks.map(async bank => Object.values(await bank.accounts())));
  const total = balances.flat().reduce((sum, balance) => sum + balance, 0);
  expect(total).toBe(drill.banks.length * perBank * openingBalance);
}

function expectedAccounts(bank: string, transfers: readonly Transfer[]): Record<string, number> {
  const expected = opening(bank.charAt(0));
  for (const { movements, document } of transfers) {
    const movement = movements[bank];
    if (document.status === 'committed' && movement !== undefined)
      expected[movement.account] = (expected[movement.account] ?? 0) + movement.amount;
  }
  return expected;
}

function wrongRecords(recorded: ReadonlyMap<string, string>, transfers: readonly Transfer[]): string[] {
  const rolledBack = [undefined, 'refused', 'rolledback'];
  return transfers.flatMap(({ document: { id, status } }) => {
    const state = recorded.get(id);
    const good = status === 'committed' ? state === 'committed' : rolledBack.includes(state);
    return good ? [] : [`${id} is ${status}, and ${state ?? 'nothing'} here`];
  });
}
