// A suite in a real browser: it runs where Chromium is installed, is skipped by name where it is not, and fails there when
// MOTE_REQUIRE_BROWSER asks for it. Whatever a page complains of, or asks of another origin, fails the test that opened it.

import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { BROWSER_PREFIX } from './suite-name.ts';

const PATH = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const ENABLE = 'install Chromium (Debian: apt-get install chromium), or name one in CHROMIUM';
const LIMIT_MS = 60_000;

const isRequired = (process.env['MOTE_REQUIRE_BROWSER'] ?? '') !== '';

export interface BrowserStage {
  /** Open a page in a profile of its own, which is closed after the test. */
  open(url: string, options?: BrowserContextOptions): Promise<Page>;
  /** Something to close after the test, once its pages are closed. */
  closeLater(what: { close(): Promise<void> }): void;
  /** What pages complained of so far in this test; a test that expects some takes them out. */
  readonly complaints: string[];
}

function watch(page: Page, url: string, complaints: string[]): void {
  const origin = new URL(url).origin;
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    const asked = request.url();
    if (!asked.startsWith(`${origin}/`) && !asked.startsWith('data:')) complaints.push(`asked ${asked}`);
  });
}

/** Describe what holds in a browser. */
export function describeBrowser(name: string, body: (stage: BrowserStage) => void): void {
  const title = `${BROWSER_PREFIX}chromium: ${name}`;
  if (!existsSync(PATH)) {
    if (isRequired) {
      describe(title, () => {
        it('is installed, as MOTE_REQUIRE_BROWSER asks', () => {
          expect.fail(`absent: ${ENABLE}`);
        });
      });
    } else {
      describe.skip(`${title}: ${ENABLE}`, () => {
        it('is absent', () => {});
      });
    }
    return;
  }
  describe(title, { timeout: LIMIT_MS }, () => {
    let browser: Browser;
    const contexts: BrowserContext[] = [];
    const toClose: { close(): Promise<void> }[] = [];
    const complaints: string[] = [];
    beforeAll(async () => {
      // CI runs as root in a container: there Chromium has no sandbox of its own.
      browser = await chromium.launch({ executablePath: PATH, args: ['--no-sandbox'] });
    }, LIMIT_MS);
    afterEach(async () => {
      await Promise.all(contexts.splice(0).map((context) => context.close()));
      await Promise.all(toClose.splice(0).map((one) => one.close()));
      expect(complaints.splice(0)).toEqual([]);
    });
    afterAll(() => browser.close());
    body({
      complaints,
      closeLater: (what) => void toClose.push(what),
      async open(url, options = {}) {
        const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
        contexts.push(context);
        const page = await context.newPage();
        watch(page, url, complaints);
        await page.goto(url);
        return page;
      },
    });
  });
}
