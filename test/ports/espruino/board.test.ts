import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Pull } from '../../../src/ports/gpio.ts';
import { HELD_MAX_US } from '../../../src/ports/gpio.ts';
import type { AnalogInput, DigitalInput, DigitalOutput, EdgeInput, OnEdge } from '../../../src/ports/gpio.ts';
import { WakeCause, type Power } from '../../../src/ports/power.ts';
import { installEngine, loadPort, removeEngine } from './engine.ts';

interface GpioPort {
  openDigitalInput(pin: number, pull: Pull): DigitalInput;
  openDigitalOutput(pin: number, level: number): DigitalOutput;
  openEdges(pin: number, pull: Pull, onEdge: OnEdge): void;
  openEdgeInput(pin: number, pull: Pull): EdgeInput;
  openAnalogInput(pin: number, fullScaleMv?: number): AnalogInput;
}

const gpio = await loadPort<GpioPort>('gpio');
const { createPower } = await loadPort<{ createPower(): Power }>('power');

let calls: unknown[][];
const noting =
  (name: string, result?: unknown) =>
  (...args: unknown[]) => {
    calls.push([name, ...args]);
    return result;
  };

beforeEach(() => {
  calls = [];
});

afterEach(removeEngine);

describe('pins', () => {
  let level: number;
  let converted: number;
  let watch: (edge: { state: boolean; time: number; lastTime?: number }) => void;

  beforeEach(() => {
    level = 0;
    converted = 0;
    installEngine({
      pinMode: noting('pinMode'),
      digitalRead: () => level,
      digitalWrite: noting('digitalWrite'),
      analogRead: () => converted,
      setWatch(handler: typeof watch, ...rest: unknown[]) {
        watch = handler;
        calls.push(['setWatch', ...rest]);
      },
    });
  });

  it('reads an input with the pull it was opened with', () => {
    const input = gpio.openDigitalInput(4, Pull.None);
    expect(input.read()).toBe(0);
    level = 1;
    expect(input.read()).toBe(1);
    gpio.openDigitalInput(5, Pull.Up);
    gpio.openDigitalInput(6, Pull.Down);
    expect(calls).toEqual([
      ['pinMode', 4, 'input'],
      ['pinMode', 5, 'input_pullup'],
      ['pinMode', 6, 'input_pulldown'],
    ]);
  });

  it('drives an output, from the start with the level it was opened with', () => {
    const output = gpio.openDigitalOutput(2, 1);
    output.write(0);
    expect(calls).toEqual([
      ['pinMode', 2, 'output'],
      ['digitalWrite', 2, 1],
      ['digitalWrite', 2, 0],
    ]);
  });

  it('reports edges with the time at which the engine saw them, in microseconds that wrap', () => {
    const edges: number[][] = [];
    gpio.openEdges(0, Pull.Up, (to, timeUs) => edges.push([to, timeUs]));
    expect(calls).toEqual([
      ['pinMode', 0, 'input_pullup'],
      ['setWatch', 0, { repeat: true, edge: 'both' }],
    ]);
    watch({ state: true, time: 12.000345 });
    watch({ state: false, time: 1893456000.5 });
    expect(edges).toEqual([
      [1, 12_000_345],
      [0, 1893456000500000 % 2 ** 27],
    ]);
  });

  it('reads an input whose edges tell how long the pin had stayed as it was', () => {
    const input = gpio.openEdgeInput(0, Pull.Up);
    expect(calls).toEqual([['pinMode', 0, 'input_pullup']]);
    level = 1;
    expect(input.read()).toBe(1);
    const edges: number[][] = [];
    input.watch((to, heldUs) => edges.push([to, heldUs]));
    expect(calls.slice(1)).toEqual([['setWatch', 0, { repeat: true, edge: 'both' }]]);
    const time = 1893456000.5;
    watch({ state: false, time });
    watch({ state: true, time: time + 0.000345, lastTime: time });
    watch({ state: false, time: time + 134.2, lastTime: time });
    watch({ state: true, time: time + 134.3, lastTime: time });
    // The time was set back, or from 1970 to today.
    watch({ state: false, time: time - 10, lastTime: time });
    watch({ state: true, time, lastTime: 7 });
    expect(edges).toEqual([
      [0, HELD_MAX_US],
      [1, 345],
      [0, 134_200_000],
      [1, HELD_MAX_US],
      [0, HELD_MAX_US],
      [1, HELD_MAX_US],
    ]);
  });

  it('says where a converter ends, of which its highest code must not be more', () => {
    const esp32 = gpio.openAnalogInput(34);
    const other = gpio.openAnalogInput(35, 1000);
    for (converted of [4095 / 4096, 1]) {
      expect(esp32.read()).toBeGreaterThanOrEqual(esp32.maxMv);
      expect(other.read()).toBeGreaterThanOrEqual(other.maxMv);
    }
    converted = 4080 / 4096;
    expect(esp32.read()).toBeLessThan(esp32.maxMv);
    expect(other.read()).toBeLessThan(other.maxMv);
  });

  it('measures millivolts on the scale it was opened with, and 0 where the engine cannot', () => {
    const esp32 = gpio.openAnalogInput(34);
    const other = gpio.openAnalogInput(35, 1000);
    converted = 0.5;
    expect(esp32.read()).toBe(1800);
    expect(other.read()).toBe(500);
    converted = 0.3337;
    expect(other.read()).toBe(334);
    converted = NaN;
    expect(other.read()).toBe(0);
    expect(calls).toEqual([
      ['pinMode', 34, 'analog'],
      ['pinMode', 35, 'analog'],
    ]);
  });
});

describe('power', () => {
  let cause: number;
  const watchdog = { enableWatchdog: noting('enableWatchdog'), kickWatchdog: noting('kickWatchdog') };
  const install = () =>
    installEngine({
      E: watchdog,
      ESP32: { deepSleep: noting('deepSleep'), getWakeupCause: () => cause },
    });

  it('leaves feeding the watchdog to the firmware', () => {
    install();
    const power = createPower();
    power.watch(60);
    power.feed();
    expect(calls).toEqual([['enableWatchdog', 60, false], ['kickWatchdog']]);
  });

  it('sleeps as long as asked, or as long as 32 bits of microseconds last', () => {
    install();
    const power = createPower();
    power.sleep(1500);
    power.sleep(2147000);
    power.sleep(2147001);
    expect(calls).toEqual([
      ['deepSleep', 1500000],
      ['deepSleep', 2147000000],
      ['deepSleep', 2147000000],
    ]);
  });

  it.each([
    [0, WakeCause.PowerOn],
    [2, WakeCause.Pin],
    [3, WakeCause.Pin],
    [7, WakeCause.Pin],
    [4, WakeCause.Timer],
    [5, WakeCause.Other],
  ])("knows the ESP32's wake-up cause %i", (number, expected) => {
    install();
    cause = number;
    expect(createPower().wakeCause()).toBe(expected);
  });

  it('stays awake on a board that cannot sleep', () => {
    installEngine({ E: watchdog });
    const power = createPower();
    power.sleep(1000);
    expect(power.wakeCause()).toBe(WakeCause.PowerOn);
    expect(calls).toEqual([]);
  });
});
