/** What has to hold with participants in every kind of trouble. */
import { type Script } from '../support/participants';
import { freePort } from '../support/listening';
import { type TransactionDocument } from '../../src/protocol/client/document';
import { faultsOf } from '../support/records';
import { useWorld } from '../support/world';

describe('a participant that, asked for its vote,', () => {
  const world = useWorld();
  const origin = 'elsewhere';
  /** For one request; a busy machine takes some of it to answer. */
  const requestMs = 500;

  /** What it does to prepare, then the reason, the error shown, how often it is asked, and how often it is rolled back. */
  const troubles = {
    'answers after the timeout': {
      script: r => response =>
        void setTimeout(() => response.end('{}'), r.phase === 'prepare' ? 2.5 * requestMs : 0),
      ...{ code: 'unavailable', error: { code: 'timeout' }, prepares: 3, rollbacks: 2 },
    },
    'closes the connection before it answers': {
      script: prepare(response => response.socket?.destroy()),
      ...{ code: 'unavailable', error: { code: 'cutOff' }, prepares: 3, rollbacks: 2 },
    },
    'closes the connection half way': {
      script: prepare(response => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{"vote":', () => response.socket?.destroy());
      }),
      ...{ code: 'unavailable', error: { code: 'cutOff' }, prepares: 3, rollbacks: 2 },
    },
    'sends garbage': {
      script: prepare(response => response.socket?.end('no HTTP, whatever it is\r\n\r\n')),
      ...{ code: 'refused', error: { code: 'brokenHttp' }, prepares: 1, rollbacks: 2 },
    },
    redirects: {
      script: prepare((response, { name }) =>
        response.writeHead(307, { location: `/${name}-${origin}/prepare` }).end(),
      ),
      ...{ code: 'refused', error: { code: 'unexpectedStatus', status: 307 }, prepares: 1, rollbacks: 1 },
    },
    'does not exist': {
      script: undefined,
      ...{ code: 'unavailable', error: { code: 'connection' }, prepares: 0, rollbacks: 0 },
    },
  } satisfies Record<string, Trouble>;
  const kinds = Object.keys(troubles) as (keyof typeof troubles)[];
  /** All at once, since the late rollback (I4) makes each take some seconds. */
  const runs = new Map<string, Promise<TransactionDocument>>();
  const nameOf = (kind: keyof typeof troubles): string => kind.replaceAll(' ', '-');

  beforeAll(async () => {
    const { dtc, participants } = world;
    const nobody = `http://127.0.0.1:${await freePort()}/nobody/prepare`;
    for (const kind of kinds) {
      const { script } = troubles[kind];
      if (script !== undefined) participants.on(nameOf(kind), script);
      const url = script === undefined ? nobody : participants.url(nameOf(kind));
      const pair = [participants.url(`beside-${nameOf(kind)}`), url];
      const both = pair.map(each => ({ url: each, timeoutMs: requestMs }));
      runs.set(kind, dtc.run({ participants: both, timeoutMs: 5000 }));
    }
    await Promise.allSettled(runs.values());
  });

  it.each(kinds)('%s makes the transaction roll back, and the status says why', async kind => {
    const document = await runs.get(kind);
    const { code, error } = troubles[kind];
    expect(document).toMatchObject({
      status: 'rolledback',
      decision: 'rollback',
      reason: { code, participant: 'p2' },
    });
    expect(document?.participants[1]?.lastError).toMatchObject(error);
    expect(document?.reason?.detail).toBe(document?.participants[1]?.lastError?.message);
  });

  it.each(kinds)('%s is sent the rollbacks that it may need, and no others', async kind => {
    const { dtc, participants } = world;
    const { prepares, rollbacks } = troubles[kind];
    const id = (await runs.get(kind))?.id ?? '';
    const ended = await dtc.until(id, d => d.endedAt !== undefined);
    expect(faultsOf(ended, participants)).toEqual([]);
    expect(participants.phases(id, `beside-${nameOf(kind)}`)).toEqual(['prepare', 'rollback']);
    expect(participants.requests(id, nameOf(kind), 'prepare')).toHaveLength(prepares);
    const received = participants.requests(id, nameOf(kind), 'rollback');
    expect(received).toHaveLength(rollbacks);
    const quietAt = Date.parse(ended.decideBy) + requestMs + 1000;
    if (rollbacks === 2) expect(received[1]?.at).toBeGreaterThanOrEqual(quietAt);
  });
});

interface Trouble {
  readonly script: Script | undefined;
  readonly code: string;
  readonly error: object;
  readonly prepares: number;
  readonly rollbacks: number;
}

type Handler = Exclude<ReturnType<Script>, number | undefined>;

function prepare(handler: Handler): Script {
  return ({ phase }) => (phase === 'prepare' ? handler : undefined);
}
