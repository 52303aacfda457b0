/** docs/CONSOLE.md: the list over ten thousand transactions, and over a night. What a server needs for them is in docs/BENCHMARKS.md. */
import { type CDPSession, type Locator, type Page } from 'playwright-core';
import { type PageWanted } from '../../src/coordinator/list/contract';
import { type ListOfTransactions, type ListedTransaction } from '../../src/protocol/client/listed';
import { Harness } from '../api/harness';
import { type Browser, startBrowser, whereChromiumRuns } from './browser';

const many = 10_000;
const mostRows = 5_100;

function listed(nth: number): ListedTransaction {
  const second = new Date(Date.UTC(2026, 0, 1) + nth * 1_000).toISOString();
  return {
    ...{ id: `testt${String(nth).padStart(32, '0')}`, status: 'committed', state: 'committed' },
    ...{ decision: 'commit', needsAttention: false, createdAt: second, decideBy: second, endedAt: second },
    labels: { order: String(nth) },
    participants: ['hotel', 'car'].map(name => ({ name, host: `${name}.example:443`, state: 'committed' })),
  };
}

/** Newest first; the cursor is where the next page begins. */
function pageOf({ filters, limit, cursor }: PageWanted): ListOfTransactions {
  if (filters.needsAttention === true) return { transactions: [] };
  const from = Number(cursor ?? 0);
  const end = Math.min(from + limit, many);
  const transactions = Array.from({ length: end - from }, (_, nth) => listed(many - from - nth));
  return { transactions, ...(end === many ? {} : { next: String(end) }) };
}

whereChromiumRuns('ten thousand transactions', () => {
  let api: Harness;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    [api, browser] = [await Harness.start(), await startBrowser()];
    api.lists.pageOf = pageOf;
  });
  afterEach(async () => {
    await page.close();
    expect(browser.complaints.splice(0)).toEqual([]);
  });
  afterAll(async () => {
    await browser.close();
    await api.close();
  });
  const linkTo = (id: string): Locator => page.locator('a.id', { hasText: id });
  const rows = (): Promise<number> => page.locator('tbody tr').count();

  it('are there a hundred at a time, as many as a page can hold, and the last of them can be opened', async () => {
    page = await browser.open(`${api.listening.url}/console/`);
    await linkTo(listed(many).id).waitFor();
    expect(await rows()).toBe(100);
    const more = page.getByRole('button', { name: 'Show 100 more' });
    for (let shown = 100; shown < mostRows; shown += 100) {
      await more.click();
      await linkTo(listed(many - shown).id).waitFor();
    }
    expect(await rows()).toBe(mostRows);
    await page.getByText('There are more: narrow the filter').waitFor();
    expect(await more.count()).toBe(0);
    const last = listed(many - mostRows + 1).id;
    api.coordinator.add(last);
    await linkTo(last).click();
    await page.getByRole('heading', { name: `Transaction ${last}` }).waitFor();
  });

  it('are read again all night by a page that is left open, and it grows no more for that', async () => {
    page = await browser.open(`${api.listening.url}/console/`);
    await page.clock.install();
    await page.reload();
    await linkTo(listed(many).id).waitFor();
    const devtools = await page.context().newCDPSession(page);
    await readAgain(50);
    const before = await heapOf(devtools);
    await readAgain(400);
    expect((await heapOf(devtools)) / before).toBeLessThan(1.25);
  });

  /** As often as it is due, each time until it has been. */
  async function readAgain(times: number): Promise<void> {
    for (let nth = 0; nth < times; nth += 1) {
      const answered = page.waitForResponse(answer => /transactions\?limit/.test(answer.url()));
      await page.clock.runFor(5_000);
      await answered;
    }
  }
});

/** Bytes that are in use after whatever can go has gone. */
async function heapOf(devtools: CDPSession): Promise<number> {
  await devtools.send('HeapProfiler.collectGarbage');
  const { usedSize } = await devtools.send('Runtime.getHeapUsage');
  return usedSize;
}
