// The page of a real run: every panel says what the simulator itself says, and every button does what it says.

import { isDeepStrictEqual } from 'node:util';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { describeBrowser } from './describe-browser.ts';
import { startRealRun } from './real-run.ts';
import type { RealRun } from './real-run.ts';

/** Where others use the processor, too. */
const BUILD_MS = 240_000;
const FLOOD_MS = 5000;
/** What follows a fault is followed so long. */
const OUTCOME_S = 200;

const english = (value: number) => new Intl.NumberFormat('en', { maximumFractionDigits: 3 }).format(value);
const texts = (page: Page, selector: string) => page.locator(selector).allTextContents();

/** Names of lanes that are not those of the events. */
const LANES: Readonly<Record<string, string>> = { wifi: 'Wi-Fi', sensor: 'sensors', fault: 'faults' };
const ROW_PX = 24;

/** What each fault leaves behind on the page: a row of the timeline, or in the account. */
const MARKS: Readonly<Record<string, { row?: RegExp; account?: 'cuts' | 'torn'; what?: RegExp }>> = {
  'power-cut': { row: /power\s*off/, account: 'cuts' },
  'power-cut-at-write': { row: /power\s*off.*middle of a flash/, account: 'torn' },
  'wifi-off': { row: /Wi-Fi\s*lost/ },
  'half-open': { row: /session\s*offline/ },
  'broker-stop': { row: /broker\s*down/ },
  lossy: { what: /segments/ },
  slow: { what: /Each way takes/ },
  unplug: { row: /sensors\s*unplugged/ },
  crc: { row: /sensors\s*checksums wrong/ },
  weather: { row: /sensors\s*surroundings/ },
  'clock-jump': { what: /wall clock/ },
  'flash-worn': { what: /worn out/ },
};

/** In the list of changes there is one such since `t`. */
async function findRow(run: RealRun, page: Page, t: number, row: RegExp): Promise<void> {
  const states = run
    .stage()
    .journal.events()
    .filter((event) => event.type === 'state' && event.of !== 'log');
  const index = states.findIndex(
    (event) =>
      event.type === 'state' &&
      event.t >= t &&
      row.test(`${LANES[event.of] ?? event.of}${event.state}${event.cause}`),
  );
  expect(index, String(row)).toBeGreaterThanOrEqual(0);
  await page.locator('#changes').evaluate((list, top) => list.scrollTo(0, top), index * ROW_PX);
  await page.locator(`#changes [aria-posinset="${index + 1}"]`, { hasText: row }).waitFor();
}

describeBrowser('a run', ({ open, closeLater, complaints }) => {
  const start = async (): Promise<{ run: RealRun; page: Page }> => {
    const run = await startRealRun();
    closeLater(run);
    const page = await open(run.server.address);
    // The hello has come.
    await page.locator('#facts dd').first().waitFor();
    return { run, page };
  };
  /** Everything that the stage has told until now is on the page. */
  const settle = async (run: RealRun, page: Page) => {
    run.stage().refresh();
    const { n } = run.last('packet')!;
    await page.locator('#packets-count', { hasText: new RegExp(`^${english(n)} packets?`) }).waitFor();
    const { accepted } = run.last('account')!.figures;
    await page
      .locator('#account-big dd')
      .first()
      .filter({ hasText: new RegExp(`^${english(accepted)}$`) })
      .waitFor();
  };

  it(
    'says in every panel what the simulator says',
    async () => {
      const { run, page } = await start();
      run.stage().run(60_000);
      await settle(run, page);

      const { figures, mote } = run.last('account')!;
      expect(figures.accepted).toBeGreaterThan(20);
      expect(figures.lost).toBe(0);
      expect(await texts(page, '#account-big dd')).toEqual(
        [figures.accepted, figures.delivered, figures.held, figures.lost].map(english),
      );
      expect(await texts(page, '#account-small dd')).toEqual(
        [figures.duplicates, figures.disordered, figures.cuts, figures.torn].map(english),
      );
      expect(await page.locator('#account-sum').textContent()).toContain('It adds up');
      expect(await texts(page, '#account-mote dd')).toEqual(Object.values(mote!).map(english));
      expect(await page.locator('#headline').textContent()).toBe('All is well.');

      const events = run.stage().journal.events();
      const readings = events.filter((event) => event.type === 'reading' && event.value !== undefined);
      const topics = [...new Set(readings.map((event) => (event.type === 'reading' ? event.topic : '')))];
      expect((await texts(page, '.card .topic')).sort()).toEqual(topics.sort());
      for (const topic of topics) {
        const own = readings.filter((event) => event.type === 'reading' && event.topic === topic);
        const card = page.locator('.card').filter({ has: page.locator('.topic', { hasText: topic }) });
        const last = own.at(-1)!;
        if (last.type !== 'reading') continue;
        await card.locator('.value', { hasText: `${last.text} ${last.unit}` }).waitFor();
        expect(await card.locator('.note').textContent()).toBe(`${own.length} readings`);
      }

      await page.locator('#packet-rows').focus();
      await page.keyboard.press('End');
      const packet = run.last('packet')!;
      await page.locator('#packet h3', { hasText: `packet ${english(packet.n)}` }).waitFor();
      const fields = await page
        .locator('#packet .fields div')
        .evaluateAll((rows) =>
          rows.map((row) => [row.querySelector('dt')?.textContent, row.querySelector('dd')?.textContent]),
        );
      expect(fields).toEqual(packet.fields.map((field) => [...field]));

      const states = events.filter((event) => event.type === 'state');
      await page.locator('#changes').focus();
      await page.keyboard.press('End');
      const change = states.at(-1)!;
      if (change.type === 'state') {
        await page.locator('#changes [aria-selected="true"]', { hasText: change.state }).waitFor();
        expect(await page.locator('#change-says').textContent()).toBe(change.cause);
      }

      const flash = run.last('flash')!;
      await page.locator('#flash-count', { hasText: `${english(flash.programs)} writes` }).waitFor();
      const said = await texts(page, '#flash-pages button .hidden');
      expect(said).toHaveLength(flash.pages.length);
      flash.pages.forEach(({ page: number, state, used, free }, index) => {
        expect(said[index]).toContain(`Page ${number}: ${state}`);
        expect(said[index]).toContain(`${english(used)} bytes used, ${english(free)} free`);
        const live = flash.records.filter(
          (record) => record.page === number && record.state === 'live',
        ).length;
        if (live > 0) expect(said[index]).toContain(`${english(live)} live`);
      });

      for (const id of ['memory', 'energy'] as const) {
        // The simulator's own heap changes while time stands still.
        const told = () => run.last(id)!.rows.map(({ value, unit }) => `${english(value)} ${unit}`);
        expect(told().length).toBeGreaterThan(2);
        await expect
          .poll(async () => ({ said: await texts(page, `#${id} dd`), told: told() }))
          .toSatisfy(({ said, told }) => isDeepStrictEqual(said, told));
      }
    },
    BUILD_MS,
  );

  it(
    'does with every button what it says, and tells what came of it',
    async () => {
      const { run, page } = await start();
      const { faults } = run.stage().facts;
      expect(faults.map(({ name }) => name).filter((name) => !(name in MARKS))).toEqual([]);
      expect(await texts(page, '#fault-forms button')).toEqual(faults.map(({ label }) => label));
      await page.locator('#with-log').uncheck();
      for (const [index, { name, label, args }] of faults.entries()) {
        const fault = index + 1;
        run.stage().run(20_000);
        const form = page.locator('.fault').nth(index);
        if (args.some(({ name: arg }) => arg === 'seconds')) await form.locator('[name=seconds]').fill('8');
        await form.locator('button').click();
        await expect.poll(() => run.outcome(fault)?.name, { message: label }).toBe(name);
        for (let waited = 0; run.outcome(fault)?.isOver !== true && waited < OUTCOME_S; waited++) {
          run.stage().run(1000);
        }
        const { what, isOver } = run.outcome(fault)!;
        expect(isOver, label).toBe(true);
        await settle(run, page);

        const item = page.locator('#outcomes > li').first();
        await item.locator('li', { hasText: what.at(-1)! }).waitFor();
        expect(await item.locator('h4').textContent()).toContain(label);
        expect(await item.locator('li').allTextContents(), label).toEqual(what);
        expect(await page.locator('#announce').textContent()).toContain(`${label}, over`);
        const mark = MARKS[name]!;
        if (mark.what) expect(what.join(' ')).toMatch(mark.what);
        if (mark.account) {
          const { figures } = run.last('account')!;
          expect(figures[mark.account], label).toBeGreaterThan(0);
          const shown = await texts(page, '#account-small dd');
          expect(shown[mark.account === 'cuts' ? 2 : 3]).toBe(english(figures[mark.account]));
        }
        if (mark.row) await findRow(run, page, run.outcome(fault)!.beganAt, mark.row);
        expect(run.last('account')!.figures.lost, label).toBe(0);
      }
      const labels = faults.map(({ label }) => label).reverse();
      const heads = await texts(page, '#outcomes h4');
      heads.forEach((head, index) => expect(head).toContain(labels[index]));
    },
    BUILD_MS,
  );

  it(
    'lets time pass, stand still and go step by step, and begins another run',
    async () => {
      const { run, page } = await start();
      const stop = page.getByRole('button', { name: 'Stop time' });
      await page.locator('#speed-says', { hasText: 'stands still' }).waitFor();
      expect(await stop.getAttribute('aria-pressed')).toBe('true');
      const step = page.getByRole('button', { name: 'Single step' });
      const before = run.stage().now();
      for (let steps = 0; steps < 5; steps++) await step.click();
      await expect.poll(() => run.stage().now()).toBeGreaterThan(before);

      await page.locator('#speed-range').focus();
      await page.keyboard.press('End');
      await page.locator('#speed-says', { hasText: '1,000x' }).waitFor();
      await expect.poll(() => run.stage().now()).toBeGreaterThan(10_000);
      await stop.click();
      await page.locator('#speed-says', { hasText: 'stands still' }).waitFor();

      await page.getByLabel('seed', { exact: true }).fill('404');
      await page.getByRole('button', { name: 'Begin anew' }).click();
      await page.locator('#run-form [role=alert]', { hasText: 'no such seed: use another' }).waitFor();
      await page.getByLabel('seed', { exact: true }).fill('17');
      await page.getByRole('button', { name: 'Begin anew' }).click();
      await page.locator('.facts', { hasText: 'seed 17' }).waitFor();
      expect(run.stage().facts.seed).toBe(17);
      expect(await page.locator('.card').count()).toBe(0);
      expect(await page.locator('[name=mode][value=replay]').isDisabled()).toBe(true);
      // The browser says so of an answer that is none.
      complaints.splice(0).forEach((text) => expect(text).toContain('status of 400'));
    },
    BUILD_MS,
  );

  it(
    'takes a hundred messages a second from the simulator, and leaves none out',
    async () => {
      const { run, page } = await start();
      // Two messages every two seconds, a hundred times as fast.
      run.stage().setSpeed(100);
      await new Promise((done) => setTimeout(done, FLOOD_MS));
      run.stage().setSpeed(0);
      // What left the outbox may still be on its way.
      run.stage().run(10_000);
      await settle(run, page);
      const { delivered, held } = run.last('account')!.figures;
      expect(held).toBe(0);
      console.log(`${delivered} messages in ${FLOOD_MS / 1000} s`);
      await expect
        .poll(async () => {
          const notes = await texts(page, '.card .note');
          return notes.reduce((sum, note) => sum + Number(/^[\d,]+/.exec(note)![0].replaceAll(',', '')), 0);
        })
        .toBe(delivered);
      expect(await page.locator('#packets-count').textContent()).not.toContain('left out');
      expect(await page.locator('#missed').isHidden()).toBe(true);
    },
    BUILD_MS,
  );

  it(
    'goes on with the next simulator on the same port, which knows another token',
    async () => {
      const { run, page } = await start();
      run.stage().run(20_000);
      await settle(run, page);
      await run.close();
      await page.locator('#gone').waitFor();
      const next = await startRealRun(undefined, run.server.port);
      closeLater(next);
      await page.locator('#gone').waitFor({ state: 'hidden' });
      next.stage().run(1000);
      await settle(next, page);
      await page.getByRole('button', { name: 'Drop Wi-Fi' }).click();
      await expect.poll(() => next.outcome(1)?.name).toBe('wifi-off');
      complaints.splice(0).forEach((text) => expect(text).toContain('net::ERR_'));
    },
    BUILD_MS,
  );

  it(
    'publishes a command, and shows the answer',
    async () => {
      const { run, page } = await start();
      run.stage().run(20_000);
      await settle(run, page);
      await expect.poll(() => page.locator('#command-topic').inputValue()).toBe('page-1/cmd/read');
      await page.locator('#command-topic').fill('page-1/cmd/interval');
      await page.locator('#command-payload').fill('{"id":7,"sensor":"air","ms":5000}');
      await page.getByRole('button', { name: 'Publish to the mote' }).click();
      await page.locator('#command-says', { hasText: 'Published to page-1/cmd/interval.' }).waitFor();
      run.stage().run(5000);
      await page.locator('#command-reply', { hasText: '{"result":0,"command":"interval","id":7}' }).waitFor();
      await page.locator('#command-topic').fill('page-1/#');
      await page.getByRole('button', { name: 'Publish to the mote' }).click();
      await page.locator('#command-says', { hasText: 'has no +, # or zero' }).waitFor();
      complaints.splice(0).forEach((text) => expect(text).toContain('status of 400'));
    },
    BUILD_MS,
  );
});
