/** Owns the set-up that most files share: a coordinator with its worker, and participants, for the tests of one file. */
import { WorkflowNotFoundError } from '@temporalio/client';
import { type TestCoordinator, type TestOptions, startCoordinator } from './coordinator';
import { type Participants, startParticipants } from './participants';
import { isGroup, shared } from './sharing';

export interface World {
  readonly dtc: TestCoordinator;
  readonly participants: Participants;
}

interface WorldOptions extends Pick<
  TestOptions,
  'limits' | 'env' | 'maxCachedWorkflows' | 'apiOnly' | 'sweeps'
> {
  /** For whoever stops its worker. */
  readonly own?: true;
}

/**
 * Called where tests are declared; the members are there once tests run. Participants are the file's own. The coordinator is
 * that of all files of a group (test/groups) with the same options, unless it has no worker, sweeps, or is to be the file's own.
 */
export function useWorld({ own, ...options }: WorldOptions = {}): World {
  const world: { dtc?: TestCoordinator; participants?: Participants } = {};
  const isOwn = own === true || options.apiOnly === true || options.sweeps === true;
  const isShared = !isOwn && isGroup();
  let started: TestCoordinator | undefined;
  beforeAll(async () => {
    const participants = await startParticipants();
    world.participants = participants;
    const start = (): Promise<TestCoordinator> => startWarm(options, participants.url('warm'));
    const key = JSON.stringify(options);
    started = await (isShared ? shared(key, start, each => each.close()) : start());
    world.dtc = isOwn ? started : unstoppable(started);
  });
  afterAll(async () => {
    if (started !== undefined) await (isShared ? endOpen(started) : started.close());
    await world.participants?.close();
  });
  return world as World;
}

/** The first transaction of a worker takes long, and tests have short deadlines. */
async function startWarm(options: TestOptions, url: string): Promise<TestCoordinator> {
  const dtc = await startCoordinator(options);
  if (options.apiOnly !== true) await dtc.run({ timeoutMs: 30_000, participants: [url] });
  return dtc;
}

/** Whoever stops what others use fails, in a group or not. */
function unstoppable(dtc: TestCoordinator): TestCoordinator {
  const refuse = (): Promise<never> =>
    Promise.reject(
      new Error('other test files use this coordinator: useWorld({ own: true }) has one to stop'),
    );
  return { ...dtc, startWorker: refuse, stopWorker: refuse, close: refuse };
}

/** What a file leaves open would go on asking participants that are gone, beside the tests of the next. */
async function endOpen({ client, taskQueue }: TestCoordinator): Promise<void> {
  const query = `TaskQueue = '${taskQueue}' AND ExecutionStatus = 'Running'`;
  for await (const { workflowId } of client.workflow.list({ query }))
    await client.workflow
      .getHandle(workflowId)
      .terminate('the tests are over')
      .catch((error: unknown) => {
        if (!(error instanceof WorkflowNotFoundError)) throw error; // it ended meanwhile
      });
}
