/**
 * Owns the promises that the kit makes on every store and in both ways to take part (PROTOCOL §2, "what a participant owes").
 * Each is tried on a real database, from outside: by calls, and by what a reader of the database sees.
 */
import { type Participant } from '../../../src/participant';
import { eventually } from '../../support/until';
import { call, newId, send } from './calls';
import { keepLog } from './quiet';
import { opening, type Rig } from './rig';
import { listenHttp } from '../../support/listening';

export function itKeepsItsPromises(makeRig: () => Promise<Rig>): void {
  let rig: Rig;
  let service: Participant;
  let id: string;

  beforeEach(async () => {
    rig = await makeRig();
    service = await rig.open();
    id = newId();
  });
  afterEach(() => rig.dispose());

  const ask = async (phase: 'prepare' | 'commit' | 'rollback', asked = {}): Promise<number> =>
    (await call(service, phase, id, asked)).status;

  describe('a transaction', () => {
    it('has its effect once it is committed', async () => {
      expect(await call(service, 'prepare', id)).toEqual({ status: 200, body: { vote: 'yes' } });
      expect(await ask('commit')).toBe(200);
      expect(await rig.available()).toBe(90);
    });

    it('leaves nothing behind when it is rolled back', async () => {
      await ask('prepare');
      expect(await ask('rollback')).toBe(200);
      expect(await rig.available()).toBe(opening);
    });

    it('is refused where the service says no, and then holds nothing', async () => {
      const refused = await call(service, 'prepare', id, { payload: { amount: 101 } });
      expect(refused).toMatchObject({ status: 409, body: { vote: 'no', detail: 'not enough money' } });
      expect(await rig.available()).toBe(opening);
      expect((await service.prepared()).prepared).toEqual([]);
      expect(await ask('rollback')).toBe(200);
      expect(await ask('commit')).toBe(409);
    });

    it('is begun anew after the service failed', async () => {
      rig.failNextPrepare();
      expect(await ask('prepare')).toBe(500);
      expect((await service.prepared()).prepared).toEqual([]);
      expect(await ask('prepare')).toBe(200);
      await ask('commit');
      expect(await rig.available()).toBe(90);
    });

    it('is apart from another participant of the same transaction', async () => {
      await ask('prepare');
      await ask('prepare', { participant: 'p2', payload: { amount: 20 } });
      expect(await ask('rollback', { participant: 'p2' })).toBe(200);
      expect(await ask('commit')).toBe(200);
      expect(await rig.available()).toBe(90);
    });
  });

  describe('a repeat', () => {
    it('of prepare gets the same yes, and the work is done once', async () => {
      await ask('prepare');
      expect(await ask('prepare')).toBe(200);
      expect(rig.prepares()).toBe(1);
    });

    it('of prepare gets the same no, and the work is tried once', async () => {
      const payload = { amount: 101 };
      await ask('prepare', { payload });
      expect(await ask('prepare', { payload })).toBe(409);
      expect(rig.prepares()).toBe(1);
    });

    it('of prepare after decideBy still gets the vote that stands', async () => {
      await ask('prepare');
      expect(await ask('prepare', { decideBy: Date.now() - 1_000 })).toBe(200);
    });

    it('of commit and of rollback is acknowledged, and the work is done once', async () => {
      await ask('prepare');
      expect([await ask('commit'), await ask('commit')]).toEqual([200, 200]);
      expect(await rig.available()).toBe(90);
      const other = newId();
      await call(service, 'prepare', other);
      for (let n = 0; n < 2; n += 1) expect((await call(service, 'rollback', other)).status).toBe(200);
      expect(await rig.available()).toBe(90);
    });

    it('of each call, eight at once, is one', async () => {
      const eight = async (phase: 'prepare' | 'commit'): Promise<number[]> =>
        Promise.all(Array.from({ length: 8 }, () => ask(phase)));
      expect(new Set(await eight('prepare'))).toEqual(new Set([200]));
      expect(rig.prepares()).toBe(1);
      expect(new Set(await eight('commit'))).toEqual(new Set([200]));
      expect(await rig.available()).toBe(90);
    });
  });

  describe('disorder', () => {
    it('prepare with another payload is refused, and the first vote stands', async () => {
      await ask('prepare');
      expect(await ask('prepare', { payload: { amount: 11 } })).toBe(409);
      expect(await ask('commit')).toBe(200);
      expect(await rig.available()).toBe(90);
    });

    it('prepare after decideBy is refused, and nothing is held', async () => {
      expect(await ask('prepare', { decideBy: Date.now() - 1 })).toBe(409);
      expect(rig.prepares()).toBe(0);
      expect(await ask('commit')).toBe(409);
      expect(await rig.available()).toBe(opening);
    });

    it('a rollback before its prepare is remembered, and the prepare refused', async () => {
      expect(await ask('rollback')).toBe(200);
      expect(await ask('prepare')).toBe(409);
      expect(await rig.available()).toBe(opening);
      expect(await ask('rollback')).toBe(200);
    });

    it('a prepare after its commit changes nothing', async () => {
      await ask('prepare');
      await ask('commit');
      expect(await ask('prepare')).toBe(200);
      expect(await rig.available()).toBe(90);
      expect((await service.prepared()).prepared).toEqual([]);
    });

    it('a commit of what was never prepared, or was rolled back, is refused loudly', async () => {
      const log = keepLog();
      service = await rig.open({ log });
      expect(await ask('commit')).toBe(409);
      await ask('prepare');
      await ask('rollback');
      expect(await ask('commit')).toBe(409);
      expect(log.lines.filter(line => line.level === 'error').map(line => line.message)).toEqual([
        'refused to commit',
        'refused to commit',
      ]);
      expect(await rig.available()).toBe(opening);
    });

    it('a rollback of what was committed is refused, and the commit stands', async () => {
      await ask('prepare');
      await ask('commit');
      expect(await ask('rollback')).toBe(409);
      expect(await ask('commit')).toBe(200);
      expect(await rig.available()).toBe(90);
    });

    it('a rollback that meets its prepare leaves nothing held, whichever is first', async () => {
      const ids = Array.from({ length: 10 }, newId);
      await Promise.all(
        ids.flatMap(each => [call(service, 'prepare', each), call(service, 'rollback', each)]),
      );
      for (const each of ids) expect((await call(service, 'prepare', each)).status).toBe(409);
      expect(await rig.available()).toBe(opening);
      expect((await service.prepared()).prepared).toEqual([]);
    });
  });

  describe('fencing tokens', () => {
    const lock = (mode: string, fencingToken: number): object => ({
      more: { locks: [{ resource: 'stock/1', mode, fencingToken }] },
    });
    const prepared = async (mode: string, token: number): Promise<number> =>
      (await call(service, 'prepare', newId(), { payload: { amount: 1 }, ...lock(mode, token) })).status;

    it('refuse an exclusive holder that any newer one overtook', async () => {
      expect(await prepared('shared', 7)).toBe(200);
      expect(await prepared('exclusive', 6)).toBe(409);
      expect(await prepared('exclusive', 7)).toBe(200);
      expect(await prepared('exclusive', 8)).toBe(200);
    });

    it('refuse a shared holder that a newer exclusive one overtook, and no other', async () => {
      expect(await prepared('exclusive', 5)).toBe(200);
      expect(await prepared('shared', 9)).toBe(200);
      expect(await prepared('shared', 8)).toBe(200);
      expect(await prepared('shared', 4)).toBe(409);
    });

    it('are asked for at prepare only', async () => {
      await ask('prepare', lock('exclusive', 3));
      await prepared('exclusive', 4);
      expect(await ask('commit', lock('exclusive', 3))).toBe(200);
    });
  });

  describe('what is prepared', () => {
    it('is listed in pages, oldest first, until it ends', async () => {
      const ids = Array.from({ length: 5 }, newId);
      for (const each of ids) await call(service, 'prepare', each, { payload: { amount: 1 } });
      const first = await service.prepared({ limit: 3 });
      const second = await send(service, `prepared?limit=3&cursor=${first.next ?? ''}`, { method: 'GET' });
      const rest = second.body['prepared'] as typeof first.prepared;
      expect([...first.prepared, ...rest].map(each => each.transactionId)).toEqual(ids);
      expect(second.body['next']).toBeUndefined();
      for (const each of ids) await call(service, 'rollback', each);
      expect((await service.prepared()).prepared).toEqual([]);
    });

    it('survives a restart, is reported by the next life, and can be committed there', async () => {
      await ask('prepare');
      const log = keepLog();
      service = await rig.open({ log });
      expect(log.lines).toContainEqual(
        expect.objectContaining({
          level: 'warn',
          fields: expect.objectContaining({ count: 1, oldest: id }) as unknown,
        }),
      );
      expect(await ask('commit')).toBe(200);
      expect(await rig.available()).toBe(90);
    });

    it('is settled by hand, with who and why, and what the coordinator says later is measured against that', async () => {
      await ask('prepare');
      const settle = (outcome: string): Promise<{ status: number }> =>
        send(service, 'settle', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({
            transactionId: id,
            participant: 'p1',
            outcome,
            by: 'ann',
            reason: 'asked the bank',
          }),
        });
      expect((await settle('committed')).status).toBe(200);
      expect((await settle('rolledback')).status).toBe(409);
      expect(await rig.available()).toBe(90);
      expect(await ask('commit')).toBe(200);
      expect(await ask('rollback')).toBe(409);
    });

    it('is asked about after a while, and settled by the decision alone', async () => {
      const coordinator = await startStatus();
      const statusUrl = `${coordinator.url}/transactions/${id}`;
      await ask('prepare', { statusUrl });
      service = await rig.open({
        coordinator: { url: coordinator.url, token: 'sesame', askAfterMs: 0, everyMs: 50 },
      });
      await eventually(() => coordinator.asked() > 2);
      expect((await service.prepared()).prepared).toHaveLength(1);
      coordinator.answer(200, { id: 'another', decision: 'rollback' });
      const askedBefore = coordinator.asked();
      await eventually(() => coordinator.asked() > askedBefore + 1);
      coordinator.answer(200, { id, decision: 'commit' });
      await eventually(async () => (await service.prepared()).prepared.length === 0);
      expect(await rig.available()).toBe(90);
      expect(coordinator.tokens()).toEqual(new Set(['Bearer sesame']));
      expect(await ask('commit')).toBe(200);
      await coordinator.close();
    });
  });

  describe('records', () => {
    it('are forgotten after their time, but never while prepared', async () => {
      await ask('prepare');
      const decideBy = Date.now() + 1_000;
      const ended = newId();
      await call(service, 'prepare', ended, { decideBy });
      await call(service, 'commit', ended);
      service = await rig.open({ keepMs: 0, coordinator: { url: 'http://127.0.0.1:9', everyMs: 20 } });
      await eventually(async () => (await rig.rows('dtc_votes')) === 1);
      expect(Date.now()).toBeGreaterThan(decideBy); // until then a late prepare would be done again
      expect((await service.prepared()).prepared.map(each => each.transactionId)).toEqual([id]);
      expect(await ask('commit')).toBe(200);
    });
  });
}

/** A coordinator's status page that a test scripts; at first it knows nothing. */
async function startStatus(): Promise<{
  readonly url: string;
  asked(): number;
  tokens(): Set<string | undefined>;
  answer(status: number, body: object): void;
  close(): Promise<void>;
}> {
  let next: readonly [number, object] = [404, {}];
  const tokens: (string | undefined)[] = [];
  const server = await listenHttp((request, response) => {
    tokens.push(request.headers.authorization);
    response.writeHead(next[0], { 'content-type': 'application/json' }).end(JSON.stringify(next[1]));
  });
  return {
    url: server.origin,
    asked: () => tokens.length,
    tokens: () => new Set(tokens),
    answer: (status, body) => (next = [status, body]),
    close: () => server.close(),
  };
}
