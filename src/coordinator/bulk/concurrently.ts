/** Owns doing one thing to many, so many at a time: the next is taken when one is done. */

/** Ends when all that were taken are done. @throws what `work` or `all` throws, once the others are done */
export async function concurrently<T>(
  all: AsyncIterable<T> | Iterable<T>,
  atOnce: number,
  work: (each: T) => Promise<void>,
): Promise<void> {
  const source = inTurn(all);
  const take = async (): Promise<void> => {
    for (;;) {
      const next = await source.next();
      if (next.done === true) return;
      await work(next.value);
    }
  };
  const done = await Promise.allSettled(Array.from({ length: atOnce }, take));
  const failed = done.find(each => each.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** An async generator answers one `next` after the other, whoever asks. */
async function* inTurn<T>(all: AsyncIterable<T> | Iterable<T>): AsyncGenerator<T> {
  yield* all;
}
