// A real fleet in a real browser: motes of Mote's own code and what hostile ones publish, on aedes and on Mosquitto over WebSocket.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { closeText, codeText } from '../../flash/codes.ts';
import { historyText } from '../../flash/history.ts';
import { startPageServer } from '../../flash/page/server.ts';
import { Close, Code } from '../../src/ports/codes.ts';
import { LOGIN } from '../brokers/broker.ts';
import { describeBrowser, type BrowserStage } from './describe-browser.ts';
import { createAedes, createMosquitto, hasMosquitto, type AedesBroker } from './fleet-broker.ts';
import { startFleetMote, type FleetMote } from './fleet-mote.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const INTERVAL_MS = 200;
const ACCOUNT = {
  boots: 3,
  sampled: 40,
  refused: 0,
  stored: 30,
  sent: 31,
  acknowledged: 24,
  waiting: 3,
  oldest: 1,
  damaged: 0,
  overtaken: 0,
  duplicates: 1,
  connects: 4,
  cause: Close.WifiLost,
};
const HISTORY = '[[0,31,0],[2,0,0],[3,0,0],[4,0,0],[0,10,90],[1,0,1]]';

/** Wait until an element that is seen says something. */
const says = (page: Page, selector: string, what: RegExp | string) =>
  page.locator(selector).filter({ hasText: what, visible: true }).first().waitFor({ timeout: 15_000 });

/** A browser says by itself that a WebSocket failed: that is what such a test is about. */
function forgive(complaints: string[]): void {
  const others = complaints.filter((text) => !/WebSocket connection to/.test(text));
  complaints.splice(0, complaints.length, ...others);
}

async function publish({ aedes }: AedesBroker, topic: string, payload: string, retain = true): Promise<void> {
  const packet = { cmd: 'publish', topic, payload, qos: 0, retain, dup: false } as const;
  await new Promise<void>((done, fail) => aedes.publish(packet, (error) => (error ? fail(error) : done())));
}

function stageOf({ open, closeLater }: BrowserStage) {
  return {
    async aedes(...options: Parameters<typeof createAedes>) {
      const broker = await createAedes(...options);
      closeLater(broker);
      await broker.start();
      return broker;
    },
    mote(...options: Parameters<typeof startFleetMote>): FleetMote {
      const mote = startFleetMote(...options);
      closeLater({ close: async () => mote.cutPower() });
      return mote;
    },
    async view(address: string, options?: Parameters<typeof open>[1]): Promise<Page> {
      const server = await startPageServer({ runs: undefined, port: 0, broker: address });
      closeLater(server);
      return open(server.address, options);
    },
  };
}

const selectMote = (page: Page, name: string) =>
  page.locator('#fleet-grid .f-name', { hasText: name }).first().click();

describeBrowser('a fleet', (browser) => {
  const { aedes, mote, view } = stageOf(browser);
  const { complaints } = browser;

  it('shows motes with their readings, accounts and causes, and publishes nothing', async () => {
    const broker = await aedes();
    mote('real-1', broker.port, undefined, INTERVAL_MS);
    mote('real-2', broker.port, undefined, INTERVAL_MS);
    await publish(broker, 'short/status', 'offline');
    await publish(broker, 'short/account', JSON.stringify(ACCOUNT));
    await publish(broker, 'short/history', HISTORY);
    const page = await view(broker.address);
    await says(page, '#fleet-headline', '3 motes: one is offline, one account does not add up.');
    await says(page, '#fleet-causes', closeText(Close.WifiLost));

    await says(page, '#fleet-grid [role=row]', /Mote real-1\s*online\s*2\d\.\d °C/);
    await says(page, '#fleet-grid [role=row]', /Mote real-2\s*online.*adds up/);
    // What wants a person stands first, and by keyboard it is the first.
    await page.locator('#fleet-grid').focus();
    await page.keyboard.press('ArrowDown');
    await says(page, '#fleet-mote h2', 'short');
    const verdict =
      'It does not add up: 2 messages are missing: 30 stored = 24 acknowledged + 3 waiting + 1 oldest + 0 damaged + 0 overtaken.';
    expect(await page.locator('#fleet-verdict').textContent()).toBe(verdict);
    expect(await page.locator('#fleet-cause').textContent()).toContain(closeText(Close.WifiLost));
    expect(await page.locator('#fleet-history li').allTextContents()).toEqual(historyText(HISTORY));

    await page.keyboard.press('ArrowDown');
    await says(page, '#fleet-mote h2', 'Mote real-1');
    await says(page, '#fleet-verdict', 'It adds up');
    await says(page, '#fleet-mote h4', /air temperature, ([3-9]|\d\d) readings/);
    await says(page, '#fleet-rate', /^[1-9]/);
    const box = await page.locator('#fleet-mote canvas').first().boundingBox();
    expect(box!.width).toBeGreaterThan(100);
    await says(page, '#fleet-unknown-says', /^0 of \d+ messages were not understood\.$/);
    expect(await page.locator('#fleet-commands').isVisible()).toBe(false);
    expect(broker.published).toEqual([]);
  });

  it.each(['light', 'dark'] as const)(
    'has nothing that the checker of accessibility minds (%s)',
    async (colorScheme) => {
      const broker = await aedes();
      await publish(broker, 'short/status', 'offline');
      await publish(broker, 'short/account', JSON.stringify(ACCOUNT));
      await publish(broker, 'short/history', HISTORY);
      await publish(broker, 'other/status', 'online');
      const page = await view(broker.address, { colorScheme, viewport: { width: 360, height: 800 } });
      await says(page, '#fleet-headline', /2 motes/);
      await page.locator('#fleet-allow').check();
      await selectMote(page, 'short');
      await says(page, '#fleet-verdict', 'does not add up');
      await page.evaluate(AXE);
      const { violations } = (await page.evaluate('axe.run()')) as {
        violations: { id: string; nodes: { target: string[]; failureSummary: string }[] }[];
      };
      expect(
        violations.flatMap(({ id, nodes }) =>
          nodes.map((node) => `${id}: ${node.target} ${node.failureSummary}`),
        ),
      ).toEqual([]);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(wide).toBeLessThanOrEqual(360);
    },
  );

  it('publishes a command once somebody allows it, and shows the answer in words', async () => {
    const broker = await aedes();
    const real = mote('real-1', broker.port, undefined, INTERVAL_MS);
    const page = await view(broker.address);
    await says(page, '#fleet-headline', /1 mote:/);
    await selectMote(page, 'real-1');
    await page.getByLabel('allow commands').check();
    await page.locator('select[name=command]').selectOption('identify');
    await page.getByRole('button', { name: 'Publish' }).click();
    await says(page, '.fleet-answers li', /^identify \d+: carried out$/);
    expect(real.identified()).toBe(1);

    await page.getByLabel('payload').fill('{"id":7,"ms":"soon"}');
    await page.getByRole('button', { name: 'Publish' }).click();
    await says(page, '.fleet-answers li', `identify 7: not carried out: ${codeText(Code.BadValue)}, at byte`);
    expect(broker.published).toEqual(['real-1/cmd/identify', 'real-1/cmd/identify']);

    await page.reload();
    await says(page, '#fleet-headline', /1 mote:/);
    expect(await page.getByLabel('allow commands').isChecked()).toBe(false);
  });

  it('shows hostile topics and payloads as text', async () => {
    const broker = await aedes();
    const evil = '<img src=x onerror="window.hacked=1">';
    const entity = {
      stat_t: `${evil}/s/t`,
      name: `<script>hacked=1</script>\u202eRTL\u0007`,
      unit_of_meas: evil,
      val_tpl: '{{ value_json.value }}',
      dev: { name: evil.repeat(40), mdl: evil, sn: evil },
      o: { name: 'mote-sdk' },
    };
    const node = evil.replace(/[^-0-9A-Za-z]/g, '_');
    await publish(broker, `homeassistant/sensor/${node}/k/config`, JSON.stringify(entity));
    await publish(broker, `${evil}/s/t`, JSON.stringify({ value: evil }));
    await publish(broker, `${evil}/account`, JSON.stringify({ ...ACCOUNT, cause: 77 }));
    await publish(broker, `${evil}/history`, '[[99,98,97]]');
    await publish(broker, `homeassistant/${evil}`, evil);
    const page = await view(broker.address);
    await says(page, '#fleet-headline', '1 mote');
    await selectMote(page, '<img');
    await page.locator('#fleet-unknown summary').click();
    await says(page, '#fleet-unknown dd', evil);
    await says(page, '#fleet-mote h2', '<img src=x onerror=');
    await says(page, '#fleet-mote th', '<script>hacked=1</script>⟨U+202E⟩RTL');
    await says(page, '#fleet-mote td', evil);
    await says(page, '#fleet-cause', 'unknown code 77');
    await says(page, '#fleet-history', 'unknown stage 99');
    expect(await page.locator('img, #fleet script').count()).toBe(0);
    expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
    expect((await page.locator('#fleet-mote h2').textContent())!.length).toBeLessThan(150);
  });

  it('asks for user and password, says when they are wrong, and keeps them nowhere', async () => {
    const broker = await aedes(LOGIN);
    await publish(broker, 'a/status', 'online');
    const page = await view(broker.address);
    await says(page, '#fleet-headline', 'The broker wants a user name and a password.');
    await page.getByLabel('user ').fill(LOGIN.username);
    await page.getByLabel('password ').fill('battery-staple');
    await page.keyboard.press('Enter');
    await says(page, '#fleet-headline', 'The broker does not take this user name and password.');
    await page.getByLabel('password ').fill(LOGIN.password);
    await page.keyboard.press('Enter');
    await says(page, '#fleet-headline', '1 mote: all is well.');
    const kept = await page.evaluate(() =>
      [
        JSON.stringify(localStorage),
        JSON.stringify(sessionStorage),
        document.cookie,
        location.href,
        document.documentElement.outerHTML,
        ...[...document.querySelectorAll('input')].map(({ type, value }) =>
          type === 'password' ? value : '',
        ),
      ].join(' '),
    );
    expect(kept).not.toContain(LOGIN.password);
    forgive(complaints);
  });

  it('says what to configure where a broker has no WebSocket', async () => {
    const broker = await aedes();
    const page = await view(`ws://127.0.0.1:${broker.port}`);
    await says(
      page,
      '#fleet-headline',
      `Nothing speaks MQTT over WebSocket at 127.0.0.1, port ${broker.port}.`,
    );
    await says(page, '#fleet-help', /Mosquitto: .listener 9001. .*EMQX: .*NATS: /);
    expect(await page.locator('#fleet-subline').textContent()).toContain('tries again by itself');
    forgive(complaints);
  });

  it('says so where what answers speaks WebSocket, and no MQTT', async () => {
    const web = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    browser.closeLater({ close: () => new Promise<void>((done) => web.close(() => done())) });
    web.on('connection', (socket) => socket.close());
    await new Promise<void>((done) => web.once('listening', () => done()));
    const page = await view(`ws://127.0.0.1:${(web.address() as AddressInfo).port}`);
    await says(page, '#fleet-headline', 'speaks WebSocket, and let no session with MQTT begin.');
    await page.getByRole('button', { name: 'User and password' }).click();
    await says(page, '#fleet-login', 'Kept in the memory of this page only.');
    forgive(complaints);
  });

  it.each([
    ['mqtt://127.0.0.1:1883', 'none that a page can connect to'],
    ['127.0.0.1', 'none that a page can connect to'],
    ['ws://someone:topsecret@127.0.0.1:9', 'has a user name or a password in it'],
  ])('refuses %s', async (address, why) => {
    const page = await view(address);
    await says(page, '.banner', why);
    expect(await page.locator('#fleet').textContent()).not.toContain('topsecret');
    // The policy of this test's server has the address in it, which browsers mind.
    complaints.splice(0);
  });

  it('says which topics it may not read', async () => {
    const broker = await aedes(undefined, ['+/account', '+/history']);
    await publish(broker, 'a/status', 'online');
    await publish(broker, 'a/account', JSON.stringify(ACCOUNT));
    const page = await view(broker.address);
    await says(page, '#fleet-headline', '1 mote: all is well.');
    await says(page, '#fleet-unknown-says', '2 topic filters were refused by the broker');
    await page.locator('#fleet-unknown summary').click();
    await says(page, '#fleet-unknown dd', '+/account');
  });

  it('goes on by itself when the broker comes back, with nothing lost of what it showed', async () => {
    const broker = await aedes();
    mote('real-1', broker.port, undefined, INTERVAL_MS);
    const page = await view(broker.address);
    await says(page, '#fleet-headline', '1 mote: all is well.');
    await broker.stop();
    await says(page, '#fleet-headline', /^The broker is gone since /);
    expect(await page.locator('#fleet-grid .f-name', { hasText: 'real-1' }).count()).toBe(1);
    await broker.start();
    await says(page, '#fleet-headline', /^1 mote: all is well\.$/);
    await selectMote(page, 'real-1');
    await says(page, '#fleet-cause', /Last disconnect: (?!nothing)/);
    await says(page, '#fleet-mote h4', /air temperature, ([2-9]|\d\d) readings/);
    forgive(complaints);
  });

  it('has only the rows in sight in the page, with a thousand motes, and counts a flood', async () => {
    const broker = await aedes();
    const all = Array.from({ length: 1000 }, (_, i) => i + 1);
    await Promise.all(
      all.map((i) => publish(broker, `mote-${i}/status`, i % 100 === 0 ? 'offline' : 'online')),
    );
    const said = {
      stat_t: 'mote-1/air/t',
      unit_of_meas: '%',
      val_tpl: '{{ value_json.value }}',
      o: { name: 'mote-sdk' },
    };
    await publish(broker, 'homeassistant/sensor/mote-1/air_t/config', JSON.stringify(said));
    const page = await view(broker.address);
    await says(page, '#fleet-headline', '1,000 motes: 10 are offline.');
    expect(await page.locator('#fleet-grid [role=row]').count()).toBeLessThan(60);
    await page.locator('#fleet-grid').focus();
    await page.keyboard.press('End');
    await says(page, '#fleet-mote h2', 'mote-999');
    expect(await page.locator('#fleet-grid [aria-selected=true]').getAttribute('aria-rowindex')).toBe('1001');
    await page.locator('#fleet-only').selectOption('offline');
    await says(page, '#fleet-count', '10 of 1,000');
    await page.locator('#fleet-search').fill('mote-10');
    await says(page, '#fleet-count', '2 of 1,000');

    // At once, and more than a second's worth: what was not looked at was counted.
    const FLOOD = 6000;
    const numbers = Array.from({ length: FLOOD }, (_, i) => `{"value":${i + 1}}`);
    await Promise.all(numbers.map((payload) => publish(broker, 'mote-1/air/t', payload, false)));
    await page.waitForFunction((most) => {
      const text = document.querySelector('#fleet-unknown-says')!.textContent.replace(/,/g, '');
      return Number(/of (\d+) messages/.exec(text)?.[1]) >= most;
    }, 1000 + FLOOD);
    await page.locator('#fleet-only').selectOption('online');
    await page.locator('#fleet-search').fill('mote-1');
    await says(page, '#fleet-grid .f-readings', /^\d+ %$/);
  });

  const isAsked = (process.env['MOTE_REQUIRE_BROKERS'] ?? '').split(',').includes('mosquitto');
  it.skipIf(!hasMosquitto() && !isAsked)('on Mosquitto: a login, a mote, and a restart', async () => {
    const broker = await createMosquitto(LOGIN);
    browser.closeLater(broker);
    await broker.start();
    mote('real-1', broker.port, LOGIN, INTERVAL_MS);
    const page = await view(broker.address);
    await says(page, '#fleet-headline', 'The broker wants a user name and a password.');
    await page.getByLabel('user ').fill(LOGIN.username);
    await page.getByLabel('password ').fill(LOGIN.password);
    await page.keyboard.press('Enter');
    await says(page, '#fleet-headline', '1 mote: all is well.');
    await says(page, '#fleet-grid [role=row]', /Mote real-1\s*online\s*2\d\.\d °C.*adds up/);
    await broker.stop();
    await says(page, '#fleet-headline', /^The broker is gone since /);
    await broker.start();
    await says(page, '#fleet-headline', /^1 mote: all is well\.$/);
    await selectMote(page, 'real-1');
    await says(page, '#fleet-mote h4', /air temperature, ([2-9]|\d\d) readings/);
    forgive(complaints);
  });
});
