/**
 * docs/CONSOLE.md, "Ten thousand": how long a browser takes to show the list of a real server that has so many transactions, and to scroll. Copies
 * of one that has ended are put into the database of a server that is stopped. The figures are printed; no limit is set to a clock here.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cloneFinished } from '../../bench/scale/clone';
import { type TestCoordinator, startCoordinator } from '../support/coordinator';
import { type OwnServer, startOwnServer } from '../support/ownServer';
import { type Participants, always, startParticipants } from '../support/participants';
import { type Browser, startBrowser, whereChromiumRuns } from './browser';

const many = 10_000;
const shown = 1_100;
const setting = 'frontend.namespaceRPS.visibility=10000'; // as the shipped one

whereChromiumRuns('ten thousand on a real server', () => {
  const directory = mkdtempSync(join(tmpdir(), 'dtc-console-'));
  const database = join(directory, 'temporal.db');
  let participants: Participants;
  let server: OwnServer;
  let dtc: TestCoordinator;
  let browser: Browser;
  let stuck: string;

  async function begin(): Promise<void> {
    server = await startOwnServer(setting, database);
    const limits = { completionAttempts: 1, retryMaxMs: 300_000, attentionRetryMs: 300_000 };
    dtc = await startCoordinator({ temporalAddress: server.address, limits });
  }

  beforeAll(async () => {
    participants = await startParticipants();
    participants.on('late', always('commit', 503));
    await begin();
    const { id } = await dtc.run([participants.url('a'), participants.url('b')]);
    await dtc.close();
    await server.stop();
    cloneFinished(database, id, { count: many - 1, earlierMs: nth => (nth + 1) * 1_000 });
    await begin();
    ({ id: stuck } = await dtc.start([participants.url('a'), participants.url('late')]));
    await dtc.until(stuck, ({ needsAttention }) => needsAttention);
    browser = await startBrowser();
  }, 300_000);
  afterAll(async () => {
    await browser.close();
    await dtc.close();
    await server.stop();
    await participants.close();
    rmSync(directory, { recursive: true });
  });

  it('are counted, begin with what needs attention, and scroll', async () => {
    const page = await browser.open('about:blank');
    const took: number[] = [];
    for (let nth = 0; nth < 5; nth += 1) {
      await page.goto('about:blank');
      const began = performance.now();
      await page.goto(`${dtc.url}/console/`);
      await page.getByRole('link', { name: stuck }).waitFor();
      took.push(performance.now() - began);
    }
    await page.getByText((many + 1).toLocaleString('en')).waitFor();
    const rows = page.locator('tbody tr');
    expect(await rows.count()).toBe(100);
    expect(await rows.first().innerText()).toContain(stuck);
    const more = page.getByRole('button', { name: 'Show 100 more' });
    while ((await rows.count()) < shown) {
      const before = await rows.count();
      await more.click();
      await rows.nth(before).waitFor();
    }
    const gaps = await page.evaluate<number[]>(scrolled);
    expect(await page.evaluate('window.scrollY + window.innerHeight >= document.body.scrollHeight - 1')).toBe(
      true,
    );
    const middle = (of: number[]): number => [...of].sort((a, b) => a - b)[Math.floor(of.length / 2)] ?? 0;
    const [list, frame, longest] = [middle(took), middle(gaps), Math.max(...gaps)].map(Math.round);
    console.log(
      `the list is there after ${list} ms (of 5; the longest ${Math.round(Math.max(...took))}); scrolling ${shown} rows, a frame takes ${frame} ms, the longest ${longest}`,
    );
  }, 120_000);
});

/** To the end, half a window a frame: the time between frames. */
const scrolled = `new Promise(resolve => {
  const gaps = [];
  let last = performance.now();
  const step = now => {
    gaps.push(now - last);
    last = now;
    const before = window.scrollY;
    window.scrollBy(0, window.innerHeight / 2);
    if (window.scrollY > before) requestAnimationFrame(step);
    else resolve(gaps);
  };
  requestAnimationFrame(step);
})`;
