// The link on a real Espruino against a real Mosquitto that is killed and stands still, against a broker that ends session
// after session, and against addresses where nothing is: the short form of `npm run bench:link` and `npm run docs:link-run`.

import { createServer, type AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { halfOpen, type Traffic } from '../../bench/link/half-open.ts';
import { startMote } from '../../bench/link/mote.ts';
import { outageOfMote } from '../../bench/link/outage.ts';
import { reconnectMote } from '../../bench/link/reconnects.ts';
import { runStory, troublesOf } from '../../bench/link/story.ts';
import { waitUntil } from '../../bench/link/wait.ts';
import { Close, Event } from '../../src/ports/codes.ts';
import { describeEngine } from './describe-engine.ts';
import type { Engine } from './engines.ts';
import { findMosquitto, MOSQUITTO_ENABLE } from './mosquitto.ts';

const MOSQUITTO = { name: 'Mosquitto', enable: MOSQUITTO_ENABLE, isThere: findMosquitto() !== undefined };
/** A window of waits for few motes of their own broker. */
const WINDOW_MS = 1000;
/** Blocks by which two looks may differ: what the outbox has read last, and how long a number is. One lost in twenty reconnects is more. */
const UNDER_WAY = 2;

/** @returns what the mote says when it cannot reach `host`. */
async function causeAt(engine: Engine, host: string, port: number): Promise<string | undefined> {
  const mote = await startMote({ binary: engine.find()!, host, port });
  const prefix = `#${Event.LinkLost} `;
  const lost = () => mote.lines.find(({ text }) => text.startsWith(prefix));
  await waitUntil(() => lost() !== undefined, 'it says why');
  expect(await mote.close()).toEqual([]);
  return lost()?.text.slice(prefix.length);
}

/** @returns a port on which nothing listens. */
function deadPort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function causes(engine: Engine): void {
  it('knows a name that nobody knows from an address where nothing listens', async () => {
    expect(await causeAt(engine, 'mote.invalid', 1883)).toBe(String(Close.HostUnknown));
    expect(await causeAt(engine, '127.0.0.1', await deadPort())).toBe(String(Close.NothingListens));
  });
}

function memory(engine: Engine, reconnects: number): void {
  it('holds as many blocks and files after reconnects as before', async () => {
    const row = await reconnectMote(engine.find()!, reconnects);
    expect(row.after).toBeLessThanOrEqual(row.before + UNDER_WAY);
    expect(row.filesAfter).toBe(row.filesBefore);
    expect(row.reconnects).toBeGreaterThanOrEqual(reconnects);
  });
}

function wifi(engine: Engine): void {
  it('holds as many blocks and files after the loss of Wi-Fi, again and again, as before', async () => {
    const row = await reconnectMote(engine.find()!, 50, true);
    expect(row.after).toBeLessThanOrEqual(row.before + UNDER_WAY);
    expect(row.filesAfter).toBe(row.filesBefore);
  });
}

function outage(engine: Engine): void {
  it('loses and refuses nothing when its broker is killed for 1.5 s under 50 messages a second', async () => {
    const row = await outageOfMote(engine.find()!, WINDOW_MS);
    console.log(`backoff window ${WINDOW_MS} ms: ${JSON.stringify(row)}`);
    expect(row).toMatchObject({ published: 386, lost: 0, refused: 0 });
  });
}

function stillness(engine: Engine): void {
  it.each<Traffic>(['idle', 'QoS 0', 'QoS 1'])(
    'notices in time that the link is half-open: %s',
    async (traffic) => {
      const row = await halfOpen(engine.find()!, 4, traffic);
      expect(row.noticedMs).toBeLessThanOrEqual(row.boundMs);
      expect(row.why).toBe(Close.PingTimeout);
    },
  );

  it('tries on while the broker takes connections and says nothing, and is back when it does', async () => {
    // Longer than a CONNACK may take.
    const row = await halfOpen(engine.find()!, 4, 'QoS 1', 12_000);
    expect(row.tries).toContain(Close.ConnackTimeout);
    expect(new Set(row.tries)).toEqual(new Set([Close.ConnackTimeout]));
  });
}

function story(engine: Engine): void {
  it('delivers what it accepted through Wi-Fi loss, broker restart, a half-open link and a power cut', async () => {
    const told = await runStory(engine.find()!);
    expect(troublesOf(told)).toEqual([]);
  });
}

for (const name of ['espruino', 'espruino-mcu', 'espruino-assert']) describeEngine(name, causes);
describeEngine('espruino', (engine) => memory(engine, 200));
describeEngine('espruino-mcu', (engine) => memory(engine, 50));
describeEngine('espruino-assert', (engine) => memory(engine, 50));
describeEngine('espruino', wifi);
for (const name of ['espruino', 'espruino-mcu']) describeEngine(name, outage, MOSQUITTO);
describeEngine('espruino', stillness, MOSQUITTO);
describeEngine('espruino', story, MOSQUITTO);
