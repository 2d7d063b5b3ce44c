// The simulator stops and starts again while pages are open; and two of them at once.

import { expect, it } from 'vitest';
import { describeBrowser } from './describe-browser.ts';
import { startFakeServer } from './fake-server.ts';
import { ONLINE, account, hello, packet, reading } from './made-events.ts';

const OFFER = { name: 'made-up', label: 'Make it up', help: 'Nothing happens.', args: [] };

describeBrowser('a simulator that stops', ({ open, closeLater, complaints }) => {
  it('is missed in words, and the page goes on with the next one by itself', async () => {
    const first = await startFakeServer(
      () => hello([...ONLINE, packet(1, 5), reading('a/b', 5, 1)]),
      'first',
    );
    const page = await open(first.url);
    await page.locator('.card').waitFor();
    expect(await page.locator('#gone').isVisible()).toBe(false);

    await first.close();
    await page.locator('#gone').waitFor();
    expect(await page.locator('#gone').textContent()).toBe(
      'The simulator stopped: start it again with npm start. This page goes on by itself.',
    );
    expect(await page.locator('.card').count()).toBe(1);

    const port = Number(new URL(first.url).port);
    const second = await startFakeServer(
      () => hello([], { firmware: 'another', faults: [OFFER] }),
      'second',
      port,
    );
    closeLater(second);
    await page.locator('#gone').waitFor({ state: 'hidden' });
    // It begins anew, and what it asks for has the token of the new simulator.
    await page.locator('.facts', { hasText: 'another' }).waitFor();
    expect(await page.locator('.card').count()).toBe(0);
    await page.locator('#packets-count', { hasText: '0 packets' }).waitFor();
    await page.getByRole('button', { name: 'Make it up' }).click();
    await expect
      .poll(() => second.posts)
      .toEqual([{ path: '/api/fault', token: 'second', body: { name: 'made-up', args: {} } }]);
    // That nobody was there is what this is about.
    complaints.splice(0).forEach((text) => expect(text).toContain('net::ERR_'));
  });

  it('shows the same on two pages', async () => {
    const server = await startFakeServer(() => hello(ONLINE));
    closeLater(server);
    const pages = [await open(server.url), await open(server.url)];
    await Promise.all(pages.map((page) => page.locator('.lamps', { hasText: 'session online' }).waitFor()));
    server.send([account(10, { accepted: 7, delivered: 5, held: 2 })]);
    for (const page of pages) {
      await page.locator('#account-big', { hasText: '7' }).waitFor();
      expect(await page.locator('#account-big dd').allTextContents()).toEqual(['7', '5', '2', '0']);
    }
  });

  it('says how many events a page was too slow for', async () => {
    const server = await startFakeServer(() => hello(ONLINE));
    closeLater(server);
    const page = await open(server.url);
    await page.locator('.lamps', { hasText: 'session online' }).waitFor();
    server.send([
      { type: 'missed', t: 5, count: 1200 },
      { type: 'missed', t: 6, count: 34 },
    ]);
    await page.locator('#missed', { hasText: '1,234 events left out' }).waitFor();
  });
});
