/** A burst of requests keeps nothing else from its turn, and none of it is lost. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Request, type Response } from 'express';
import { inPieces } from '../../src/api/inPieces';

const [request, response] = [{}, {}] as unknown as [Request, Response];

function burst(handle: ReturnType<typeof inPieces>, from: number, count: number, begun: number[]): void {
  for (let nth = from; nth < from + count; nth += 1) void handle(request, response, () => begun.push(nth));
}

it('begins a burst in pieces, in order, with a turn of the event loop between two', async () => {
  const handle = inPieces();
  const begun: number[] = [];
  burst(handle, 0, 50, begun);
  const after: number[] = [begun.length];
  while (begun.length < 60) {
    await nextTurn();
    if (after.length === 2) burst(handle, 50, 10, begun); // who comes later overtakes nobody
    after.push(begun.length);
  }
  expect(Math.max(...after.map((count, nth) => count - (after[nth - 1] ?? 0)))).toBe(8);
  expect(begun).toEqual(Array.from({ length: 60 }, (_, nth) => nth));
});

it('begins one that comes alone at once, however often', async () => {
  const handle = inPieces();
  const begun: number[] = [];
  for (let nth = 0; nth < 20; nth += 1) {
    burst(handle, nth, 1, begun);
    expect(begun).toHaveLength(nth + 1);
    await nextTurn();
  }
});
