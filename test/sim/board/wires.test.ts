// Drivers of chips on single wires as a built firmware on the virtual ESP32: through the engine's own functions, with edges that
// come as events, in microseconds of virtual time.

import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { build } from '../../../flash/build/build.ts';
import type { Board } from '../../../sim/board/board.ts';
import type { VirtualWorld } from '../../../sim/board/world.ts';
import { createDht22Chip } from '../../../sim/chips/dht22.ts';
import { createDs18b20Chip } from '../../../sim/chips/ds18b20.ts';
import { createHcSr04Chip } from '../../../sim/chips/hc-sr04.ts';
import { createHx711Chip } from '../../../sim/chips/hx711.ts';
import type { EchoDevice, LineDevice } from '../../../sim/chips/line-device.ts';
import { createQuantities, createStill } from '../../../sim/environment/surroundings.ts';
import { NO_VALUE } from '../../../src/ports/reading.ts';
import { writeFirmware } from '../../flash/build/fixture.ts';
import { createRig } from './rig.ts';

const SRC = fileURLToPath(new URL('../../../src', import.meta.url));

/** Samples its drivers every 3 seconds, and prints a line for each. */
const FIRMWARE = `
import { createClock } from '${SRC}/ports/espruino/clock.ts';
import { openOneWire } from '${SRC}/ports/espruino/onewire.ts';
import { openOpenDrain, openPulseEcho } from '${SRC}/ports/espruino/pulse.ts';
import { openSpi } from '${SRC}/ports/espruino/spi.ts';
import { createTimer } from '${SRC}/ports/espruino/timer.ts';
import { createDht22 } from '${SRC}/sensors/dht22.ts';
import { createDs18b20Bus } from '${SRC}/sensors/ds18b20-bus.ts';
import { createDs18b20 } from '${SRC}/sensors/ds18b20.ts';
import { createHcSr04 } from '${SRC}/sensors/hc-sr04.ts';
import { createHx711 } from '${SRC}/sensors/hx711.ts';
import type { Driver } from '${SRC}/sensors/driver.ts';
const clock = createClock();
function createLoop(name: string, driver: Driver): void {
  const out = { values: new Int32Array(driver.channels.length), time: 0 };
  let answer = 0;
  let isRunning = false;
  function tell(): void {
    isRunning = false;
    let text = answer < 0 ? name + ' code' : name;
    for (let i = 0; i < out.values.length && answer === 0; i++) text += ' ' + out.values[i];
    print(text, answer);
    timer.set(3000);
  }
  function step(): void {
    answer = isRunning ? driver.poll(clock.now(), out) : driver.start(clock.now());
    isRunning = true;
    if (answer > 0) timer.set(answer);
    else tell();
  }
  const timer = createTimer(step);
  timer.set(100);
}
const probes = createDs18b20Bus(openOneWire(4));
createLoop('probe0', createDs18b20(probes, { index: 0 }));
createLoop('probe1', createDs18b20(probes, { index: 1 }));
createLoop('dht', createDht22(openOpenDrain(16)));
createLoop('echo', createHcSr04(openPulseEcho(17, 18)));
createLoop('scale', createHx711(openSpi({ bus: 1, clock: 14, in: 12, out: 13 }), { countsPerGram: 400 }));
`;

let code: string;

beforeAll(async () => {
  ({ code } = await build({ firmware: writeFirmware({ 'main.ts': FIRMWARE }) }));
}, 60_000);

/** A chip that pulls a pin down for 20 us at each of its edges. */
function attachLine(board: Board, world: VirtualWorld, pin: number, chip: LineDevice): void {
  const falls = new Int32Array(128);
  let isPulled = false;
  board.bench.pins.onOutput((which, level) => {
    if (which !== pin || isPulled === (level === 0)) return;
    isPulled = level === 0;
    const now = Math.floor(world.now());
    if (isPulled) return chip.pulled(now);
    const count = chip.released(now, falls);
    for (let i = 0; i < count; i++) {
      world.setTimer(falls[i]! / 1000, () => board.bench.pins.drive(pin, 0));
      world.setTimer((falls[i]! + 20) / 1000, () => board.bench.pins.drive(pin, undefined));
    }
  });
}

/** @returns lengths of the pulses that came, microseconds. */
function attachEcho(
  board: Board,
  world: VirtualWorld,
  trigger: number,
  echo: number,
  chip: EchoDevice,
): number[] {
  const edges = new Int32Array(8);
  const pulses: number[] = [];
  let roseAt = -1;
  board.bench.pins.onOutput((which, level) => {
    if (which !== trigger) return;
    if (level === 1) roseAt = world.now();
    if (level === 1 || roseAt < 0) return;
    pulses.push(Math.round((world.now() - roseAt) * 1000));
    roseAt = -1;
    const count = chip.triggered(Math.floor(world.now()), edges);
    for (let i = 0; i < count; i++) {
      world.setTimer(edges[i]! / 1000, () => board.bench.pins.drive(echo, i % 2 === 0 ? 1 : 0));
    }
  });
  return pulses;
}

function setUp(isParasite: boolean) {
  const truth = createQuantities();
  const surroundings = createStill(truth);
  const { board, world, lines, errors } = createRig(code);
  const probes = [7, 9].map((serial) => createDs18b20Chip({ surroundings, serial, isParasite }));
  const dht = createDht22Chip({ surroundings });
  const hx711 = createHx711Chip({ surroundings, perGram: 400, zero: 0 });
  board.bench.oneWire(4).push(...probes);
  attachLine(board, world, 16, dht);
  board.bench.pins.drive(18, 0);
  const pulses = attachEcho(board, world, 17, 18, createHcSr04Chip({ surroundings }));
  board.bench.spi(1).push({ transfer: hx711.transfer });
  board.powerOn();
  return { truth, board, world, lines, errors, probes, dht, hx711, pulses };
}

describe('a firmware with chips on single wires', () => {
  it.each([false, true])('reads them all (parasite power: %s)', (isParasite) => {
    const { truth, world, lines, errors, probes, pulses } = setUp(isParasite);
    world.run(6000);
    // The air has 21.54 degrees, and the driver takes 20: 3 mm less.
    expect([...new Set(lines)].sort()).toEqual([
      'dht 21500 48000 0',
      'echo 1227 0',
      'probe0 18250 0',
      'probe1 18250 0',
      'scale 5000 200000 0',
    ]);
    expect(probes.map(({ starved }) => starved)).toEqual([0, 0]);
    expect(probes[0]!.conversions).toBe(probes[1]!.conversions);
    // What the engine's timer can do at best is a tenth of a millisecond here.
    expect(pulses.every((us) => us >= 10 && us <= 200)).toBe(true);
    lines.length = 0;
    Object.assign(truth, { probeTemperature: -5500, temperature: -12300, distance: -1, weight: -70 });
    world.run(10000);
    const last = lines.slice(-5).sort();
    expect(last).toEqual([
      `dht -12300 48000 0`,
      `echo ${NO_VALUE} 0`,
      'probe0 -5500 0',
      'probe1 -5500 0',
      'scale -700 -28000 0',
    ]);
    expect(errors).toEqual([]);
  });

  it('says which of them is gone', () => {
    const { world, lines, probes, dht } = setUp(false);
    world.run(6000);
    lines.length = 0;
    probes[1]!.faults.absent = true;
    dht.faults.badCrc = true;
    world.run(10000);
    expect([...new Set(lines)].filter((line) => line.includes('code')).sort()).toEqual([
      'dht code -3',
      expect.stringMatching(/^probe[01] code -1$/),
    ]);
  });
});
