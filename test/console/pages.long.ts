/** docs/CONSOLE.md: the pages of the console in a real browser, over a real server. */
import { type Page } from 'playwright-core';
import { useWorld } from '../support/world';
import { always } from '../support/participants';
import { type Browser, isTooWide, startBrowser, violations, whereChromiumRuns } from './browser';

whereChromiumRuns('the pages', () => {
  const world = useWorld({ limits: { completionAttempts: 2, attentionRetryMs: 300_000, retryMaxMs: 100 } });
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());
  afterEach(() => {
    expect(browser.complaints).toEqual([]);
  });

  const open = (path = ''): Promise<Page> => browser.open(`${world.dtc.url}/console${path}`);
  const heading = (page: Page): Promise<string | null> =>
    page.getByRole('heading', { level: 1 }).textContent();

  /** A transaction whose second participant never acknowledges commit. */
  async function stuck(name: string, labels: Record<string, string> = {}): Promise<string> {
    world.participants.on(name, always('commit', 503));
    const url = (name: string): string => world.participants.url(name);
    const participants = [
      { url: url('hotel'), name: 'hotel' },
      { url: url(name), name },
    ];
    const { id } = await world.dtc.start({ participants, labels });
    await world.dtc.until(id, ({ needsAttention }) => needsAttention);
    return id;
  }

  it('list what needs attention first, and lead to it', async () => {
    const id = await stuck('car', { order: '4711' });
    const url = (name: string): string => world.participants.url(name);
    const { id: done } = await world.dtc.run([url('a'), url('b')]);
    const page = await open();
    await page.getByRole('link', { name: done }).waitFor();
    const rows = await page.locator('tbody tr').allTextContents();
    expect(rows.findIndex(text => text.includes(id))).toBeLessThan(
      rows.findIndex(text => text.includes(done)),
    );
    expect(rows.find(text => text.includes(id))).toContain('needs attention');
    await page.getByRole('link', { name: id }).click();
    await page.getByText('Commit is decided, but car has not acknowledged the commit').waitFor();
    expect(await heading(page)).toBe(`Transaction ${id}`);
    expect([await violations(page), await isTooWide(page)]).toEqual([[], false]);
    await page.close();
  });
});
