/** A start while a Temporal cluster comes up: its frontend answers already, and the services behind it do not. */
import { startCoordinator } from '../support/coordinator';
import { startGrpcProxy } from '../support/grpcProxy';
import { recordingLog } from '../support/recordingLog';

const server = process.env['TEST_TEMPORAL_ADDRESS'] ?? '';

it.each([
  ['search attributes cannot be listed', /ListSearchAttributes$/],
  ['schedules cannot be made', /(?:Create|Update|Describe)Schedule$/],
])('waits where %s, says so, and goes on once they can', async (_what, calls) => {
  const { log, lines } = recordingLog();
  const warnings = (): string[] => lines.filter(({ level }) => level === 'warn').map(({ msg }) => msg);
  const away = { test: (path: string) => calls.test(path) && warnings().length === 0 };
  const proxy = await startGrpcProxy(server, { test: () => false }, away);
  const env = { DTC_COORDINATOR_ID: 'comesup' };
  const dtc = await startCoordinator({ temporalAddress: proxy.address, sweeps: true, env, log });
  try {
    expect(warnings()).toEqual([
      expect.stringMatching(/cannot be used \(Temporal does not answer .* \(trying again every second\)$/),
    ]);
    expect((await fetch(`${dtc.url}/readyz`)).status).toBe(200);
  } finally {
    await dtc.close();
    await proxy.close();
  }
});
