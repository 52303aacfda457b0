/**
 * Owns the browser that tests of the console are in: the distribution's Chromium, without what it would send elsewhere, a profile of its own for each
 * file. Where there is none the tests are reported as skipped.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe, { type AxeResults } from 'axe-core';
import { type BrowserContext, type Page, chromium } from 'playwright-core';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = process.env['CHROMIUM'] ?? places.find(path => existsSync(path));
const how = executablePath === undefined ? ' (skipped: no Chromium here, see .ci/chromium)' : '';

/** Tests that need a browser; without one they are reported as skipped. */
export function whereChromiumRuns(name: string, tests: () => void): void {
  (executablePath === undefined ? describe.skip : describe)(name + how, tests);
}

/** Its first start reads all of it from the disk, beside whatever else the machine does. */
const startsWithinMs = 180_000;

const quiet = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update'],
];

export interface Browser {
  /** A new page, nothing known to it; what it complains of is in `complaints`. */
  open(url: string): Promise<Page>;
  /** Errors of pages: what they throw, what the content security policy refuses, requests to anywhere else than their own origin. */
  readonly complaints: string[];
  close(): Promise<void>;
}

export async function startBrowser(
  options: { readonly width?: number; readonly dark?: boolean } = {},
): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), 'dtc-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    ...(executablePath === undefined ? {} : { executablePath }),
    timeout: startsWithinMs,
    ...{ headless: true, args: quiet, locale: 'en', timezoneId: 'UTC' },
    viewport: { width: options.width ?? 1280, height: 900 },
    colorScheme: options.dark === true ? 'dark' : 'light',
  });
  context.setDefaultTimeout(60_000);
  const complaints: string[] = [];
  return {
    complaints,
    open: url => openPage(context, url, complaints),
    close: async () => {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

async function openPage(context: BrowserContext, url: string, complaints: string[]): Promise<Page> {
  const page = await context.newPage();
  page.on('pageerror', error => complaints.push(String(error)));
  page.on('console', message => {
    // a refusal of the API is shown by the page, and noted by the browser as well
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text()))
      complaints.push(message.text());
  });
  page.on('request', request => {
    if (new URL(request.url()).origin !== new URL(url).origin) complaints.push(`asked ${request.url()}`);
  });
  await page.goto(url);
  return page;
}

/** What axe finds wrong, by the rules of WCAG 2.2 AA and its best practices. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate<AxeResults>('axe.run(document)');
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary = '' }) => `${id}: ${html} ${failureSummary}`),
  );
}

/** Whether anything is wider than the window. */
export async function isTooWide(page: Page): Promise<boolean> {
  return page.evaluate<boolean>('document.documentElement.scrollWidth > window.innerWidth');
}
