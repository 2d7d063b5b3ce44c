// What a person sees and reaches: at once, in both schemes, at every width, by keyboard, and as a reader of screens hears it.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { describeBrowser } from './describe-browser.ts';
import { startFakeServer } from './fake-server.ts';
import { full } from './made-run.ts';

const PAINT_MS = 1000;
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  id: string;
  nodes: { target: string[]; failureSummary: string }[];
}

/** @returns what the checker of accessibility finds, by rule and element. */
async function violations(page: Page): Promise<string[]> {
  // The page's policy forbids what a test adds; evaluate() goes past it.
  await page.evaluate(AXE);
  const found = (await page.evaluate('axe.run()')) as { violations: Violation[]; passes: { id: string }[] };
  // It has looked at all: contrast is what it can only see in a real browser.
  expect(found.passes.map(({ id }) => id)).toContain('color-contrast');
  return found.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
  );
}

const focused = (page: Page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    return element === null ? '' : element.id || (element.textContent ?? '').trim();
  });

describeBrowser('looks', ({ open, closeLater }) => {
  const start = async () => {
    const server = await startFakeServer(full);
    closeLater(server);
    return server;
  };
  const ready = async (page: Page) => {
    await page.locator('.lamps', { hasText: 'session online' }).waitFor();
    await page.locator('#flash-pages button').first().waitFor();
  };

  it('paints within a second', async () => {
    const page = await open((await start()).url);
    const paints: number[] = [];
    // The first also starts a process of the browser.
    for (let load = 0; load < 2; load++) {
      if (load > 0) await page.reload();
      await ready(page);
      paints.push(
        await page.evaluate(
          () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Infinity,
        ),
      );
    }
    console.log(`first paint after ${paints.map(Math.round).join(' and ')} ms`);
    expect(Math.min(...paints)).toBeLessThanOrEqual(PAINT_MS);
  });

  it('has nothing that the checker of accessibility minds, in both schemes', async () => {
    const page = await open((await start()).url);
    await ready(page);
    await page.locator('#packet-rows .row').nth(3).click();
    await page.locator('#flash-pages button').first().click();
    for (const details of await page.locator('details:not([hidden]) summary').all()) await details.click();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await violations(page), colorScheme).toEqual([]);
    }
  });

  it('fits narrow and wide windows', async () => {
    const page = await open((await start()).url);
    await ready(page);
    for (const width of [320, 360, 768, 1600]) {
      await page.setViewportSize({ width, height: 800 });
      const far = await page.evaluate(() => ({
        width: document.documentElement.scrollWidth,
        beyond: [...document.querySelectorAll('button, input, select, dd, .headline')]
          .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
          .map((element) => element.id || element.className),
      }));
      expect(far.width, String(width)).toBeLessThanOrEqual(width);
      expect(far.beyond, String(width)).toEqual([]);
    }
  });

  it('is used by keyboard alone', async () => {
    const server = await start();
    const page = await open(server.url);
    await ready(page);
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('To the panels');
    await page.keyboard.press('Enter');
    expect(await focused(page)).toBe('main');

    // Every control is reached, in the order in which it stands, and the focus is seen.
    const reached: string[] = [];
    for (let press = 0; press < 200; press++) {
      await page.keyboard.press('Tab');
      const here = await page.evaluate(() => {
        const element = document.activeElement as HTMLElement;
        if (element === document.body) return undefined;
        const { outlineStyle, outlineWidth } = getComputedStyle(element);
        return {
          name: element.id || element.className || element.tagName,
          isSeen: outlineStyle !== 'none' && outlineWidth !== '0px',
        };
      });
      if (here === undefined) break;
      expect(here.isSeen, here.name).toBe(true);
      reached.push(here.name);
    }
    for (const id of [
      'span',
      'speed-range',
      'changes',
      'filter-text',
      'packets-pause',
      'packet-rows',
      'packet',
      'command-topic',
    ]) {
      expect(reached).toContain(id);
    }
    expect(reached.filter((name) => name === 'strip-button').length).toBeGreaterThan(3);

    await page.locator('#packet-rows').focus();
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowUp');
    await page.locator('#packet h3', { hasText: 'packet 199' }).waitFor();
    await page.keyboard.press('Home');
    await page.locator('#packet h3', { hasText: /packet 1$/ }).waitFor();
    await page.locator('#packet-rows [aria-selected=true][aria-posinset="1"]').waitFor();
    const active = await page.locator('#packet-rows').getAttribute('aria-activedescendant');
    expect(await page.locator(`#${active}`).getAttribute('aria-posinset')).toBe('1');

    await page.locator('#fault-forms input').first().focus();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('7');
    await page.keyboard.press('Enter');
    await expect
      .poll(() => server.posts.at(-1))
      .toEqual({ path: '/api/fault', token: 'one', body: { name: 'first', args: { seconds: 7 } } });
    await page.locator('#speed-range').focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => server.posts.at(-1)?.body).toEqual({ speed: 2 });
  });

  it('keeps still for who wants less motion', async () => {
    const page = await open((await start()).url, { reducedMotion: 'reduce' });
    await ready(page);
    const moving = await page.evaluate(
      () =>
        [...document.querySelectorAll('html, body *')].filter((element) => {
          const { transitionDuration, animationName, scrollBehavior } = getComputedStyle(element);
          return transitionDuration !== '0s' || animationName !== 'none' || scrollBehavior === 'smooth';
        }).length,
    );
    expect(moving).toBe(0);
  });
});
