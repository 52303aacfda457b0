/** Workflows for `workflowThreads.long.ts`: each keeps its thread busy in one entry. A clock stands still there, so it is counted. */
export async function busy(rounds: number): Promise<number> {
  let sum = 0;
  for (let nth = 0; nth < rounds; nth += 1) sum = (sum * 31 + nth) % 1_000_003;
  return Promise.resolve(sum);
}

export async function busyForEver(): Promise<never> {
  for (;;) await Promise.resolve();
}
