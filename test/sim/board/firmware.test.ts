// The example's very bundle on the virtual ESP32, in virtual time: a day with a bad network takes seconds.

import { beforeAll, describe, expect, it } from 'vitest';
import { esp32 } from '../../../boards/esp32.ts';
import { build } from '../../../flash/build/build.ts';
import { createBoard } from '../../../sim/board/board.ts';
import { compileBundle } from '../../../sim/board/bundle.ts';
import type { CompiledBundle } from '../../../sim/board/bundle.ts';
import { createVirtualWorld } from '../../../sim/board/world.ts';
import { createBme280Chip } from '../../../sim/chips/bme280.ts';
import type { I2cDevice } from '../../../sim/chips/i2c-device.ts';
import type { Broker } from '../../../sim/device/broker.ts';
import { createBroker } from '../../../sim/device/broker.ts';
import { createWeather } from '../../../sim/environment/weather.ts';
import { createNetwork } from '../../../sim/network/network.ts';

const MINUTE = 60_000;
const INTERVAL_MS = 2000;
const CHANNELS = 3;

let bundle: CompiledBundle;

beforeAll(async () => {
  const settings = {
    intervalMs: INTERVAL_MS,
    broker: { host: 'broker', port: 1883, username: '', password: '', keepAliveSec: 30 },
    wifi: { ssid: 'home', password: 'secret' },
  };
  bundle = compileBundle(
    (await build({ firmware: 'examples/weather-station', settings })).code,
    'firmware.js',
  );
}, 60_000);

/** A board with its chip, a broker that judges every packet, and the network between them. */
function setUp(seed: number) {
  const network = createNetwork({ delayMs: [5, 60], split: 0.3, merge: 0.2, loss: 0.01, giveUpMs: 30_000 });
  const world = createVirtualWorld({ seed, network });
  world.accessPoint.ssid = 'home';
  world.accessPoint.password = 'secret';
  let published = 0;
  const besides: string[] = [];
  const broker: Broker = createBroker({
    now: () => Math.floor(world.now()),
    // What Home Assistant is told, and who is there, are no readings.
    onMessage({ topic }) {
      if (/^weather-1\/outdoor\/(?!status)/.test(topic)) published++;
      else besides.push(topic);
    },
  });
  const tick = () => {
    broker.tick();
    world.setTimer(1000, tick);
  };
  tick();
  network.listen('broker', 1883, (peer) => {
    const link = broker.connect({ write: peer.write, close: peer.end });
    peer.onData((bytes) => link.data(bytes));
    peer.onClose(() => link.closed());
  });
  const chips: I2cDevice[] = [
    createBme280Chip({ environment: createWeather({ seed }), address: 0x76, seed }),
  ];
  const errors: unknown[] = [];
  const board = createBoard({
    bundle,
    world,
    board: esp32,
    i2c: { 1: chips },
    onConsole: () => undefined,
    onError: (error) => errors.push(error),
  });
  return { world, network, broker, board, chips, errors, readings: () => published, besides };
}

describe('the example firmware', () => {
  it('publishes every reading while all is well', () => {
    const { world, broker, board, errors, readings: published, besides } = setUp(1);
    board.powerOn();
    world.run(10 * MINUTE);
    const readings = (10 * MINUTE) / INTERVAL_MS;
    expect(broker.violations).toEqual([]);
    expect(errors).toEqual([]);
    expect(published()).toBeGreaterThan((readings - 5) * CHANNELS);
    expect(published()).toBeLessThanOrEqual((readings + 1) * CHANNELS);
    // Once what Home Assistant is told of each channel, and twice "online": nothing else is ever said.
    expect([...besides].sort()).toEqual([
      'homeassistant/sensor/weather-1/outdoor_humidity/config',
      'homeassistant/sensor/weather-1/outdoor_pressure/config',
      'homeassistant/sensor/weather-1/outdoor_temperature/config',
      'weather-1/outdoor/status',
      'weather-1/status',
    ]);
    expect(broker.published()).toBe(published() + besides.length);
    expect(broker.published()).toBeLessThanOrEqual((readings + 2) * CHANNELS + 2);
    expect(bundle.leakedGlobals()).toEqual([]);
  });

  it('comes back after everything that can happen to it', () => {
    const seed = Date.now() % 0x7fffffff;
    const { world, network, broker, board, chips, errors, readings } = setUp(seed);
    const chip = chips[0]!;
    const troubles: [string, () => void, () => void][] = [
      ['the network is cut', () => network.cut(), () => network.restore()],
      ['the access point is off', () => world.accessPoint.setUp(false), () => world.accessPoint.setUp(true)],
      ['the chip is gone', () => void (chips.length = 0), () => void chips.push(chip)],
      ['connections are reset', () => network.resetAll(), () => undefined],
      ['the power is cut', () => board.powerOff('silent'), () => board.powerOn()],
    ];
    board.powerOn();
    for (const [name, begin, end] of troubles) {
      world.run(2 * MINUTE);
      begin();
      world.run(2 * MINUTE);
      end();
      // Whatever the backoff has grown to.
      world.run(5 * MINUTE);
      const before = readings();
      world.run(MINUTE);
      expect(readings() - before, `${name}, seed ${seed}`).toBeGreaterThan(
        ((MINUTE / INTERVAL_MS) * CHANNELS) / 2,
      );
    }
    // Silence is what a cut network sounds like at the other end.
    const faults = broker.violations.filter((violation) => !violation.startsWith('3.1.2-24'));
    expect(faults, `seed ${seed}`).toEqual([]);
    expect(errors, `seed ${seed}`).toEqual([]);
  });

  it('does the same again for the same seed', () => {
    const trace = () => {
      const { world, broker, board } = setUp(42);
      board.powerOn();
      world.run(MINUTE);
      return broker.messages.map(({ topic, payload, time }) => `${time} ${topic} ${payload}`).join('\n');
    };
    const first = trace();
    expect(first).not.toBe('');
    expect(trace()).toBe(first);
  });
});
