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

it('waits where the Schedule of the sweep says that it is not ready yet', async () => {
  const { log, lines } = recordingLog();
  const env = { DTC_COORDINATOR_ID: 'comesupagain' };
  const earlier = await startCoordinator({ sweeps: true, env }); // makes it
  const warnings = (): string[] => lines.filter(({ level }) => level === 'warn').map(({ msg }) => msg);
  const proxy = await startGrpcProxy(server, {
    test: path => path.endsWith('/DescribeSchedule') && warnings().length === 0,
    as: { 'grpc-status': '9', 'grpc-message': 'Workflow task is not completed yet.' },
  });
  const dtc = await startCoordinator({ temporalAddress: proxy.address, sweeps: true, env, log });
  try {
    expect(warnings()).toEqual([
      expect.stringMatching(
        /cannot be used \(.*Workflow task is not completed yet.*\(trying again every second\)$/,
      ),
    ]);
  } finally {
    await dtc.close();
    await earlier.close();
    await proxy.close();
  }
});
