/**
 * Two API and two worker processes under load while one after another is restarted, by SIGTERM and by SIGKILL in turn: each at least once
 * by either. Runs for ROLLING_SECONDS, 30 unless set; a release is tried for five minutes (docs/SCALING.md).
 */
import { randomUUID } from 'node:crypto';
import { freePort } from '../support/listening';
import { type Failure, type Load, judge, quantile, startLoad } from '../support/load';
import { type Participants, startParticipants } from '../support/participants';
import { type CoordinatorProcess, type Exit, endProcesses, startProcess } from '../support/processes';
import { eventually } from '../support/until';

const seconds = Number(process.env['ROLLING_SECONDS'] ?? 30);
const lanes = 6;
const betweenRestarts = 40;
/** "About five seconds", beside what one takes on this machine while nobody is restarted. */
const delayedByMs = 6_500;

interface Member {
  readonly role: 'api' | 'worker';
  readonly url: string;
  readonly start: () => Promise<CoordinatorProcess>;
  running: CoordinatorProcess;
  /** Whether a balancer sends it requests. */
  inRotation: boolean;
}

interface Restart {
  readonly member: Member;
  readonly signal: 'SIGTERM' | 'SIGKILL';
  readonly at: number;
  readonly readyAt: number;
  readonly exit: Exit;
}

let participants: Participants;
let members: Member[];
let load: Load | undefined;

beforeAll(async () => {
  participants = await startParticipants();
  const shared = {
    TEMPORAL_ADDRESS: process.env['TEST_TEMPORAL_ADDRESS'] ?? '',
    DTC_TASK_QUEUE: `rolling-${randomUUID()}`,
    DTC_LOG_LEVEL: 'warn',
  };
  members = await Promise.all(
    (['api', 'worker', 'api', 'worker'] as const).map(async role => {
      const port = String(await freePort());
      const start = (): Promise<CoordinatorProcess> =>
        startProcess({ ...shared, DTC_ROLE: role, ...(role === 'api' ? { DTC_PORT: port } : {}) });
      const url = role === 'api' ? `http://127.0.0.1:${port}` : '';
      return { role, url, start, running: await start(), inRotation: role === 'api' };
    }),
  );
});
afterAll(async () => {
  await load?.stop();
  await endProcesses();
  await participants.close();
});

const fronts = (): string[] => members.filter(({ inRotation }) => inRotation).map(({ url }) => url);

/** Who is stopped in order is taken out first, as a balancer does; who is killed is found dead by whoever asks it. */
async function restart(member: Member, signal: Restart['signal']): Promise<Restart> {
  const isFront = member.role === 'api';
  if (isFront && signal === 'SIGTERM') member.inRotation = false;
  const at = Date.now();
  const exit = await member.running.stop(signal);
  member.running = await member.start();
  member.inRotation = isFront;
  return { member, signal, at, readyAt: Date.now(), exit };
}

/** Of a front end that was killed: until it was there again, and no longer. */
const isExcused = ({ url, at, why }: Failure, restarts: readonly Restart[]): boolean =>
  !why.startsWith('POST answered') &&
  restarts.some(r => r.member.url === url && r.signal === 'SIGKILL' && r.at <= at && at <= r.readyAt + 100);

it('loses nothing, answers nothing wrong and delays nothing for long', async () => {
  const running = (load = startLoad({ participants, lanes, fronts }));
  const restarts: Restart[] = [];
  const began = Date.now();
  for (let n = 0; n < 2 * members.length || Date.now() - began < seconds * 1000; n += 1) {
    const so = running.accepted.length;
    await eventually(() => running.accepted.length >= so + betweenRestarts, 60_000);
    const member = members[n % members.length] as Member;
    const round = Math.floor(n / members.length);
    // each of a kind by one signal in one round, by the other in the next
    restarts.push(await restart(member, (round + Math.floor(n / 2)) % 2 === 0 ? 'SIGTERM' : 'SIGKILL'));
  }
  await running.stop();
  const tookS = (Date.now() - began) / 1000;

  const { faults, delaysMs } = await judge(running, participants, fronts()[0] ?? '');
  const untroubledMs = Math.max(
    ...running.accepted
      .filter(({ answeredAt }) => answeredAt < (restarts[0]?.at ?? 0))
      .map(({ askedAt, answeredAt }) => answeredAt - askedAt),
  );
  const orderly = restarts.filter(({ signal }) => signal === 'SIGTERM');
  console.log(
    `${running.accepted.length} transactions in ${tookS.toFixed(0)} s; ${orderly.length} restarts by SIGTERM, ` +
      `${restarts.length - orderly.length} by SIGKILL; ${running.failures.length} requests failed; ` +
      `from request to outcome: median ${quantile(delaysMs, 0.5)} ms, 99 % ${quantile(delaysMs, 0.99)} ms, ` +
      `longest ${delaysMs.at(-1)} ms, ${delaysMs.filter(ms => ms > 5000).length} above 5 s; ` +
      `before the first restart the longest took ${untroubledMs} ms`,
  );
  expect(faults).toEqual([]);
  expect(running.failures.filter(failure => !isExcused(failure, restarts))).toEqual([]);
  expect(orderly.map(({ exit }) => exit.code)).toEqual(orderly.map(() => 0));
  expect(delaysMs.at(-1)).toBeLessThan(untroubledMs + delayedByMs);
});
