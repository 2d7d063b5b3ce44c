// Drivers of pins on the virtual board, as a bundle: the board's watches, converter and timers in the place of the bench's.

import { beforeAll, describe, expect, it } from 'vitest';
import { fileURLToPath } from 'node:url';
import { build } from '../../../flash/build/build.ts';
import { writeFirmware } from '../../flash/build/fixture.ts';
import { createRig } from './rig.ts';

const SRC = fileURLToPath(new URL('../../../src', import.meta.url));

/** The least that a scheduler does: samples now and then, and those that the driver asks for. */
const FIRMWARE = `
import { Pull } from '${SRC}/ports/gpio.ts';
import { createCountStore, openBoard } from 'mote-sdk/espruino';
import { createClock } from '${SRC}/ports/espruino/clock.ts';
import { openAnalogInput, openEdgeInput } from '${SRC}/ports/espruino/gpio.ts';
import { createTimer } from '${SRC}/ports/espruino/timer.ts';
import { createButton } from '${SRC}/sensors/button.ts';
import { createContact } from '${SRC}/sensors/contact.ts';
import { createNtc } from '${SRC}/sensors/ntc.ts';
import { createPulses, RAIN_GAUGE } from '${SRC}/sensors/pulses.ts';
import type { Driver } from '${SRC}/sensors/driver.ts';

const clock = createClock();

function startRunning(name: string, driver: Driver, channel: number, everyMs: number): void {
  const out = { values: new Int32Array(driver.channels.length), time: 0 };
  let isOn = false;
  function run(): void {
    const now = clock.now();
    let answer = isOn ? driver.poll(now, out) : driver.start(now);
    isOn = answer > 0;
    if (answer === 0) print(name, out.values[channel]);
    if (answer < 0) print(name + ' failed', answer);
    timer.set(answer > 0 ? answer : asked >= 0 ? asked : everyMs);
    asked = -1;
  }
  const timer = createTimer(run);
  let asked = -1;
  if (driver.attach !== undefined) {
    driver.attach(function (delayMs) {
      asked = delayMs;
      timer.set(delayMs);
    });
  }
  timer.set(0);
}

startRunning('door', createContact(openEdgeInput(4, Pull.Up), {}), 0, 60000);
startRunning('button', createButton(openEdgeInput(5, Pull.Up), {}), 2, 60000);
startRunning('rain', createPulses(openEdgeInput(18, Pull.Up), createCountStore(openBoard().outbox, 11), RAIN_GAUGE, { saveEvery: 10 }), 0, 10000);
startRunning('probe', createNtc(openAnalogInput(34), {}), 0, 30000);
`;

let code: string;

beforeAll(async () => {
  const built = await build({ firmware: writeFirmware({ 'main.ts': FIRMWARE }), board: 'esp32' });
  code = built.code;
}, 60_000);

/** A board that has been running for a moment. */
function setUp() {
  const rig = createRig(code);
  const pins = rig.board.bench.pins;
  for (const pin of [4, 5, 18]) pins.drive(pin, 1);
  // A thermistor of 10 kohm at 25 degrees: half of 3.3 V, of the converter's 3.6.
  pins.driveAnalog(34, 1650 / 3600);
  rig.board.powerOn();
  rig.world.run(500);
  return { ...rig, pins };
}

describe('pins of the virtual board', () => {
  it('lead to what the drivers say', () => {
    const { lines, errors } = setUp();
    expect(errors).toEqual([]);
    expect(lines).toContain('door 1');
    expect(lines).toContain('rain 0');
    const probe = lines.find((line) => line.startsWith('probe '))!;
    expect(Math.abs(Number(probe.split(' ')[1]) - 25000)).toBeLessThan(60);
  });

  it('tell of a door and of a button at once', () => {
    const { lines, world, pins } = setUp();
    lines.splice(0);
    pins.drive(4, 0);
    for (let i = 0; i < 4; i++) {
      world.run(0.3);
      pins.drive(4, 1);
      world.run(0.2);
      pins.drive(4, 0);
    }
    world.run(110);
    expect(lines).toEqual(['door 0']);
    lines.splice(0);
    for (const [level, ms] of [
      [0, 100],
      [1, 150],
      [0, 100],
      [1, 500],
    ] as const) {
      // prettier-ignore
      pins.drive(5, level);
      world.run(ms);
    }
    expect(lines.filter((line) => /^button [123]$/.test(line))).toEqual(['button 2']);
  });

  it('count the tips of a bucket that bounces, and keep what was saved of them over a loss of power', () => {
    const { board, lines, world, pins } = setUp();
    for (let tip = 0; tip < 25; tip++) {
      for (const level of [0, 1, 0, 1, 0] as const) {
        pins.drive(18, level);
        world.run(0.7);
      }
      world.run(80);
      for (const level of [1, 0, 1] as const) {
        pins.drive(18, level);
        world.run(0.7);
      }
      world.run(300);
    }
    world.run(11000);
    expect(lines.filter((line) => line.startsWith('rain')).at(-1)).toBe(`rain ${25 * 2794}`);
    board.powerOff();
    lines.splice(0);
    board.powerOn();
    world.run(500);
    expect(lines.find((line) => line.startsWith('rain'))).toBe(`rain ${25 * 2794}`);
  });
});
