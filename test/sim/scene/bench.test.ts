// A scene on the virtual board: two chips on one bus, in virtual time.

import { beforeAll, describe, expect, it } from 'vitest';
import { esp32 } from '../../../boards/esp32.ts';
import { build } from '../../../flash/build/build.ts';
import { createBoard } from '../../../sim/board/board.ts';
import { compileBundle } from '../../../sim/board/bundle.ts';
import type { CompiledBundle } from '../../../sim/board/bundle.ts';
import { createVirtualWorld } from '../../../sim/board/world.ts';
import { createBroker } from '../../../sim/device/broker.ts';
import { createNetwork } from '../../../sim/network/network.ts';
import { wireScene } from '../../../sim/scene/bench.ts';
import { writeFirmware } from '../../flash/build/fixture.ts';
import * as mixed from './mixed.ts';
import * as pins from './pins.ts';
import { FIRMWARE, SCENE, TOPICS, expectTrue, topicsOf } from './two-chips.ts';
import type { Heard } from './two-chips.ts';

const bundles = new Map<unknown, CompiledBundle>();

beforeAll(async () => {
  for (const files of [FIRMWARE, mixed.FIRMWARE, pins.FIRMWARE]) {
    const { code } = await build({ firmware: writeFirmware(files) });
    bundles.set(files, compileBundle(code, 'firmware.js'));
  }
}, 120_000);

function createStation(firmware = FIRMWARE, scene = SCENE) {
  const network = createNetwork();
  const world = createVirtualWorld({ seed: 1, network });
  const heard: Heard[] = [];
  const broker = createBroker({
    now: () => Math.floor(world.now()),
    keep: 0,
    onMessage({ topic, payload, time }) {
      if (topic.endsWith('/status')) return;
      heard.push({ topic, value: (JSON.parse(payload) as { value: number }).value, time });
    },
  });
  network.listen('broker', 1883, (peer) => {
    const link = broker.connect({ write: peer.write, close: peer.end });
    peer.onData((bytes) => link.data(bytes));
    peer.onClose(() => link.closed());
  });
  const lines: string[] = [];
  const board = createBoard({
    bundle: bundles.get(firmware)!,
    world,
    board: esp32,
    onConsole: (line) => void lines.push(line),
  });
  const { chips, stop } = wireScene(scene, board.bench, world);
  board.powerOn();
  return { world, chips, heard, lines, stop };
}

describe('two chips on one bus of the virtual board', () => {
  it('give true values', () => {
    const { world, heard } = createStation();
    world.run(60_000);
    expect(topicsOf(heard)).toEqual([...TOPICS].sort());
    expect(heard.length).toBeGreaterThan(100);
    expectTrue(heard);
  });

  it.each([
    [0, 'b/'],
    [1, 'a/'],
  ])('unplugged chip %i leaves the other publishing', (index, other) => {
    const { world, chips, heard } = createStation();
    world.run(20_000);
    chips[index]!.faults.absent = true;
    world.run(5000);
    heard.length = 0;
    world.run(20_000);
    expect(topicsOf(heard)).toEqual(TOPICS.filter((topic) => topic.startsWith(other)).sort());
    expectTrue(heard);
    chips[index]!.faults.absent = false;
    world.run(60_000);
    expect(topicsOf(heard)).toEqual([...TOPICS].sort());
  });
});

describe('chips on a wire, a serial port and a pin of the virtual board', () => {
  const start = () => createStation(mixed.FIRMWARE, mixed.SCENE);

  it('give true values', () => {
    const { world, heard } = start();
    world.run(120_000);
    expect([...new Set(heard.map(({ topic }) => topic))].sort()).toEqual(mixed.MIXED_TOPICS);
    mixed.expectMixed(heard);
  });

  it.each([0, 1, 2])('unplugged chip %i leaves the others publishing', (index) => {
    const { world, chips, heard } = start();
    world.run(60_000);
    chips[index]!.faults.absent = true;
    world.run(10_000);
    heard.length = 0;
    world.run(20_000);
    // A search finds the DS18S20 first.
    const own = `mixed/${'bac'.charAt(index)}/`;
    expect([...new Set(heard.map(({ topic }) => topic))].sort()).toEqual(
      mixed.MIXED_TOPICS.filter((topic) => !topic.startsWith(own)),
    );
    mixed.expectMixed(heard);
  });

  it('are still when they are stopped', () => {
    const { world, heard, stop } = start();
    world.run(60_000);
    stop();
    world.run(10_000);
    heard.length = 0;
    world.run(20_000);
    // The fine dust sensor sends by itself; the others are asked.
    expect(heard.some(({ topic }) => topic.startsWith('mixed/c/'))).toBe(false);
    expect(heard.length).toBeGreaterThan(10);
  });
});

describe('chips on an SPI bus and at pins of the virtual board', () => {
  const start = () => createStation(pins.FIRMWARE, pins.SCENE);

  it('give true values', () => {
    const { world, heard, lines } = start();
    world.run(60_000);
    expect([...new Set(heard.map(({ topic }) => topic))].sort(), lines.join()).toEqual(pins.PINS_TOPICS);
    pins.expectPins(heard);
  });

  it.each([0, 1, 2])('unplugged chip %i leaves the others publishing', (index) => {
    const { world, chips, heard } = start();
    world.run(20_000);
    chips[index]!.faults.absent = true;
    world.run(10_000);
    heard.length = 0;
    world.run(20_000);
    const own = `pins/${'abc'.charAt(index)}/`;
    expect([...new Set(heard.map(({ topic }) => topic))].sort()).toEqual(
      pins.PINS_TOPICS.filter((topic) => !topic.startsWith(own)),
    );
  });
});
