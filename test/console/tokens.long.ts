/** docs/CONSOLE.md, "Who may": the token is asked for, kept where it was said, and nowhere else. */
import { type Page, type Route } from 'playwright-core';
import { type TestCoordinator, startCoordinator } from '../support/coordinator';
import { type Participants, startParticipants } from '../support/participants';
import { type Browser, startBrowser, violations, whereChromiumRuns } from './browser';

const operator = 'ops-0123456789abcdef';
const client = 'alice-0123456789abcdef';

whereChromiumRuns('tokens', () => {
  let dtc: TestCoordinator;
  let participants: Participants;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    const tokens = `ops:operator:${operator},alice:client:${client},pat:participant:pat-0123456789abcdef`;
    participants = await startParticipants();
    dtc = await startCoordinator({ env: { DTC_API_TOKENS: tokens } });
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await dtc.close();
    await participants.close();
  });
  beforeEach(async () => {
    page = await browser.open(`${dtc.url}/console/`);
  });
  afterEach(async () => {
    await page.close();
    expect(browser.complaints).toEqual([]);
  });

  async function enter(token: string, isKept = false): Promise<void> {
    await page.getByLabel('Token', { exact: true }).fill(token);
    if (isKept) await page.getByRole('checkbox').check();
    await page.getByRole('button', { name: 'Enter' }).click();
  }
  const where = (): Promise<string> =>
    page.evaluate<string>(
      '[location.href, document.cookie, JSON.stringify({...localStorage}), document.documentElement.outerHTML].join(" ")',
    );
  const stored = (): Promise<string> => page.evaluate<string>('JSON.stringify({...sessionStorage})');

  it('are asked for, and a wrong one is refused in words', async () => {
    expect(await violations(page)).toEqual([]);
    await enter('not-the-token');
    await page.getByRole('alert').filter({ hasText: 'the token is not a valid one' }).waitFor();
  });

  it('are kept in memory alone, and gone with the page', async () => {
    await enter(operator);
    await page.getByText('ops (operator)').waitFor();
    expect(await where()).not.toContain(operator);
    expect(await stored()).not.toContain(operator);
    await page.reload();
    await page.getByLabel('Token', { exact: true }).waitFor();
  });

  it('are kept over a reload where that was asked for, until they are to be forgotten', async () => {
    await enter(operator, true);
    await page.getByText('ops (operator)').waitFor();
    expect(await where()).not.toContain(operator);
    await page.reload();
    await page.getByText('ops (operator)').waitFor();
    await page.getByRole('button', { name: 'Forget the token' }).click();
    await page.getByLabel('Token', { exact: true }).waitFor();
    expect(await stored()).toBe('{}');
  });

  it('of a client show its own transactions, without what it may not do', async () => {
    const as = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });
    const own = await dtc.start([participants.url('a')], as(client));
    const other = await dtc.start([participants.url('a')], as(operator));
    await enter(client);
    await page.getByRole('link', { name: own.id }).waitFor();
    expect(await page.getByRole('link', { name: other.id }).count()).toBe(0);
    await page.getByRole('link', { name: 'Participants' }).click();
    await page
      .getByRole('alert')
      .filter({ hasText: 'which may not see whom transactions wait for' })
      .waitFor();
  });

  it('of a participant are told that they have no use here, and another is asked for', async () => {
    await enter('pat-0123456789abcdef');
    await page.getByRole('alert').filter({ hasText: 'which may not use the console' }).waitFor();
    await enter(operator); // who has another one is not kept out
    await page.getByText('ops (operator)').waitFor();
  });

  it('that are no more valid are asked for again at once, wherever one is, and where one was is shown then', async () => {
    await enter(operator);
    await page.getByText('ops (operator)').waitFor();
    const listed = page.waitForResponse(answer => answer.url().includes('/locks'));
    await page.getByRole('link', { name: 'Locks' }).click();
    expect((await listed).status()).toBe(200); // other files may hold some
    await page.getByRole('heading', { name: 'Locks' }).waitFor();
    const expired = {
      type: '/problems/unauthenticated',
      title: 'It is over',
      status: 401,
      detail: 'expired',
    };
    const refuse = async (route: Route): Promise<void> => {
      const headers = { 'content-type': 'application/problem+json' };
      await route.fulfill({ status: 401, headers, body: JSON.stringify(expired) });
    };
    await page.route(/\/(?:locks|console\/about)/, refuse);
    await page.getByLabel('Token', { exact: true }).waitFor({ timeout: 20_000 });
    await page.getByRole('alert').filter({ hasText: 'It is over: expired' }).waitFor();
    await page.unroute(/\/(?:locks|console\/about)/, refuse);
    await enter(operator);
    await page.getByRole('heading', { name: 'Locks' }).waitFor();
    await page.getByText('ops (operator)').waitFor();
  });
});
