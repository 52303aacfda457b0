/**
 * Starts the shared Temporal server before the first test file; its address reaches the files through the environment. It ends with
 * the run, also with one that is interrupted: no teardown is called then, and jest would replace workers that are gone meanwhile.
 */
import { constants } from 'node:os';
import { type TestServer, startTemporal } from './temporalServer';

declare global {
  var sharedTemporal: TestServer | undefined;
}

export default async function setUp(): Promise<void> {
  const server = await startTemporal();
  globalThis.sharedTemporal = server;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => {
      server.kill();
      process.exit(128 + constants.signals[signal]);
    });
  process.env['TEST_TEMPORAL_ADDRESS'] = server.address;
  process.env['TEST_TEMPORAL_UI'] = server.uiUrl;
}
