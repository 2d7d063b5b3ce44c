// A fleet as large as a page takes, on Mosquitto: how long until all of it is there, the longest task, and memory. It takes a minute, and
// runs where somebody says how many: `MOTE_FLEET_MOTES=20000 npx vitest run --project string test/page/fleet-many.test.ts`.

import mqtt from 'mqtt';
import { expect, it } from 'vitest';
import { startPageServer } from '../../flash/page/server.ts';
import { say } from '../results.ts';
import { LOGIN } from '../brokers/broker.ts';
import { describeBrowser } from './describe-browser.ts';
import { createMosquitto, hasMosquitto } from './fleet-broker.ts';

const MOTES = Number(process.env['MOTE_FLEET_MOTES']);
const CHANNELS = ['temperature', 'humidity', 'pressure'];
const LIMIT_MS = 170_000;
/** After the first five seconds no task takes longer. */
const SETTLED_MS = 5000;
const TASK_MS = 100;
const ROUNDS = 20;
const A_ROUND = 50;
const ROUND_MS = 500;

const ACCOUNT = JSON.stringify({
  boots: 1,
  sampled: 40,
  refused: 0,
  stored: 30,
  sent: 31,
  acknowledged: 30,
  waiting: 0,
  oldest: 0,
  damaged: 0,
  overtaken: 0,
  duplicates: 1,
  connects: 4,
  cause: 3,
});

const entityOf = (id: string, channel: string) =>
  JSON.stringify({
    name: `air ${channel}`,
    uniq_id: `${id}_air_${channel}`,
    stat_t: `${id}/air/${channel}`,
    val_tpl: '{{ value_json.value }}',
    unit_of_meas: '%',
    avty: [{ t: `${id}/status` }, { t: `${id}/air/status` }],
    dev: { ids: [id], sn: id, name: id },
    o: { name: 'mote-sdk' },
  });

describeBrowser('a large fleet', ({ open, closeLater }) => {
  it.skipIf(!hasMosquitto())(`${MOTES} motes`, { timeout: LIMIT_MS }, async () => {
    const broker = await createMosquitto(LOGIN, false);
    closeLater(broker);
    await broker.start();
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${broker.port}`, LOGIN);
    closeLater({ close: () => client.endAsync(true) });
    const publish = async (topic: string, payload: string, retain: boolean) => {
      client.publish(topic, payload, { retain, qos: 0 });
      while (client.stream.writableLength > 1_000_000) await new Promise((done) => setTimeout(done, 10));
    };
    for (let i = 1; i <= MOTES; i++) {
      const id = `mote-${i}`;
      await publish(`${id}/status`, 'online', true);
      await publish(`${id}/account`, ACCOUNT, true);
      for (const channel of CHANNELS) {
        await publish(`homeassistant/sensor/${id}/air_${channel}/config`, entityOf(id, channel), true);
      }
    }
    await client.publishAsync('ready', '', { qos: 1 });

    const server = await startPageServer({ runs: undefined, port: 0, broker: broker.address });
    closeLater(server);
    const page = await open(server.address);
    await page.evaluate(() => {
      const tasks: number[] = [];
      Object.assign(window, { tasks });
      const observer = new PerformanceObserver((list) =>
        tasks.push(...list.getEntries().map((one) => one.duration)),
      );
      observer.observe({ type: 'longtask', buffered: true });
    });
    const takeTasks = async () => {
      const tasks = (await page.evaluate('tasks.splice(0)')) as number[];
      return Math.round(Math.max(0, ...tasks));
    };
    await page.getByLabel('user ').fill(LOGIN.username);
    await page.getByLabel('password ').fill(LOGIN.password);
    const from = performance.now();
    await page.keyboard.press('Enter');
    const whole = `${MOTES.toLocaleString('en')} motes: all is well.`;
    await page.locator('#fleet-headline', { hasText: whole }).waitFor({ timeout: LIMIT_MS });
    const all = (2 + CHANNELS.length) * MOTES;
    const countOf = () =>
      page.evaluate(() => {
        const text = document.querySelector('#fleet-unknown-says')!.textContent.replace(/,/g, '');
        return Number(/of (\d+) messages/.exec(text)?.[1]);
      });
    while ((await countOf()) < all) await page.waitForTimeout(100);
    const loadedMs = Math.round(performance.now() - from);
    await page.waitForTimeout(SETTLED_MS);
    const loadingTaskMs = await takeTasks();

    for (let round = 0; round < ROUNDS; round++) {
      for (let i = 1; i <= A_ROUND; i++) {
        await publish(`mote-${i}/air/temperature`, `{"value":${round}}`, false);
      }
      await page.waitForTimeout(ROUND_MS);
    }
    await page.waitForTimeout(1500);
    const taskMs = await takeTasks();
    const session = await page.context().newCDPSession(page);
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await session.send('Runtime.getHeapUsage');
    say(`${MOTES} motes in the page`, {
      loadedMs,
      loadingTaskMs,
      taskMs,
      heapMB: Math.round(usedSize / 1e6),
    });
    expect(await countOf()).toBe(all + ROUNDS * A_ROUND);
    expect(taskMs).toBeLessThanOrEqual(TASK_MS);
  });
});
