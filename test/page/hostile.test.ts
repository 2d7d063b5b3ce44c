// Topics, payloads and everything else that comes from outside is text on the page, whatever is in it.

import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { StageEvent } from '../../flash/stage/events.ts';
import { describeBrowser } from './describe-browser.ts';
import { startFakeServer } from './fake-server.ts';
import { ACCOUNT, hello, packet, reading, state } from './made-events.ts';

const MARKUP = '<img src=x onerror="document.title=1"><script>document.title=2</script>&lt;b&gt;';
const HOSTILE = [
  MARKUP,
  'a\u202eevil\u202c/\u0000\u001b[31m\u007f\r\n',
  '\u200f\u05e9\u05dc\u05d5\u05dd\ufeff',
  `${'long/'.repeat(13_000)}end`,
  '\ud800 alone',
  '__proto__',
  '{{constructor.constructor("alert(1)")()}}',
  '',
];

/** Every text of every event, from outside. */
function eventsWith(text: string, n: number): StageEvent[] {
  const t = 1000 + n;
  return [
    reading(text, t, 20, { unit: text }),
    { ...reading(`${text}/text`, t, 0, { text }), value: undefined } as unknown as StageEvent,
    packet(n, t, { name: text, fields: [[text, text]], summary: text }),
    state('session', t, text, text),
    state('log', t, text, text),
    { type: 'account', t, figures: ACCOUNT, mote: { [text]: 1 } },
    {
      type: 'outcome',
      t,
      fault: n,
      name: text,
      label: text,
      beganAt: t,
      isOver: true,
      what: [text],
      account: ACCOUNT,
    },
    { type: 'memory', t, rows: [{ label: text, value: 1, unit: text, note: text }] },
    { type: 'energy', t, rows: [{ label: text, value: 1, unit: text, note: text }] },
    {
      type: 'flash',
      t,
      pageSize: 4096,
      pages: [{ page: 0, address: 0, state: text, erases: 1, used: 100, free: 3996 }],
      records: [{ page: 0, at: 0, bytes: 60, state: 'live', label: text }],
      programs: 1,
      erases: 1,
      totals: { held: 1, acknowledged: 0, damaged: 0 },
    },
  ];
}

describe('the source of the page', () => {
  const folder = fileURLToPath(new URL('../../flash/page/assets/', import.meta.url));
  it.each(readdirSync(folder).filter((name) => name.endsWith('.js')))(
    '%s makes no markup of text',
    (name) => {
      const text = readFileSync(folder + name, 'utf8');
      expect(text).not.toMatch(
        /innerHTML|outerHTML|insertAdjacentHTML|createContextualFragment|document\.write|srcdoc/,
      );
      expect(text).not.toMatch(/\beval\(|new Function/);
    },
  );
});

describeBrowser('hostile text', ({ open, closeLater }) => {
  const facts = (text: string) => ({
    title: text,
    firmware: text,
    board: text,
    broker: text,
    faults: [
      {
        name: text,
        label: text,
        help: text,
        args: [{ name: 'x', label: text, unit: text, choices: [text] }],
      },
    ],
  });

  it('stays text everywhere', async () => {
    const server = await startFakeServer(() => hello());
    closeLater(server);
    const page = await open(server.url);
    for (const [index, text] of HOSTILE.entries()) {
      server.send([hello(eventsWith(text, index + 1), facts(text))]);
      await page.locator('.card').waitFor();
      await page.locator('#packet-rows .row').first().click();
      await page.locator('#flash-pages button').first().click();
      for (const details of ['#other-topics', '#account details', '.card details']) {
        await page.locator(details).evaluate((element) => void ((element as HTMLDetailsElement).open = true));
      }
      server.send([...eventsWith(text, index + 100), reading(text, 9000, 21)]);
      await page.locator('.card .value', { hasText: '21' }).waitFor();
      await page.locator('#other-topics td').first().waitFor({ state: 'attached' });

      const found = await page.evaluate(() => ({
        elements: document.querySelectorAll('img, iframe, object, b, script:not([src="/assets/main.js"])')
          .length,
        title: document.title,
        width: document.documentElement.scrollWidth,
        longest: Math.max(
          ...[...document.querySelectorAll('main *')].map((element) =>
            element.childElementCount === 0 ? (element.textContent ?? '').length : 0,
          ),
        ),
        text: document.body.innerText,
      }));
      const where = `text ${index}`;
      expect(found.elements, where).toBe(0);
      expect(['1', '2'], where).not.toContain(found.title);
      expect(found.width, where).toBeLessThanOrEqual(1280);
      expect(found.longest, where).toBeLessThan(2100);
      expect(found.text.replaceAll(/[\n\t]/g, ''), where).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
      if (text === MARKUP) {
        expect(await page.locator('#packet .fields dd').first().textContent()).toBe(MARKUP);
      }
    }
  });
});
