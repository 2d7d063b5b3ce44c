// The page under load: nothing is left out silently, nothing blocks, nothing grows.

import type { CDPSession, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import type { StageEvent } from '../../flash/stage/events.ts';
import { describeBrowser } from './describe-browser.ts';
import { startFakeServer } from './fake-server.ts';
import type { FakeServer } from './fake-server.ts';
import { ONLINE, account, hello, packet, reading, state } from './made-events.ts';

/** MOTE_PAGE_SECONDS=60 is the whole figure. */
const SECONDS = Number(process.env['MOTE_PAGE_SECONDS'] ?? 10);
const PER_SECOND = 100;
const BATCH_MS = 100;
/** Tasks before this are those of a start. */
const SETTLED_MS = 5000;
const TASK_MS = 100;
const CHANNELS = 4;
/** From one look at what the page holds to the next. */
const LOOK_MIN = 3;

const flash = (t: number): StageEvent => ({
  type: 'flash',
  t,
  pageSize: 4096,
  pages: Array.from({ length: 16 }, (_, page) => ({
    page,
    address: page * 4096,
    state: 'written',
    erases: 3,
    used: 4000,
    free: 96,
  })),
  records: Array.from({ length: 900 }, (_, index) => ({
    page: index % 16,
    at: Math.floor(index / 16) * 70,
    bytes: 66,
    state: index % 9 === 0 ? 'live' : 'acknowledged',
    label: `#${index} made/air/temperature = 20`,
  })),
  programs: t,
  erases: 4,
  totals: { held: 100, acknowledged: 800, damaged: 0 },
});

/** Makes what a mote that publishes does, message by message. */
function createMaker() {
  let messages = 0;
  let packets = 0;
  return {
    messages: () => messages,
    packets: () => packets,
    /** @param count messages, `everyMs` apart from `from` on. */
    events(count: number, from: number, everyMs: number): StageEvent[] {
      const events: StageEvent[] = [];
      for (let index = 0; index < count; index++) {
        const t = from + index * everyMs;
        const topic = `made/air-${messages % CHANNELS}/temperature`;
        const value = 20 + Math.round(Math.sin(t / 9000) * 300) / 100;
        events.push(
          packet(++packets, t),
          packet(++packets, t + 5),
          reading(topic, t, value, { isLate: messages % 10 === 0 }),
        );
        messages++;
      }
      events.push(account(from, { accepted: messages, delivered: messages }));
      return events;
    },
  };
}

/** @returns the readings that the page says it has, over all channels. */
const readingsOf = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('.card .note')].reduce(
      (sum, note) => sum + Number(/^[\d,]+/.exec(note.textContent ?? '')?.[0].replaceAll(',', '') ?? 0),
      0,
    ),
  );

const packetsOf = async (page: Page) =>
  Number(/^[\d,]+/.exec((await page.locator('#packets-count').textContent()) ?? '')?.[0].replaceAll(',', ''));

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  ts: number;
  dur?: number;
  tdur?: number;
  args?: { name?: string };
}

/**
 * Of the main thread of the page. What a task takes of the processor is what the page is to blame for: other tests run beside this one.
 * @param afterMs tasks that began earlier do not count
 */
function longestTask(trace: Buffer, afterMs: number): { cpuMs: number; wallMs: number } {
  const { traceEvents } = JSON.parse(trace.toString('utf8')) as { traceEvents: TraceEvent[] };
  const mains = traceEvents.filter(
    ({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain',
  );
  const tasks = traceEvents.filter(
    ({ name, pid, tid }) =>
      name === 'ThreadControllerImpl::RunTask' && mains.some((main) => main.pid === pid && main.tid === tid),
  );
  const began = Math.min(...tasks.map(({ ts }) => ts));
  const late = tasks.filter(({ ts }) => ts - began > afterMs * 1000);
  return {
    cpuMs: Math.max(0, ...late.map(({ tdur = 0 }) => tdur)) / 1000,
    wallMs: Math.max(0, ...late.map(({ dur = 0 }) => dur)) / 1000,
  };
}

async function figuresOf(client: CDPSession) {
  // What the first pass lets go of in the document is garbage for the second.
  for (let pass = 0; pass < 2; pass++) await client.send('HeapProfiler.collectGarbage');
  const { metrics } = await client.send('Performance.getMetrics');
  const value = (name: string) => metrics.find((metric) => metric.name === name)!.value;
  return { heap: value('JSHeapUsedSize'), nodes: value('Nodes') };
}

describeBrowser('load', ({ open, closeLater }) => {
  const start = async (): Promise<FakeServer> => {
    const server = await startFakeServer(() => hello(ONLINE));
    closeLater(server);
    return server;
  };

  it(
    `shows or counts ${PER_SECOND} messages a second for ${SECONDS} s, without a long task`,
    async () => {
      const server = await start();
      const page = await open(server.url);
      const browser = page.context().browser()!;
      await browser.startTracing(page, { categories: ['toplevel'] });
      const maker = createMaker();
      let batches = 0;
      const began = performance.now();
      await new Promise<void>((done) => {
        const timer = setInterval(() => {
          const due = Math.min((performance.now() - began) / 1000, SECONDS) * PER_SECOND;
          const from = (maker.messages() * 1000) / PER_SECOND;
          server.send(maker.events(Math.floor(due) - maker.messages(), from, 1000 / PER_SECOND));
          if (++batches % 5 === 0) server.send([flash(from)]);
          if (maker.messages() < SECONDS * PER_SECOND) return;
          clearInterval(timer);
          done();
        }, BATCH_MS);
      });
      await expect.poll(() => readingsOf(page)).toBe(SECONDS * PER_SECOND);
      await expect.poll(() => packetsOf(page)).toBe(maker.packets());
      const { cpuMs, wallMs } = longestTask(await browser.stopTracing(), SETTLED_MS);
      console.log(
        `longest task after ${SETTLED_MS / 1000} s: ${cpuMs.toFixed(1)} ms of the processor, ${wallMs.toFixed(1)} ms of the clock`,
      );
      expect(cpuMs).toBeGreaterThan(0);
      expect(cpuMs).toBeLessThanOrEqual(TASK_MS);
    },
    (SECONDS + 30) * 1000,
  );

  it('does not grow in an hour', async () => {
    const server = await start();
    const page = await open(server.url);
    const client = await page.context().newCDPSession(page);
    await client.send('Performance.enable');
    const maker = createMaker();
    /** An hour in fast motion, from minute to minute. @returns the most that it held: how many rows a list draws depends on where it stands. */
    const play = async (from: number, to: number) => {
      const most = { heap: 0, nodes: 0 };
      for (let minute = from; minute < to; minute++) {
        const t = minute * 60_000;
        for (let part = 0; part < 6; part++) server.send(maker.events(100, t + part * 10_000, 100));
        server.send([
          state('session', t, 'offline', 'the broker closed it'),
          state('session', t + 900, 'online', 'the broker kept the session'),
          state('log', t, 'says', `minute ${minute}`),
          flash(t),
        ]);
        if (minute % LOOK_MIN !== LOOK_MIN - 1) continue;
        await expect.poll(() => packetsOf(page)).toBe(maker.packets());
        await expect.poll(() => readingsOf(page)).toBe(maker.messages());
        const { heap, nodes } = await figuresOf(client);
        most.heap = Math.max(most.heap, heap);
        most.nodes = Math.max(most.nodes, nodes);
      }
      return most;
    };
    const half = await play(0, 30);
    const whole = await play(30, 60);
    const said = ({ heap, nodes }: typeof half) => `${(heap / 1e6).toFixed(1)} MB and ${nodes} nodes`;
    console.log(`at most ${said(half)} in the first half hour, ${said(whole)} in the second`);
    expect(maker.messages()).toBe(36_000);
    expect(whole.heap).toBeLessThan(half.heap * 1.1);
    expect(whole.nodes).toBeLessThan(half.nodes * 1.1);
  });
});
