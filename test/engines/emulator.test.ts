// The same bundle in the emulator of Espruino's Web IDE: its interpreter, our chips, real sockets. Readings arrive through its
// flash outbox, and go on after the broker was away.

import { afterEach, describe, expect, it } from 'vitest';
import { build } from '../../flash/build/build.ts';
import { startBroker } from '../../flash/sim/broker.ts';
import { startObserver } from '../../flash/sim/observer.ts';
import { readScene } from '../../flash/sim/scene.ts';
import { buildScene } from '../../flash/sim/scene-build.ts';
import { runEmulator } from '../../sim/engine/emulator.ts';
import { SUITE_PREFIX } from './suite-name.ts';

const SCRIPT = process.env['ESPRUINO_EMULATOR'] ?? '';
const EXAMPLE = 'examples/weather-station';
const cleanup: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of cleanup.splice(0).reverse()) await close();
});

/** A broker on this port, and the values that an independent client hears there. */
async function listen(port: number, values: number[]) {
  const broker = await startBroker(port);
  const address = { host: '127.0.0.1', port: broker.port, username: '', password: '' };
  const observer = await startObserver(address, '#', {
    onMessage({ topic, value }) {
      if (topic.endsWith('/temperature')) values.push(Number(value));
    },
    onLost() {},
    onBack() {},
  });
  return {
    port: broker.port,
    async close() {
      await observer.close();
      await broker.close();
    },
  };
}

const title = `${SUITE_PREFIX}espruino-emulator`;
if (SCRIPT === '') {
  describe.skip(`${title}: set ESPRUINO_EMULATOR to emu/emulator_banglejs2.js of the Espruino Web IDE`, () => {
    it('is absent', () => {});
  });
} else {
  describe(title, () => {
    it('publishes, and goes on when the broker comes back', { timeout: 120_000 }, async () => {
      const values: number[] = [];
      const first = await listen(0, values);
      const { code } = await build({
        firmware: EXAMPLE,
        board: 'espruino-emulator',
        settings: { broker: { host: '127.0.0.1', port: first.port } },
      });
      const failures: string[] = [];
      const engine = await runEmulator({
        script: SCRIPT,
        prelude: [await buildScene(readScene(EXAMPLE), 'emulator')],
        bundle: code,
        onLine: () => {},
        onFailure: (line) => failures.push(line),
        onMemory: () => {},
        memoryEveryMs: 1000,
      });
      cleanup.push(() => engine.close());
      await expect.poll(() => values.length, { timeout: 30_000 }).toBeGreaterThan(3);
      await first.close();
      const before = values.length;
      const second = await listen(first.port, values);
      cleanup.push(() => second.close());
      await expect.poll(() => values.length, { timeout: 60_000 }).toBeGreaterThan(before + 3);
      expect(values.every((value) => value > -40 && value < 60)).toBe(true);
      expect(engine.counters.programs).toBeGreaterThan(10);
      expect(failures).toEqual([]);
    });
  });
}
