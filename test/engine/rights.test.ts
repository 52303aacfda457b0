/** A start with fewer rights than set-up would need, as in Temporal Cloud, which lets nobody register search attributes over this API. */
import { type TestCoordinator, startCoordinator } from '../support/coordinator';
import { type GrpcProxy, startGrpcProxy } from '../support/grpcProxy';
import { type Participants, startParticipants } from '../support/participants';
import { recordingLog } from '../support/recordingLog';

let participants: Participants;
let proxy: GrpcProxy | undefined;
let dtc: TestCoordinator | undefined;

beforeAll(async () => {
  participants = await startParticipants();
  await (await startCoordinator({ apiOnly: true })).close(); // an administrator's work: the search attributes are there
});
afterEach(async () => {
  await dtc?.close();
  await proxy?.close();
});
afterAll(() => participants.close());

const server = process.env['TEST_TEMPORAL_ADDRESS'] ?? '';

it('warns, names the step and the commands for an administrator, and runs transactions', async () => {
  const log = recordingLog();
  proxy = await startGrpcProxy(server, /operatorservice|(?:Create|Update|Describe)Schedule$/);
  const env = {
    DTC_COORDINATOR_ID: 'norights',
    DTC_RECOVERY_URLS: 'https://pay.example.com/prepared?key=hidden',
  };
  dtc = await startCoordinator({ temporalAddress: proxy.address, sweeps: true, env, log: log.log });
  const lines = log.lines.filter(({ level }) => level === 'warn').map(({ msg }) => msg);
  expect(lines).toEqual([
    expect.stringMatching(
      /search attributes.*temporal operator search-attribute create .*--name ParticipantHosts --type KeywordList.*tcld namespace search-attributes add /,
    ),
    expect.stringMatching(
      /Schedule of the orphan sweep.*temporal schedule create .*--schedule-id orphan-sweep-norights .*--type orphanSweep/,
    ),
  ]);
  expect(lines.join()).not.toContain('hidden');
  expect(proxy.refused.length).toBeGreaterThan(1);
  expect((await dtc.run([participants.url('a')])).status).toBe('committed');
  const swept = await fetch(`${dtc.url}/orphans/sweep`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  });
  expect([swept.status, await swept.json()]).toMatchObject([503, { type: '/problems/engine-unavailable' }]);
});

it('says nothing where the search attributes may be looked at, and are there', async () => {
  const log = recordingLog();
  proxy = await startGrpcProxy(server, /AddSearchAttributes$/);
  dtc = await startCoordinator({ temporalAddress: proxy.address, apiOnly: true, log: log.log });
  expect(log.lines).toEqual([]);
  expect(proxy.refused).toEqual([]);
});
