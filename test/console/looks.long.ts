/**
 * docs/CONSOLE.md: every page is right by axe, light and dark, at 360 and at 1,600 pixels, and shows a script as text wherever it comes from.
 * `PICTURES=docs/images` has it make the pictures of docs/CONSOLE.md anew.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Page } from 'playwright-core';
import { always } from '../support/participants';
import { useWorld } from '../support/world';
import { type Browser, isTooWide, startBrowser, violations, whereChromiumRuns } from './browser';

const pictures = resolve(process.env['PICTURES'] ?? mkdtempSync(join(tmpdir(), 'dtc-pictures-')));
const hostile = '<script>document.title="taken"</script><img src=x onerror=alert(1)>';

whereChromiumRuns('how it looks', () => {
  const world = useWorld({ limits: { completionAttempts: 2, attentionRetryMs: 300_000, retryMaxMs: 100 } });
  let stuck: string;
  beforeAll(async () => {
    const { participants, dtc } = world;
    participants.on('car', always('commit', 503));
    participants.on('full', always('prepare', 409));
    const all = ['hotel', 'car', 'train'].map(name => ({ url: participants.url(name), name }));
    await dtc.run([participants.url('hotel'), participants.url('full')]);
    await dtc.run({ participants: all.slice(0, 1), labels: { order: '4710', note: hostile } });
    const locks = [{ resource: 'rooms/looks', mode: 'exclusive' }];
    const started = await dtc.start({ participants: all, labels: { order: '4711', tier: 'gold' }, locks });
    stuck = started.id;
    await dtc.until(stuck, ({ needsAttention }) => needsAttention);
    const lease = { resource: 'reports/nightly', holder: hostile.slice(0, 60), ttlMs: 600_000 };
    const headers = { 'content-type': 'application/json' };
    await fetch(`${dtc.url}/locks`, { method: 'POST', headers, body: JSON.stringify(lease) });
  });

  const pages = ['transactions', 'transaction', 'participants', 'locks', 'orphans', 'health'];
  const places = (name: string): string => (name === 'transaction' ? `transactions/${stuck}` : name);

  async function settled(browser: Browser, name: string): Promise<Page> {
    const page = await browser.open(`${world.dtc.url}/console/#/${places(name)}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.getByText('Loading …').first().waitFor({ state: 'detached' });
    return page;
  }

  it.each([
    { width: 1_600, dark: false },
    { width: 1_600, dark: true },
    { width: 360, dark: false },
    { width: 360, dark: true },
  ])('is right for everybody, %j', async look => {
    const browser = await startBrowser(look);
    for (const name of pages) {
      const page = await settled(browser, name);
      expect([name, await violations(page), await isTooWide(page)]).toEqual([name, [], false]);
      expect([name, await unreadable(page)]).toEqual([name, []]);
      if (look.width === 1_600 && !look.dark && name !== 'orphans')
        await page.screenshot({ path: join(pictures, `console-${name}.png`), fullPage: true });
      await page.close();
    }
    expect(browser.complaints).toEqual([]);
    await browser.close();
  });

  it('shows a script as text, whichever member of an answer has it', async () => {
    const browser = await startBrowser();
    const page = await browser.open(`${world.dtc.url}/console/#/health`);
    let isTold = false;
    await page.route(/\/(?:transactions|participants|locks|orphans)(?:[/?]|$)/, async route => {
      if (route.request().url().includes('/events')) {
        await route.fulfill({ status: 503, body: '' });
        return;
      }
      const answer = await route.fetch();
      isTold = true;
      await route.fulfill({ response: answer, json: poisoned((await answer.json()) as unknown) });
    });
    for (const name of pages) {
      await page.evaluate(`location.hash = '#/${places(name)}'`);
      await page.getByRole('heading', { level: 1 }).waitFor();
      if (name !== 'orphans' && name !== 'health')
        await page.getByText('<script>document.title').first().waitFor();
      expect(await page.evaluate('document.querySelectorAll("main script, main img").length')).toBe(0);
      expect(await page.title()).not.toBe('taken');
    }
    expect(isTold).toBe(true);
    expect(browser.complaints).toEqual([]);
    await browser.close();
  });
});

/** Words of the timeline that stand on each other, or would if they were some letters longer, ids and URLs that are broken into lines of a few characters, URLs that go on where a name ends. */
function unreadable(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(`(() => {
    const places = [...document.querySelectorAll('.axis .track span')].map(of => [of, of.getBoundingClientRect()]);
    const areOn = (a, b) => a.left < b.right + 40 && b.left < a.right + 40 && a.top < b.bottom && b.top < a.bottom;
    const onEachOther = places.filter(([of, a]) => places.some(([other, b]) => of !== other && areOn(a, b)));
    const narrow = [...document.querySelectorAll('td .id, th .id, th .url')].filter(
      each => each.getBoundingClientRect().height > 24 && each.getBoundingClientRect().width < 160,
    );
    const inTheLine = [...document.querySelectorAll('th .url')].filter(
      each => each.getBoundingClientRect().left > each.parentElement.getBoundingClientRect().left + 1,
    );
    return [...onEachOther.map(([of]) => of), ...narrow, ...inTheLine].map(each => each.textContent);
  })()`);
}

/** What decides how it is shown, or is read as a time or an address, stays; of all other text some is a script. */
const kept = new Set(['id', 'status', 'state', 'decision', 'kind', 'mode', 'transactionId', 'etag', 'next']);

function poisoned(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return value.map(each => poisoned(each, name));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([key, member], nth) => [
        name === 'labels' ? `${key}${String(nth)}${hostile}` : key,
        poisoned(member, key),
      ]),
    );
  const isTime = typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value);
  return typeof value !== 'string' || isTime || kept.has(name) ? value : `${value} ${hostile}`;
}
