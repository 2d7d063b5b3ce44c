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
import { FIRMWARE, SCENE, TOPICS, expectTrue, topicsOf } from './two-chips.ts';
import type { Heard } from './two-chips.ts';

let bundle: CompiledBundle;

beforeAll(async () => {
  bundle = compileBundle((await build({ firmware: writeFirmware(FIRMWARE) })).code, 'firmware.js');
}, 60_000);

function createStation() {
  const network = createNetwork();
  const world = createVirtualWorld({ seed: 1, network });
  const heard: Heard[] = [];
  const broker = createBroker({
    now: () => Math.floor(world.now()),
    keep: 0,
    onMessage: ({ topic, payload, time }) =>
      void heard.push({ topic, value: (JSON.parse(payload) as { value: number }).value, time }),
  });
  network.listen('broker', 1883, (peer) => {
    const link = broker.connect({ write: peer.write, close: peer.end });
    peer.onData((bytes) => link.data(bytes));
    peer.onClose(() => link.closed());
  });
  const board = createBoard({ bundle, world, board: esp32, onConsole: () => undefined });
  const chips = wireScene(SCENE, board.bench);
  board.powerOn();
  return { world, chips, heard };
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
