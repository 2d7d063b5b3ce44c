// The pictures of docs/page.md: `npm run docs:page` makes them anew, of real runs in virtual time. `npm test` only looks whether they are there.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { describeBrowser } from './describe-browser.ts';
import { startRealRun } from './real-run.ts';
import type { RealRun } from './real-run.ts';

const BYTES_MAX = 150_000;
const HEIGHT_MAX = 900;
const HOUR = 3_600_000;
const LIMIT_MS = 170_000;
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FOLDER = `${ROOT}docs/page/`;
const MAKES = process.env['MOTE_PAGE_PICTURES'] !== undefined;

/** What is in the picture: all from the first to the last of these elements. */
type Frame = readonly string[];

async function takePicture(page: Page, name: string, frame: Frame): Promise<void> {
  // The header would stand in the middle of what is longer than the window.
  await page.evaluate(() => scrollTo(0, 0));
  const boxes = await Promise.all(
    frame.map(async (selector) => (await page.locator(selector).boundingBox())!),
  );
  const x = Math.min(...boxes.map((box) => box.x)) - 12;
  const y = Math.min(...boxes.map((box) => box.y)) - 12;
  const width = Math.max(...boxes.map((box) => box.x + box.width)) + 12 - x;
  const height = Math.min(Math.max(...boxes.map((box) => box.y + box.height)) + 12 - y, HEIGHT_MAX);
  const path = `${FOLDER}${name}.png`;
  await page.screenshot({ path, fullPage: true, clip: { x, y, width, height } });
  expect(statSync(path).size, name).toBeLessThanOrEqual(BYTES_MAX);
}

describe('pictures of the docs', () => {
  it.each(['docs/page.md', 'README.md'])('%s shows those that are there, and small', (file) => {
    const path = ROOT + file;
    const names = existsSync(path)
      ? [...readFileSync(path, 'utf8').matchAll(/\((?:docs\/)?page\/([a-z-]+\.png)\)/g)]
      : [];
    expect(names.length).toBeGreaterThan(0);
    for (const [, name] of names) expect(statSync(FOLDER + name).size, name).toBeLessThanOrEqual(BYTES_MAX);
  });
});

if (MAKES) {
  describeBrowser('pictures', ({ open, closeLater }) => {
    const start = async (intervalMs: number, colorScheme: 'light' | 'dark' = 'light') => {
      const run = await startRealRun(intervalMs);
      closeLater(run);
      const page = await open(run.server.address, { colorScheme, viewport: { width: 1200, height: 900 } });
      return { run, page };
    };
    /** All that was told is painted. */
    const settle = async (run: RealRun, page: Page, span: string, restMs = 1500) => {
      await page.selectOption('#span', span);
      run.stage().refresh();
      const { n } = run.last('packet')!;
      await page
        .locator('#packets-count', { hasText: new RegExp(`^${n.toLocaleString('en')} packets`) })
        .waitFor();
      await page.waitForTimeout(restMs);
    };
    const fault = async (page: Page, label: string, seconds: number) => {
      const form = page
        .locator('.fault')
        .filter({ has: page.getByRole('button', { name: label, exact: true }) });
      await form.locator('[name=seconds]').fill(String(seconds));
      await form.locator('button').click();
      await page.locator('#outcomes > li').first().waitFor();
    };

    it(
      'quiet',
      async () => {
        const { run, page } = await start(30_000);
        // A page takes so many events at a time, and no more.
        for (let part = 0; part < 10; part++) {
          run.stage().run(HOUR / 2);
          await settle(run, page, '0', 200);
        }
        await settle(run, page, '0');
        await takePicture(page, 'quiet', ['.top', '#overview', '#readings', '#time']);
      },
      LIMIT_MS,
    );

    it(
      'power cut',
      async () => {
        const { run, page } = await start(2000);
        run.stage().run(90_000);
        await fault(page, 'Cut the power at the next flash write', 12);
        run.stage().run(50_000);
        await settle(run, page, '600');
        await takePicture(page, 'power-cut', ['#timeline']);
        await takePicture(page, 'power-cut-outcome', ['#outcomes']);
      },
      LIMIT_MS,
    );

    it(
      'broker away',
      async () => {
        const { run, page } = await start(2000, 'dark');
        run.stage().run(90_000);
        await fault(page, 'Stop the broker', 60);
        run.stage().run(45_000);
        await settle(run, page, '600');
        await takePicture(page, 'broker-away', ['#overview', '#readings', '#time']);
        run.stage().run(40_000);
        await settle(run, page, '600');
        await takePicture(page, 'arrived-late', ['#readings']);
      },
      LIMIT_MS,
    );

    it(
      'flash nearly full',
      async () => {
        const { run, page } = await start(2000);
        run.stage().run(20_000);
        await fault(page, 'Stop the broker', 3600);
        run.stage().run(660_000);
        await settle(run, page, '0');
        await page.locator('#flash-pages button').nth(3).click();
        await page.waitForTimeout(500);
        await page.locator('#subline', { hasText: 'nearly full' }).waitFor();
        await takePicture(page, 'flash-nearly-full', ['#flash']);
      },
      LIMIT_MS,
    );
  });
}
