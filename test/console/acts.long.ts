/** docs/CONSOLE.md: each act of the console, in a real browser, over a real server. */
import { type Page } from 'playwright-core';
import { type TransactionDocument } from '../../src/protocol/client/document';
import { always, hang } from '../support/participants';
import { eventually } from '../support/until';
import { useWorld } from '../support/world';
import { type Browser, startBrowser, violations, whereChromiumRuns } from './browser';

whereChromiumRuns('acts', () => {
  // who is in trouble is not tried again by itself while the test looks
  const seldom = { retryInitialMs: 300_000, retryMaxMs: 300_000, attentionRetryMs: 300_000 };
  const world = useWorld({
    limits: { ...seldom, completionAttempts: 1, prepareTimeoutMs: 60_000 },
    // it sweeps what is its own, when it is told to
    env: { DTC_COORDINATOR_ID: 'console', DTC_SWEEP_INTERVAL_MS: '3600000' },
    sweeps: true,
  });
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());
  let page: Page;
  afterEach(async () => {
    await page.close();
    expect(browser.complaints.splice(0)).toEqual([]);
  });

  const open = async (place = ''): Promise<void> => {
    page = await browser.open(`${world.dtc.url}/console/#/${place}`);
  };
  const press = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();

  /** Lists are some moments behind: until as many wait for the participants' host as a dry run is to find. */
  const waiting = (many: number): Promise<void> =>
    eventually(async () => {
      const answer = await fetch(`${world.dtc.url}/participants`);
      const { participants } = (await answer.json()) as { participants: { waiting: number }[] };
      return participants.reduce((sum, each) => sum + each.waiting, 0) === many;
    });

  /** A transaction that `name` keeps from its end. */
  async function stuck(name: string): Promise<string> {
    world.participants.on(name, always('commit', 503));
    const url = (each: string): string => world.participants.url(each);
    const { id } = await world.dtc.start({
      participants: [
        { url: url('hotel'), name: 'hotel' },
        { url: url(name), name },
      ],
    });
    await world.dtc.until(id, ({ needsAttention }) => needsAttention);
    return id;
  }

  const ended = (id: string): Promise<TransactionDocument> =>
    world.dtc.until(id, ({ endedAt }) => endedAt !== undefined);

  it('aborts what is not decided, with a reason', async () => {
    world.participants.on('silent', always('prepare', hang));
    const { id } = await world.dtc.start([world.participants.url('silent')]);
    await open(`transactions/${id}`);
    await page.getByText('It waits for the vote of p1.').waitFor();
    await press('Abort …');
    await page.getByLabel('Why').fill('ordered <b>twice</b>');
    await press('See what will happen');
    expect(await violations(page)).toEqual([]);
    await press('Abort it');
    await page
      .getByText(/it was aborted: .*ordered <b>twice<\/b>/)
      .first()
      .waitFor();
    expect((await world.dtc.get(id)).reason).toMatchObject({ code: 'aborted' });
  });

  it('retries now, and shows the end without being read again', async () => {
    const id = await stuck('late');
    await open(`transactions/${id}`);
    await press('Retry now …');
    await page.getByText('no, but once it is acknowledged').waitFor();
    world.participants.on('late', () => 200);
    await press('Retry now');
    await page.getByText(/^Committed everywhere/).waitFor();
    expect((await ended(id)).status).toBe('committed');
  });

  it('goes from what is stuck to what is settled in four steps, by the keyboard alone and without typing an id', async () => {
    const id = await stuck('gone');
    await open();
    const tabTo = async (name: string): Promise<void> => {
      for (let presses = 0; presses < 200; presses += 1) {
        const focused = await page.evaluate<string>(
          'document.activeElement.innerText || document.activeElement.value || ""',
        );
        if (focused.trim() === name) return;
        await page.keyboard.press('Tab');
      }
      throw new Error(`the keyboard does not reach ${name}`);
    };
    await page.getByRole('link', { name: id }).waitFor();
    await tabTo(id);
    await page.keyboard.press('Enter'); // 1
    await page.getByRole('heading', { name: `Transaction ${id}` }).waitFor();
    await page.getByRole('button', { name: 'Settle gone …' }).waitFor();
    await tabTo('Settle gone …');
    await page.keyboard.press('Enter'); // 2
    await page.getByRole('dialog').waitFor();
    await tabTo('committed');
    await page.keyboard.press('Space');
    await page.keyboard.press('Tab');
    await page.keyboard.type('its database has it');
    await page.keyboard.press('Enter'); // 3
    await page.getByRole('button', { name: 'Settle gone as committed' }).waitFor();
    await page.keyboard.press('Enter'); // nobody confirms by pressing it twice
    expect((await world.dtc.get(id)).endedAt).toBeUndefined();
    await tabTo('Settle gone as committed');
    await page.keyboard.press('Enter'); // 4
    await page.getByText('Done: gone counts as committed; the transaction ends with that.').waitFor();
    const { participants } = await ended(id);
    expect(participants[1]?.forced).toMatchObject({ outcome: 'committed', reason: 'its database has it' });
    await tabTo('Close');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await eventually(async () => (await page.evaluate('document.activeElement.tagName')) === 'H1');
  });

  it('does nothing by a page that is not true any more, and says so', async () => {
    const id = await stuck('other');
    await open(`transactions/${id}`);
    await press('Settle other …');
    await page.getByRole('radio', { name: /^Rolled back/ }).check();
    await page.getByLabel('Why').fill('I think so');
    await press('See what will happen');
    const follows = page.getByRole('dialog').locator('dd');
    await follows.first().waitFor();
    expect(await follows.allInnerTexts()).toEqual([
      ...['commit, as it is', 'mixed: somebody is known to have ended otherwise'],
      ...['other', 'none', 'yes'],
    ]);
    const settled = await world.dtc.act(id, 'resolve', {
      participant: 'other',
      outcome: 'committed',
      reason: 'it has',
    });
    expect(settled.status).toBe(200);
    await press('Settle other as rolled back');
    await page.getByRole('dialog').getByRole('alert').filter({ hasText: 'nothing was done' }).waitFor();
    expect((await ended(id)).participants[1]?.forced).toMatchObject({
      outcome: 'committed',
      reason: 'it has',
    });
  });

  it('acts on all that wait for a host, after the dry run', async () => {
    const ids = [await stuck('pay'), await stuck('pay'), await stuck('pay')];
    await waiting(3);
    await open('participants');
    const { host } = new URL(world.participants.origin);
    await press(`Settle all of ${host} …`);
    await page.getByRole('radio', { name: /^Unknown/ }).check();
    await page.getByLabel('Why').fill('retired');
    await press('See what will happen');
    await page.getByText(/3 transactions will count/).waitFor();
    await page.getByText('Of them 0 will end as mixed, 3 as hazard.').waitFor();
    expect((await world.dtc.get(ids[0] ?? '')).endedAt).toBeUndefined();
    await press('Settle 3 transactions as unknown');
    await page.getByText('Done for 3 transactions').waitFor();
    for (const id of ids) expect((await ended(id)).heuristic).toBe('hazard');
  });

  it('retries all that wait for a host, after the dry run', async () => {
    const id = await stuck('late');
    await waiting(1);
    await open('participants');
    await press(`Retry all of ${new URL(world.participants.origin).host} …`);
    world.participants.on('late', () => 200);
    await press('Retry 1 transaction');
    await page.getByText('Done for 1 transaction').waitFor();
    expect((await ended(id)).status).toBe('committed');
  });

  /** Its report. */
  async function dryRun(): Promise<string> {
    const headers = { 'content-type': 'application/json' };
    const asked = { method: 'POST', headers, body: JSON.stringify({ dryRun: true }) };
    return (await fetch(`${world.dtc.url}/orphans/sweep`, asked)).text();
  }

  it('sweeps after a dry run, and takes up again what was ended from outside', async () => {
    const id = await stuck('cut');
    await world.dtc.client.workflow.getHandle(id).terminate('by hand');
    await eventually(async () => {
      const report = await dryRun();
      return report.includes(id) && !report.includes('only just now');
    }, 60_000);
    await open('orphans');
    await press('Sweep now …');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('link', { name: id }).first().waitFor();
    await dialog.getByText('would take it up again').waitFor();
    expect(await violations(page)).toEqual([]);
    expect((await world.dtc.get(id)).state).toBe('interrupted');
    world.participants.on('cut', () => 200);
    await press('Sweep');
    await dialog.getByRole('heading', { name: 'What it did' }).waitFor();
    const { status, recoveries } = await ended(id);
    expect([status, recoveries?.length]).toEqual(['committed', 1]);
  });

  it('releases a lock, and says what that risks', async () => {
    const resource = 'rooms/acts'; // locks are shared by all on the server
    const lease = { resource, holder: 'night <i>shift</i>'.replace(/[^a-z]/g, ''), ttlMs: 600_000 };
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify(lease);
    const taken = await fetch(`${world.dtc.url}/locks`, { method: 'POST', headers, body });
    expect([taken.status, await taken.json()]).toMatchObject([201, { resource }]);
    await open('locks');
    await press(`Release from ${lease.holder} …`);
    await page.getByText('Only a resource that compares fencing tokens refuses it').waitFor();
    expect(await violations(page)).toEqual([]);
    await press(`Release ${resource}`);
    await page.getByText(`${resource} is released.`).waitFor();
    const { holders } = (await (await fetch(`${world.dtc.url}/locks?resource=${resource}`)).json()) as {
      holders: unknown[];
    };
    expect(holders).toEqual([]);
  });
});
