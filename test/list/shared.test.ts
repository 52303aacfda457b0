/** PROTOCOL §3, "Listing": many who ask the same at once, and again and again, have one look at it. */
import { type Lists, type PageWanted, type Which } from '../../src/coordinator/list/contract';
import { sharedLists } from '../../src/coordinator/list/shared';
import { type Owner } from '../../src/engine/facts/owner';

beforeEach(() => jest.useFakeTimers({ now: 0 }));
afterEach(() => jest.useRealTimers());

const alice: Owner = { name: 'alice', plainName: 'alice', ownsUnmarked: true };
const bob: Owner = { name: 'bob', plainName: 'bob', ownsUnmarked: true };
const first: PageWanted = { filters: {}, limit: 100 };

/** What it was asked is what it answers with, `tookMs` later. */
function counting(tookMs: number, fails: () => boolean = () => false) {
  const asked: (PageWanted | Which)[] = [];
  const answer = async <T>(wanted: PageWanted | Which, told: T): Promise<T> => {
    asked.push(wanted);
    await new Promise(resolve => setTimeout(resolve, tookMs));
    if (fails()) throw new Error('no');
    return told;
  };
  const lists: Lists = {
    list: wanted => answer(wanted, { transactions: [], next: String(asked.length) }),
    count: which => answer(which, { count: asked.length }),
  };
  return { asked, lists: sharedLists(lists) };
}

/** A page of the console: as often as it asks, for a minute. */
async function minuteOf(lists: Lists, pages: number): Promise<void> {
  const ask = async (): Promise<void> => {
    await Promise.all([lists.list(first), lists.list({ ...first, filters: { needsAttention: true } })]);
    await Promise.all([{}, { status: 'pending' } as const].map(filters => lists.count({ filters })));
  };
  for (let page = 0; page < pages; page += 1)
    setTimeout(() => setInterval(() => void ask(), 5_000), (page * 5_000) / pages);
  await jest.advanceTimersByTimeAsync(60_000);
  jest.clearAllTimers();
}

it('is asked by fifty open pages hardly more than by three', async () => {
  const [few, many] = [counting(50), counting(50)];
  await minuteOf(few.lists, 3);
  await minuteOf(many.lists, 50);
  expect(few.asked.length).toBeGreaterThan(100);
  expect(many.asked.length).toBeLessThan(4 * (60 / 1.5) + 4);
});

it('looks again after a moment, and the later the longer a look takes', async () => {
  const [quick, slow] = [counting(10), counting(400)];
  for (const { lists } of [quick, slow]) {
    void lists.list(first);
    await jest.advanceTimersByTimeAsync(2_500);
    void lists.list(first);
  }
  expect([quick.asked.length, slow.asked.length]).toEqual([2, 1]);
  await jest.advanceTimersByTimeAsync(2_000);
  void slow.lists.list(first);
  expect(slow.asked).toHaveLength(2);
});

it('tells nobody of what another asked, or of another question', async () => {
  const { asked, lists } = counting(10);
  const questions: PageWanted[] = [
    first,
    { ...first, limit: 50 },
    { ...first, filters: { state: 'preparing' } },
    { ...first, filters: { labels: { order: '1' } } },
    { ...first, of: alice },
    { ...first, of: bob },
  ];
  const answers = Promise.all(questions.map(question => lists.list(question)));
  const counts = Promise.all([lists.count({ filters: {} }), lists.count({ filters: {}, of: alice })]);
  await jest.advanceTimersByTimeAsync(10);
  expect((await answers).map(({ next }) => next)).toEqual(['0', '1', '2', '3', '4', '5']);
  expect((await counts).map(({ count }) => count)).toEqual([6, 7]);
  expect(asked).toHaveLength(8);
});

it('has a look of his own for whoever pages on, and after what failed', async () => {
  let fails = true;
  const { asked, lists } = counting(10, () => fails);
  const both = [lists.list(first), lists.list(first)].map(each => expect(each).rejects.toThrow('no'));
  await jest.advanceTimersByTimeAsync(10);
  await Promise.all(both);
  fails = false;
  for (const cursor of ['a', 'a', undefined])
    void lists.list({ ...first, ...(cursor === undefined ? {} : { cursor }) });
  await jest.advanceTimersByTimeAsync(10);
  expect(asked).toHaveLength(4);
});

it('joins what is under way and keeps the newest answers, however many different questions somebody asks', async () => {
  const { asked, lists } = counting(10);
  const others = (): void => {
    for (let nth = 0; nth < 60; nth += 1) void lists.list({ filters: {}, of: bob, limit: 1 + nth });
  };
  others();
  void lists.list(first);
  void lists.list(first);
  expect(asked).toHaveLength(61);
  await jest.advanceTimersByTimeAsync(10);
  void lists.list(first);
  expect(asked).toHaveLength(61);
});
