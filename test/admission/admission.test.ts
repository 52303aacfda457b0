/** Who is let in to be started, and who is refused before anything was handed over to Temporal. */
import { Overloaded } from '../../src/coordinator/errors';
import { Admission, type Candidate } from '../../src/coordinator/transaction/admission/admission';
import { type Progress } from '../../src/coordinator/transaction/admission/watch';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** Temporal, which confirms each start after a while, and what became of those that were started. */
class Engine {
  underWay = 0;
  mostUnderWay = 0;
  looks = 0;
  readonly started: string[] = [];
  confirmMs = 20;
  progress: Progress['is'] = 'over';
  look: (id: string) => Progress['is'] = () => this.progress;
  onStarted: (id: string) => void = () => undefined;
  readonly admission = new Admission(id => {
    this.looks += 1;
    return Promise.resolve({ is: this.look(id), at: 5 });
  });
  readonly came: string[] = [];
  #nth = 0;

  /** Comes to `started`, `overloaded` or another error. */
  post(rest: Partial<Candidate> = {}): Promise<string> {
    const id = `t${(this.#nth += 1)}`;
    return this.admission
      .start({ id, caller: 'a', ...rest }, () => this.#confirm(id))
      .then(
        () => 'started',
        (error: unknown) => (error instanceof Overloaded ? 'overloaded' : String(error)),
      )
      .then(what => {
        this.came.push(what);
        return what;
      });
  }

  async #confirm(id: string): Promise<boolean> {
    this.underWay += 1;
    this.mostUnderWay = Math.max(this.mostUnderWay, this.underWay);
    await new Promise(resolve => setTimeout(resolve, this.confirmMs));
    this.underWay -= 1;
    this.started.push(id);
    this.onStarted(id);
    return true;
  }

  count(what: string): number {
    return this.came.filter(each => each === what).length;
  }

  async postEvery(ms: number, times: number): Promise<void> {
    for (let nth = 0; nth < times; nth += 1) {
      void this.post();
      await jest.advanceTimersByTimeAsync(ms);
    }
  }
}

it('lets in all of a burst after idle, in order, however long they take', async () => {
  const engine = new Engine();
  engine.confirmMs = 600; // each competes with all that follows the ones before
  const all = Promise.all(Array.from({ length: 400 }, () => engine.post()));
  await jest.advanceTimersByTimeAsync(60_000);
  expect(new Set(await all)).toEqual(new Set(['started']));
  expect(engine.started).toEqual([...engine.started].sort((a, b) => Number(a.slice(1)) - Number(b.slice(1))));
});

it('refuses at once, with nothing handed over, while the first in line has waited for long', async () => {
  const engine = new Engine();
  engine.confirmMs = 1_000;
  await engine.postEvery(25, 400); // forty a second, of which few are confirmed
  const before = engine.started.length + engine.underWay;
  const refused = engine.post();
  await jest.advanceTimersByTimeAsync(0);
  expect(engine.came.at(-1)).toBe('overloaded');
  await expect(refused).resolves.toBe('overloaded');
  expect(engine.started.length + engine.underWay).toBe(before);
  await jest.advanceTimersByTimeAsync(60_000);
  expect(engine.count('started') + engine.count('overloaded')).toBe(401);
  expect(engine.started).toHaveLength(engine.count('started'));
  await engine.postEvery(1_000, 3);
  await jest.advanceTimersByTimeAsync(5_000);
  expect(engine.came.slice(-3)).toEqual(['started', 'started', 'started']);
});

it('lets a caller wait for itself alone', async () => {
  const engine = new Engine();
  engine.confirmMs = 1_000; // sixteen of them a second at first, eight then
  await engine.postEvery(25, 400);
  expect(engine.came.at(-1)).toBe('overloaded');
  const others = Array.from({ length: 4 }, () => engine.post({ caller: 'b' }));
  await jest.advanceTimersByTimeAsync(3_500); // every other turn is the other caller's
  await expect(Promise.all(others)).resolves.toEqual(Array.from({ length: 4 }, () => 'started'));
  await expect(engine.post()).resolves.toBe('overloaded');
});

it('says what it waits for, and when to come again', async () => {
  const engine = new Engine();
  engine.confirmMs = 60_000;
  await engine.postEvery(200, 48);
  const error: unknown = await engine.admission
    .start({ id: 'late', caller: 'a' }, () => Promise.resolve(true))
    .catch((each: unknown) => each);
  expect(error).toBeInstanceOf(Overloaded);
  const { afterS, message, cause } = error as Overloaded;
  expect(afterS).toBeGreaterThanOrEqual(6);
  expect(afterS).toBeLessThanOrEqual(13);
  expect(message).toContain('nothing was started');
  expect((cause as Error).message).toMatch(
    /^26 of this caller wait for their turn, the first of them for 6\.4 s; 16 starts are under way, at most 16; what was started ends in time$/,
  );
});

it('turns all away who wait, each with its own error, and lets in who comes after', async () => {
  const engine = new Engine();
  engine.confirmMs = 2_000;
  const all = Array.from({ length: 40 }, (_, nth) => engine.post({ caller: String(nth % 3) }));
  await jest.advanceTimersByTimeAsync(100);
  const handedOver = engine.underWay;
  engine.admission.turnAway(id => new Error(`${id} has no turn`));
  await jest.advanceTimersByTimeAsync(100);
  expect(engine.came).toHaveLength(40 - handedOver);
  expect(new Set(engine.came).size).toBe(40 - handedOver);
  expect(engine.came.every(each => /^Error: t\d+ has no turn$/.test(each))).toBe(true);
  await jest.advanceTimersByTimeAsync(5_000);
  expect(engine.started).toHaveLength(handedOver);
  all.push(engine.post());
  await jest.advanceTimersByTimeAsync(5_000);
  expect((await Promise.all(all)).filter(each => each === 'started')).toHaveLength(handedOver + 1);
});

it('has fewer under way where they are confirmed slowly, and more where they are confirmed soon', async () => {
  const slow = new Engine();
  slow.confirmMs = 1_000;
  await slow.postEvery(25, 400);
  expect(slow.underWay).toBeLessThanOrEqual(8);
  const soon = new Engine();
  await soon.postEvery(0, 16);
  for (let round = 0; round < 5; round += 1) {
    for (let nth = 0; nth < 200; nth += 1) void soon.post();
    await jest.advanceTimersByTimeAsync(200);
  }
  expect(soon.mostUnderWay).toBeGreaterThan(100);
  expect(soon.count('overloaded')).toBe(0);
});

it.each(['gone', 'out of patience'])('hands nothing over of one that is %s before its turn', async how => {
  const engine = new Engine();
  engine.confirmMs = 2_000;
  for (let nth = 0; nth < 16; nth += 1) void engine.post();
  const leaving = new AbortController();
  const last = engine.post(how === 'gone' ? { signal: leaving.signal } : { patienceMs: 1_000 });
  await jest.advanceTimersByTimeAsync(1_000);
  leaving.abort();
  await expect(last).resolves.toBe('overloaded');
  await jest.advanceTimersByTimeAsync(60_000);
  expect(engine.started).toHaveLength(16);
});

describe('where what was started does not end', () => {
  it('leaves the engine nearly free for who starts little, and all of it to a flood that is alone', async () => {
    const engine = new Engine();
    engine.confirmMs = 5;
    const ends = new Map<string, number>();
    engine.look = id => ((ends.get(id) ?? Infinity) <= performance.now() ? 'over' : 'waiting');
    let last = 0;
    engine.onStarted = id => {
      last = Math.max(last, performance.now()) + 30; // one after the other
      ends.set(id, last);
    };
    const flood = async (ms: number, others: boolean): Promise<{ started: number; slowestMs: number }> => {
      const before = engine.started.length;
      let slowestMs = 0;
      for (let nth = 0; nth < ms / 10; nth += 1) {
        void engine.post();
        if (others && nth % 50 === 49)
          void engine.post({ caller: 'b' }).then(() => {
            slowestMs = Math.max(slowestMs, last - performance.now());
          });
        await jest.advanceTimersByTimeAsync(10);
      }
      return { started: engine.started.length - before, slowestMs };
    };
    await flood(5_000, false);
    const alone = await flood(10_000, false);
    await flood(5_000, true);
    const beside = await flood(10_000, true);
    expect(alone.started).toBeGreaterThan(250); // of 333
    expect(beside.started).toBeGreaterThan(100);
    expect(beside.slowestMs).toBeLessThan(300);
    expect(engine.count('overloaded')).toBeGreaterThan(500);
  });

  it('starts no more than a window after it, and goes on as soon as it has ended', async () => {
    const engine = new Engine();
    engine.progress = 'waiting';
    await engine.postEvery(10, 100);
    await jest.advanceTimersByTimeAsync(5_500);
    expect(engine.started).toHaveLength(17); // itself, and a window
    await expect(engine.post()).resolves.toBe('overloaded');
    engine.progress = 'over';
    await jest.advanceTimersByTimeAsync(3_000);
    expect(engine.started).toHaveLength(100);
  });

  it('keeps what is under way little at twice what can be done, and does four fifths of that at least', async () => {
    const engine = new Engine();
    const endAfterMs = 100; // one after the other: ten a second
    const ends = new Map<string, number>();
    engine.look = id => ((ends.get(id) ?? Infinity) <= performance.now() ? 'over' : 'waiting');
    let last = 0;
    let longestMs = 0;
    engine.onStarted = id => {
      last = Math.max(last, performance.now()) + endAfterMs;
      ends.set(id, last);
      if (engine.started.length > 150) longestMs = Math.max(longestMs, last - performance.now());
    };
    await engine.postEvery(50, 1_200);
    expect(engine.started.length).toBeGreaterThan(0.8 * 600);
    expect(longestMs).toBeLessThan(2_500);
    expect(engine.count('overloaded')).toBeGreaterThan(400);
  });

  it('takes time at a participant for no lateness', async () => {
    const engine = new Engine();
    engine.progress = 'asking';
    await engine.postEvery(25, 400);
    await jest.advanceTimersByTimeAsync(2_000);
    expect(engine.started).toHaveLength(400);
  });

  it('starts all the same where nothing changes for long, since no worker runs', async () => {
    const engine = new Engine();
    engine.progress = 'waiting';
    await engine.postEvery(25, 100);
    await jest.advanceTimersByTimeAsync(20_000);
    await engine.postEvery(50, 100);
    await jest.advanceTimersByTimeAsync(100);
    expect(engine.came.slice(-100)).toEqual(Array.from({ length: 100 }, () => 'started'));
  });

  it('does not look where few are started', async () => {
    const engine = new Engine();
    await engine.postEvery(600, 50);
    expect(engine.looks).toBe(0);
  });

  it('looks seldom where they end in time, however many are started', async () => {
    const engine = new Engine();
    await engine.postEvery(10, 1_000);
    expect(engine.count('overloaded')).toBe(0);
    expect(engine.looks).toBeLessThanOrEqual(40);
  });
});
