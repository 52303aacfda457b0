import { type TestCoordinator, startCoordinator } from '../support/coordinator';

let dtc: TestCoordinator;
beforeAll(async () => {
  dtc = await startCoordinator({ env: { DTC_MAX_BODY_BYTES: '524288' } });
});
afterAll(() => dtc.close());

it('says 413 to a body that grows beyond what Temporal stores', async () => {
  const payload = `[${Array.from({ length: 100_000 }, () => '1e20').join()}]`; // 5 bytes each, 21 once written out
  const response = await fetch(`${dtc.url}/transactions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: `{"participants":[{"url":"http://127.0.0.1:9/a/prepare","payload":${payload}}]}`,
  });
  expect(response.status).toBe(413);
  expect(await response.json()).toMatchObject({ detail: 'the request is more than Temporal stores' });
});

it('ends a transaction whose participants have more host names than a search attribute holds', async () => {
  const quick = await startCoordinator({ limits: { prepareAttempts: 1 } });
  try {
    const hosts = Array.from(
      { length: 60 },
      (_, i) => `${'a-rather-long-name'.repeat(3)}-${String(i)}.invalid`,
    );
    const document = await quick.run(hosts.map(host => `http://${host}/prepare`));
    expect(document).toMatchObject({
      status: 'rolledback',
      state: 'rolledback',
      reason: { code: 'unavailable' },
    });
    const query = `ParticipantHosts = "${hosts[0] ?? ''}"`;
    for (let found = 0; found === 0;) ({ count: found } = await quick.client.workflow.count(query)); // listed soon after
  } finally {
    await quick.close();
  }
});
