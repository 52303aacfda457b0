/** Starts the shared Temporal server before the first test file; its address reaches the files through the environment. */
import { type TestServer, startTemporal } from './temporalServer';

declare global {
  var sharedTemporal: TestServer | undefined;
}

export default async function setUp(): Promise<void> {
  const server = await startTemporal();
  globalThis.sharedTemporal = server;
  process.env['TEST_TEMPORAL_ADDRESS'] = server.address;
  process.env['TEST_TEMPORAL_UI'] = server.uiUrl;
}
