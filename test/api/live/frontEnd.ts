/** Owns a second front end beside the one of the world, with no worker, and hears what it asks of Temporal. */
import { type TestCoordinator, startCoordinator } from '../../support/coordinator';
import { type GrpcProxy, startGrpcProxy } from '../../support/grpcProxy';

export interface HeardFrontEnd {
  readonly url: () => string;
  /** The names of the calls, to be emptied by whoever counts them. */
  readonly asked: string[];
}

export function useHeardFrontEnd(env: Readonly<Record<string, string>> = {}): HeardFrontEnd {
  const asked: string[] = [];
  let frontEnd: TestCoordinator;
  let proxy: GrpcProxy;
  beforeAll(async () => {
    const heard = { test: (path: string) => (asked.push(path.split('/').at(-1) ?? ''), false) };
    proxy = await startGrpcProxy(process.env['TEST_TEMPORAL_ADDRESS'] ?? '', heard);
    frontEnd = await startCoordinator({ apiOnly: true, env, temporalAddress: proxy.address });
  });
  afterAll(async () => {
    await frontEnd.close();
    await proxy.close();
  });
  return { url: () => frontEnd.url, asked };
}
