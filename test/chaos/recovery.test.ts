/** How soon it goes on after a fault: from its end to the first outcome that any client is told of after it. */
import { outcomeTimes, recoveries } from '../../chaos/checker/recovery';
import { type Seen, type Told } from '../../chaos/evidence';

const committed: Seen = { status: 'committed', state: 'committed', decision: 'commit', ended: true };
const pending: Seen = { status: 'pending', state: 'preparing', decision: null, ended: false };

const read = (id: string, at: number, seen = committed): Told =>
  ({ kind: 'read', id, at, askedAt: at - 1, api: 'api-1', http: 200, seen }) as const;
const fault = (name: string, at: number, is: 'begins' | 'ends' = 'ends'): Told =>
  ({ kind: 'fault', nth: at, is, fault: name, target: 'it', at }) as const;
const of = (...told: Told[]): ReturnType<typeof recoveries> => recoveries({ told, books: [], locksLeft: [] });

it('counts from the end of the fault to the next first outcome', () => {
  expect(of(fault('kill', 100, 'begins'), read('a', 150), fault('kill', 200), read('b', 700))).toEqual([
    { fault: 'kill', count: 1, medianMs: 500, longestMs: 500 },
  ]);
});

it('takes no repetition of an outcome that was known before, and nothing pending', () => {
  const told = [read('a', 150), fault('kill', 200), read('a', 300), read('b', 400, pending), read('b', 900)];
  expect(of(...told)).toMatchObject([{ medianMs: 700 }]);
});

it('tells median and longest of several, by the name of the fault', () => {
  const told = [10, 30, 90].flatMap((ms, nth) => {
    const at = 1_000 * (nth + 1);
    return [fault('kill', at), read(`t${nth}`, at + ms)];
  });
  expect(of(...told, fault('cut', 5_000), read('last', 5_007))).toEqual([
    { fault: 'cut', count: 1, medianMs: 7, longestMs: 7 },
    { fault: 'kill', count: 3, medianMs: 30, longestMs: 90 },
  ]);
});

it('leaves out a fault after which nothing came', () => {
  expect(of(read('a', 100), fault('kill', 200))).toEqual([]);
});

it('hears of an outcome by an answer to a start and by an event, too', () => {
  const start = { kind: 'start', askedAt: 1, order: 'o', api: 'api-1', http: 201, seen: committed } as const;
  const event = { kind: 'event', stream: 1, event: 'transaction', seen: committed } as const;
  expect(
    outcomeTimes({ told: [{ ...event, id: 'b', at: 9 }, { ...start, id: 'a', at: 4 }, read('a', 6)] }),
  ).toEqual([4, 9]);
});
