/** One signal gives up a whole round: Node would take more than ten listeners for a leak, and warn of it in every larger transaction. */
import { getEventListeners, getMaxListeners } from 'node:events';
import { inFlight } from '../../activities/transaction/inFlight';

const many = 100;

describe('requests of a first round in this process', () => {
  it('are given up by one signal, however many they are, without a warning of a leak', () => {
    const flights = inFlight();
    const { signal } = new AbortController();
    for (let nth = 0; nth < many; nth += 1)
      flights
        .begin(`p${nth} #1`, () => new Promise(() => undefined))
        .follow({ signal, cancelRequested: () => false });
    expect(getEventListeners(signal, 'abort')).toHaveLength(many);
    expect(getMaxListeners(signal)).toBe(Infinity);
  });
});
