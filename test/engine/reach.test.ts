/** What is waited for beside looks at Temporal: it goes on for as long as those are answered, and not where they are not. */
import { type Engine } from '../../src/engine/engine';
import { EngineUnavailable } from '../../src/engine/errors';
import { Silent, demandReachable, isReachable, unlessSilent } from '../../src/engine/reach';

const minuteMs = 60_000;

let looks = 0;
let answer: () => Promise<unknown>;
let way: Pick<Engine, 'connection' | 'namespace'>;

beforeEach(() => {
  jest.useFakeTimers();
  looks = 0;
  answer = () => Promise.resolve({});
  const describeNamespace = (): Promise<unknown> => {
    looks += 1;
    return answer();
  };
  const connection = {
    withDeadline: <T>(_at: unknown, work: () => T) => work(),
    workflowService: { describeNamespace },
  };
  way = { connection: connection as unknown as Engine['connection'], namespace: 'default' };
});
afterEach(() => {
  jest.useRealTimers();
});

function silence(): void {
  answer = () => new Promise(() => undefined);
}

function after<T>(ms: number, value: T): Promise<T> {
  return new Promise(resolve => {
    setTimeout(() => {
      resolve(value);
    }, ms);
  });
}

it('has what takes long, where Temporal answers', async () => {
  const given = unlessSilent(way, after(minuteMs, 'a long list'));
  await jest.advanceTimersByTimeAsync(minuteMs);
  expect(await given).toBe('a long list');
  expect(looks).toBeGreaterThan(10);
  expect(jest.getTimerCount()).toBe(0);
});

it('looks at nothing for what is there soon', async () => {
  const given = unlessSilent(way, after(500, 'soon'));
  await jest.advanceTimersByTimeAsync(minuteMs);
  expect([await given, looks, jest.getTimerCount()]).toEqual(['soon', 0, 0]);
});

it.each([0, 10_000])(
  'gives up in less than two seconds once Temporal says nothing, from %d ms on',
  async ms => {
    const seen = unlessSilent(way, after(minuteMs, 'never')).catch((error: unknown) => error);
    await jest.advanceTimersByTimeAsync(ms);
    silence();
    await jest.advanceTimersByTimeAsync(1_999);
    expect(jest.getTimerCount()).toBe(1); // that of the work
    const error = await seen;
    expect(error).toBeInstanceOf(Silent);
    expect(error).toBeInstanceOf(EngineUnavailable);
  },
);

it('is what fails, where that fails', async () => {
  await expect(unlessSilent(way, Promise.reject(new Error('no such list')))).rejects.toThrow('no such list');
  silence();
  const failed = after(1_000, '').then(() => Promise.reject(new Error('late')));
  const seen = unlessSilent(way, failed).catch((error: unknown) => error);
  await jest.advanceTimersByTimeAsync(minuteMs);
  expect(await seen).toEqual(new Error('late'));
  expect(jest.getTimerCount()).toBe(0);
});

it('looks once for all who ask at the same time', async () => {
  silence();
  const asked = Array.from({ length: 100 }, () =>
    unlessSilent(way, after(minuteMs, '')).catch(() => 'silent'),
  );
  const reachable = isReachable(way);
  await jest.advanceTimersByTimeAsync(2_000);
  expect(new Set(await Promise.all(asked))).toEqual(new Set(['silent']));
  expect([await reachable, looks]).toEqual([false, 1]);
  answer = () => Promise.resolve({});
  expect([await isReachable(way), looks]).toEqual([true, 2]);
});

it('says why', async () => {
  silence();
  const seen = demandReachable(way).catch((error: unknown) => error);
  await jest.advanceTimersByTimeAsync(1_000);
  expect(await seen).toMatchObject({ cause: { message: 'no answer within 900 ms' } });
  answer = () => Promise.reject(new Error('there is no such namespace'));
  await expect(demandReachable(way)).rejects.toMatchObject({
    cause: { message: 'there is no such namespace' },
  });
});
