// The picture of a fleet in docs/page.md: `npm run docs:page` makes it anew, of motes of Mote's own code on a broker that was away.

import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { startPageServer } from '../../flash/page/server.ts';
import { describeBrowser } from './describe-browser.ts';
import { createAedes } from './fleet-broker.ts';
import { startFleetMote } from './fleet-mote.ts';

const BYTES_MAX = 150_000;
const MOTES = 40;
const FILE = fileURLToPath(new URL('../../docs/page/fleet.png', import.meta.url));

if (process.env['MOTE_PAGE_PICTURES'] !== undefined) {
  describeBrowser('picture of a fleet', ({ open, closeLater, complaints }) => {
    it('after the broker was away', async () => {
      const broker = await createAedes();
      closeLater(broker);
      await broker.start();
      const motes = Array.from({ length: MOTES }, (_, at) =>
        startFleetMote(`pot-${at + 1}`, broker.port, undefined, 1000),
      );
      closeLater({ close: async () => motes.forEach((mote) => mote.cutPower()) });
      const server = await startPageServer({ runs: undefined, port: 0, broker: broker.address });
      closeLater(server);
      // A browser says by itself that the broker is away.
      closeLater({ close: async () => void complaints.splice(0) });
      const page = await open(server.address, { viewport: { width: 1280, height: 820 } });
      await page.locator('#fleet-headline', { hasText: `${MOTES} motes: all is well.` }).waitFor();
      await page.waitForTimeout(3000);
      await broker.stop();
      await page.locator('#fleet-headline', { hasText: 'The broker is gone' }).waitFor();
      await page.waitForTimeout(3000);
      await broker.start();
      await page.locator('#fleet-headline', { hasText: `${MOTES} motes` }).waitFor();
      for (const mote of motes.splice(0, 2)) mote.cutPower();
      await page.locator('#fleet-offline', { hasText: '2' }).waitFor();
      await page.locator('#fleet-grid .f-name', { hasText: 'pot-3' }).first().click();
      await page.waitForTimeout(12_000);
      await page.screenshot({ path: FILE });
      expect(statSync(FILE).size).toBeLessThanOrEqual(BYTES_MAX);
    });
  });
} else {
  it('is there, and small', () => {
    expect(statSync(FILE).size).toBeLessThanOrEqual(BYTES_MAX);
  });
}
