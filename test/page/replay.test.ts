// A seed of the system simulation, asked for with a click: the page shows its faults as they strike, and its verdict.

import { expect, it } from 'vitest';
import { drawSchedule } from '../../sim/system/schedule.ts';
import { describeBrowser } from './describe-browser.ts';
import { startRealRun } from './real-run.ts';

const SEED = 7;
const PIECE_MS = 100_000;
const PIECES_MOST = 40;
/** Two firmwares are built, where others use the processor, too. */
const BUILD_MS = 240_000;

const english = (value: number) => new Intl.NumberFormat('en').format(value);

describeBrowser('replay', ({ open, closeLater }) => {
  it(
    'of a seed is begun by a click, and says what the simulation says of it',
    async () => {
      const run = await startRealRun(undefined, 0, true);
      closeLater(run);
      const page = await open(run.server.address);
      await page.locator('#fault-forms button').first().waitFor();

      await page.getByLabel('replay of a seed').check();
      await page.getByLabel('seed', { exact: true }).fill(String(SEED));
      await page.getByRole('button', { name: 'Begin anew' }).click();
      await page
        .locator('.facts', { hasText: `replay of a seed, seed ${SEED}` })
        .waitFor({ timeout: BUILD_MS });
      // It has its own faults and commands.
      await page.locator('#faults-none').waitFor();
      expect(await page.locator('#fault-forms button').count()).toBe(0);
      expect(await page.locator('#command-form').isHidden()).toBe(true);

      // A single step, and then the hour.
      const stage = run.replay();
      const before = stage.elapsed();
      const step = page.getByRole('button', { name: 'Single step' });
      await expect
        .poll(async () => {
          await step.click();
          return stage.elapsed();
        })
        .toBeGreaterThan(before);
      for (let piece = 0; piece < PIECES_MOST && stage.verdict() === undefined; piece++) stage.run(PIECE_MS);
      expect(stage.verdict()!.violations).toEqual([]);
      stage.refresh();

      const schedule = drawSchedule(SEED);
      const outcome = page.locator('#outcomes > li').first();
      await outcome.locator('h4', { hasText: `Seed ${SEED}: ${schedule.length} faults` }).waitFor();
      await outcome.locator('li', { hasText: 'No violation.' }).waitFor();
      const { accepted, delivered, held, lost } = stage.account();
      expect(lost).toBe(0);
      await expect
        .poll(() => page.locator('#account-big dd').allTextContents())
        .toEqual([accepted, delivered, held, lost].map(english));
      // The last fault of the seed stands in the timeline.
      const changes = page.locator('#changes');
      await changes.focus();
      await page.keyboard.press('End');
      await changes.locator('[aria-selected="true"]', { hasText: 'verdict' }).waitFor();
      expect(await page.locator('#change-says').textContent()).toBe('no violation');
    },
    BUILD_MS,
  );
});
