/** docs/CONSOLE.md: the console where a browser gives it less than usual: behind another tab, and over plain HTTP from another machine. */
import { type Page } from 'playwright-core';
import { Harness } from '../api/harness';
import { type Browser, startBrowser, whereChromiumRuns } from './browser';

whereChromiumRuns('a page', () => {
  let api: Harness;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    [api, browser] = [await Harness.start(), await startBrowser()];
  });
  beforeEach(async () => {
    page = await browser.open(`${api.listening.url}/console/`);
  });
  afterEach(async () => {
    await page.close();
    expect(browser.complaints.splice(0)).toEqual([]);
  });
  afterAll(async () => {
    await browser.close();
    await api.close();
  });

  it('that was opened behind another is read once somebody looks at it', async () => {
    await page.addInitScript(
      "Object.defineProperty(document, 'visibilityState', { get: () => window.isSeen ? 'visible' : 'hidden' })",
    );
    await page.reload();
    await page.getByRole('navigation').waitFor();
    expect(await page.locator('.who').count()).toBe(0);
    await page.evaluate("window.isSeen = true; document.dispatchEvent(new Event('visibilitychange'))");
    await page.locator('.who').waitFor({ timeout: 20_000 });
    await page.getByRole('heading', { name: 'Transactions' }).waitFor({ timeout: 20_000 });
  });

  it.each([
    { of: 'program', found: /main-\w{8}\.js/, other: 'main-AAAAAAAA.js' },
    { of: 'style', found: /main-\w{8}\.css/, other: 'main-AAAAAAAA.css' },
  ])('whose $of is of another build than the process has reads itself again', async ({ found, other }) => {
    let readings = 0;
    await page.route(/\/console\/(?:\?again)?$/, async route => {
      readings += 1;
      const answer = await route.fetch();
      const html = await answer.text();
      await route.fulfill({ response: answer, body: readings < 3 ? html.replace(found, other) : html });
    });
    await page.goto(`${api.listening.url}/console/?again#/health`);
    await page.reload();
    await page.getByRole('heading', { name: 'Health' }).waitFor({ timeout: 20_000 });
    await page.locator('.who').waitFor();
    const colour = await page.evaluate<string>("getComputedStyle(document.querySelector('header')).display");
    expect([readings, colour]).toEqual([3, 'flex']);
    const refused = /^Refused to apply style/; // which the browser notes of a 404
    expect(browser.complaints.splice(0).filter(each => !refused.test(each))).toEqual([]);
  });

  it('that has no clipboard says so', async () => {
    await page.addInitScript('delete Navigator.prototype.clipboard');
    api.coordinator.add('testt1');
    await page.goto(`${api.listening.url}/console/#/transactions/testt1`);
    await page.reload();
    await page.getByRole('button', { name: 'Copy request' }).click();
    await page.getByText('not copied').waitFor({ timeout: 20_000 });
  });
});
