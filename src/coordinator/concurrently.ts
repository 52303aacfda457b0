/** Owns doing one thing to many, so many at a time: the next is taken when one is done. */

/**
 * The results, in the order of `all`. Ends when all that were taken are done; once one fails no more are taken.
 *
 * @throws what `work` or `all` throws, once the others are done
 */
export async function concurrently<T, R>(
  all: AsyncIterable<T> | Iterable<T>,
  atOnce: number,
  work: (each: T) => Promise<R>,
): Promise<R[]> {
  const source = inTurn(all);
  const results: R[] = [];
  let taken = 0;
  const take = async (): Promise<void> => {
    for (;;) {
      const nth = taken++;
      const next = await source.next();
      if (next.done === true) return;
      try {
        results[nth] = await work(next.value);
      } catch (error) {
        await source.return(undefined);
        throw error;
      }
    }
  };
  const done = await Promise.allSettled(Array.from({ length: atOnce }, take));
  const failed = done.find(each => each.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return results;
}

/** An async generator answers one `next` after the other, whoever asks. */
async function* inTurn<T>(all: AsyncIterable<T> | Iterable<T>): AsyncGenerator<T> {
  yield* all;
}
