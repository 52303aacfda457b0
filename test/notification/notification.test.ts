/** Being told of a transaction (PROTOCOL §3, Notifications): real receivers over HTTP, who verify what comes. */
import { randomBytes } from 'node:crypto';
import { type ServerResponse } from 'node:http';
import { freePort, listenHttp } from '../support/listening';
import { temporalWorkflow } from '../support/temporalCli';
import { eventually, until } from '../support/until';
import { useNotifications } from './world';

const world = useNotifications();

it('tells the outcome, signed, with the document, and neither payloads nor queries in it', async () => {
  const url = `${world.participants.url('a')}?key=participants-secret`;
  const { id } = await world.dtc.run({
    participants: [{ url, payload: { card: '4111' } }],
    labels: { order: '7' },
    notify: { url: world.receivers.url('shop') },
  });
  const [delivery] = await world.told(id);
  expect(delivery).toMatchObject({ id: `${id}/outcome`, type: 'transaction.outcome', nth: 1 });
  expect(delivery).not.toHaveProperty('unsigned');
  expect(delivery?.headers).toMatchObject({ 'content-type': 'application/json', 'transaction-id': id });
  const { etag: _, ...document } = await world.dtc.get(id);
  expect(delivery?.data).toEqual(document);
  expect(delivery?.timestamp).toBe(delivery?.data.endedAt);
  expect(delivery?.text).not.toMatch(/4111|participants-secret/);
  expect(world.resultsOf(id)).toEqual(['delivered']);
});

it('tells of attention, outcome and end, each once, as it was then', async () => {
  world.participants.on('late', ({ phase, nth }) => (phase === 'commit' && nth < 4 ? 503 : 200));
  const on = ['outcome', 'attention', 'end'];
  const { id } = await world.dtc.start({
    participants: [world.participants.url('a'), world.participants.url('late')],
    notify: { url: world.receivers.url('shop'), on },
  });
  const all = await world.told(id, 3);
  const byType = new Map(all.map(each => [each.type, each.data]));
  expect(byType.get('transaction.attention')).toMatchObject({ status: 'pending', needsAttention: true });
  expect(byType.get('transaction.outcome')).toMatchObject({ status: 'committed' });
  expect(byType.get('transaction.end')).toMatchObject({ status: 'committed', needsAttention: false });
  expect(all.map(each => each.id).sort()).toEqual([`${id}/attention`, `${id}/end`, `${id}/outcome`]);
});

it.each([
  ['by a no', script('no', () => 409), ['no'], {}],
  ['since nobody could be reached', () => undefined, ['dead'], {}],
  ['after a provisional commit', script('no', failing('commit')), ['a', 'no'], provisional()],
  ['with locks', script('no', () => 409), ['no'], locked()],
])('tells that it was rolled back: %s', async (_, prepare, names, options) => {
  prepare();
  const dead = `http://127.0.0.1:${String(await freePort())}/prepare`;
  const urls = names.map(name => (name === 'dead' ? dead : world.participants.url(name)));
  const notify = { url: world.receivers.url('shop'), on: ['outcome', 'end'] };
  const { id } = await world.dtc.start({ participants: urls, notify, ...options });
  const all = await world.told(id, 2);
  expect(all.map(({ data }) => data.status)).toEqual(['rolledback', 'rolledback']);
  const ended = await world.dtc.until(id, d => d.endedAt !== undefined);
  expect(ended).toMatchObject({ status: 'rolledback', decision: 'rollback' });
});

function script(name: string, answer: (r: { readonly phase: string }) => number) {
  return (): void => {
    world.participants.on(name, answer);
  };
}

function failing(phase: string) {
  return (r: { readonly phase: string }): number => (r.phase === phase ? 503 : 200);
}

function provisional(): object {
  return { onCommitFailure: 'rollback' };
}

function locked(): object {
  return { locks: [{ resource: `told/${randomBytes(6).toString('hex')}`, mode: 'exclusive' }] };
}

it('repeats the same, under the same id, until it is taken: slow, failing, redirecting and hanging receivers', async () => {
  const elsewhere: string[] = [];
  const other = await listenHttp((request, response) => {
    elsewhere.push(request.url ?? '');
    response.end();
  });
  const answers = [
    500,
    (response: ServerResponse) => response.writeHead(307, { location: `${other.origin}/told` }).end(),
    () => undefined,
    (response: ServerResponse) => setTimeout(() => response.writeHead(202).end(), 200),
  ];
  world.receivers.on('moody', ({ nth }) => answers[nth - 1]);
  const { id } = await world.dtc.run({
    participants: [world.participants.url('a')],
    notify: { url: world.receivers.url('moody') },
  });
  const all = await world.told(id, 4);
  await eventually(() => world.resultsOf(id).includes('delivered'));
  expect(world.resultsOf(id)).toEqual(['failed', 'failed', 'failed', 'delivered']);
  expect(new Set(all.map(each => `${each.id} ${each.text}`)).size).toBe(1);
  expect(all.filter(each => each.unsigned !== undefined)).toEqual([]);
  expect(elsewhere).toEqual([]);
  await other.close();
});

it('waits as long as a receiver asks for', async () => {
  world.receivers.on('busy', ({ nth }) =>
    nth > 1 ? 204 : (response: ServerResponse) => response.writeHead(503, { 'retry-after': '1' }).end(),
  );
  const { id } = await world.dtc.run({
    participants: [world.participants.url('a')],
    notify: { url: world.receivers.url('busy') },
  });
  const [first, second] = await world.told(id, 2);
  expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(990);
});

it('ends at 410, and lists what was not delivered; a person has it sent again, under the same id', async () => {
  world.receivers.on('gone', ({ nth }) => (nth === 1 ? 410 : 204));
  const { id } = await world.dtc.run({
    participants: [world.participants.url('a')],
    notify: { url: world.receivers.url('gone') },
  });
  await eventually(() => world.resultsOf(id).includes('gone'));
  const key = `notification:${id}:outcome`;
  await until(
    () => world.undelivered(id),
    found => found.length === 1,
  ).then(([finding]) => {
    expect(finding).toMatchObject({
      ...{ kind: 'undelivered', id: key, transactionId: id, type: 'transaction.outcome', attempts: 1 },
      where: `${world.receivers.origin}/gone/told?redacted`,
      lastError: { code: 'unexpectedStatus', status: 410, message: 'answered 410' },
      gaveUpAt: expect.any(String) as string,
      command: expect.stringMatching(
        new RegExp(
          `^temporal workflow reset --workflow-id ${key} --run-id \\S+ --type FirstWorkflowTask --reason "send it again" --address ${String(process.env['TEST_TEMPORAL_ADDRESS'])}$`,
        ),
      ) as string,
    });
  });
  await temporalWorkflow('reset', key, '--type', 'FirstWorkflowTask', '--reason', 'send it again');
  const all = await world.told(id, 2);
  expect(new Set(all.map(each => `${each.id} ${each.text}`)).size).toBe(1);
  await until(
    () => world.undelivered(id),
    found => found.length === 0,
  );
});

it('tells once what a run that was terminated has told, and what it has not', async () => {
  world.participants.on('late', ({ phase }) => (phase === 'commit' ? 503 : 200));
  const notify = { url: world.receivers.url('shop'), on: ['attention', 'outcome', 'end'] };
  const { id } = await world.dtc.start({ participants: [world.participants.url('late')], notify });
  await world.told(id);
  await temporalWorkflow('terminate', id);
  world.participants.on('late', () => 200);
  expect(await world.dtc.recover(id)).toMatchObject({ is: 'recovered' });
  await world.dtc.until(id, d => d.endedAt !== undefined);
  const all = await world.told(id, 3);
  expect(all.map(each => each.id).sort()).toEqual([`${id}/attention`, `${id}/end`, `${id}/outcome`]);
});

/** Of a run that has ended; a task that came late, on a machine that is busy, makes it more. */
async function transitionsOf(workflowId: string): Promise<number> {
  const handle = world.dtc.client.workflow.getHandle(workflowId);
  await handle.result();
  return Number((await handle.describe()).raw.workflowExecutionInfo?.stateTransitionCount);
}

it('costs what the docs say: three state transitions of the transaction, and seven of its own', async () => {
  const participants = [world.participants.url('a')];
  const price = async (): Promise<{ readonly more: number; readonly own: number }> => {
    const plain = await world.dtc.run({ participants });
    const { id } = await world.dtc.run({ participants, notify: { url: world.receivers.url('shop') } });
    const own = await transitionsOf(`notification:${id}:outcome`);
    return { more: (await transitionsOf(id)) - (await transitionsOf(plain.id)), own };
  };
  await until(price, ({ more, own }) => more <= 3 && own <= 7);
});
