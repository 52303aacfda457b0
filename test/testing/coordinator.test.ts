/** The coordinator in memory: the production core and driver, with nothing going wrong and with each fault by itself. */
import { NeedsAttention, createTestCoordinator } from '../../src/testing/coordinator';
import { type Fault, faultKinds } from '../../src/testing/faults';
import { type Handler } from '../../src/testing/receivers';

/** Remembers what it was told, as PROTOCOL §2 has it. */
function remembering(): { readonly handler: Handler; readonly seen: string[] } {
  const seen: string[] = [];
  const states = new Map<string, string>();
  const handler: Handler = async request => {
    const { transactionId, phase } = (await request.json()) as { transactionId: string; phase: string };
    const state = states.get(transactionId);
    seen.push(phase);
    const refuses =
      phase === 'prepare'
        ? state === 'rollback'
        : phase === 'commit'
          ? state === undefined || state === 'rollback'
          : state === 'commit';
    if (refuses) return new Response(null, { status: 409 });
    if (phase !== 'prepare' || state === undefined) states.set(transactionId, phase);
    return Response.json({});
  };
  return { handler, seen };
}

const refusing: Handler = () => new Response(null, { status: 409 });

it('commits where all say yes, and tells each once', async () => {
  const coordinator = createTestCoordinator();
  const [hotel, car] = [remembering(), remembering()];
  const urls = [coordinator.participant('hotel', hotel.handler), coordinator.participant('car', car.handler)];
  const { status, participants } = await coordinator.run(urls);
  expect(status).toBe('committed');
  expect(participants.map(({ state }) => state)).toEqual(['committed', 'committed']);
  expect([hotel.seen, car.seen]).toEqual([
    ['prepare', 'commit'],
    ['prepare', 'commit'],
  ]);
});

it('rolls everybody back where one says no', async () => {
  const coordinator = createTestCoordinator();
  const hotel = remembering();
  const urls = [coordinator.participant('hotel', hotel.handler), coordinator.participant('car', refusing)];
  const { status, reason } = await coordinator.run({ participants: urls });
  expect({ status, reason: reason?.code }).toEqual({ status: 'rolledback', reason: 'refused' });
  expect(hotel.seen).toEqual(['prepare', 'rollback']);
});

it('takes no time for what takes minutes, and the same waits for the same seed', async () => {
  const played = async (seed: number): Promise<readonly string[]> => {
    const coordinator = createTestCoordinator({ seed, clock: { startAt: 0 }, patienceMs: 5 });
    const silent = coordinator.participant('silent', () => new Promise(() => undefined));
    await expect(coordinator.run([silent])).rejects.toThrow(NeedsAttention);
    return coordinator.story();
  };
  const [first, again, other] = [await played(1), await played(1), await played(2)];
  expect(again).toEqual(first);
  expect(other).not.toEqual(first);
});

describe.each(faultKinds.map(is => ({ is })))('a request that $is', ({ is }) => {
  it.each(['prepare', 'commit', 'rollback'] as const)(
    'leaves everybody with the decision: %s',
    async phase => {
      const fault: Fault = { transaction: 1, participant: 'p1', phase, nth: 1, is };
      const coordinator = createTestCoordinator({ faults: [fault] });
      const hotel = remembering();
      const other = phase === 'rollback' ? refusing : remembering().handler;
      const urls = [coordinator.participant('hotel', hotel.handler), coordinator.participant('car', other)];
      const { status, decision, endedAt } = await coordinator.run(urls);
      const gaveUp = phase === 'rollback' || (phase === 'prepare' && is === 'abort');
      expect(endedAt).toBeDefined();
      expect(decision).toBe(gaveUp ? 'rollback' : 'commit');
      expect(status).toBe(gaveUp ? 'rolledback' : 'committed');
    },
  );
});
