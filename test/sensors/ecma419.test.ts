// Our drivers as ECMA-419 sensors: names and units of the standard, in virtual time.

import { describe, expect, it } from 'vitest';
import { createSht4xChip } from '../../sim/chips/sht4x.ts';
import { createQuantities, createStill } from '../../sim/environment/surroundings.ts';
import { createManualTimer } from '../../sim/manual.ts';
import { createRig } from '../../sim/rig/rig.ts';
import { Code } from '../../src/ports/codes.ts';
import { NO_VALUE } from '../../src/ports/reading.ts';
import type { ChannelMeta } from '../../src/ports/reading.ts';
import type { Driver } from '../../src/sensors/driver.ts';
import { createEcma419 } from '../../src/sensors/ecma419.ts';
import { createSht4x } from '../../src/sensors/sht4x.ts';

function createBench() {
  const rig = createRig(0);
  const truth = createQuantities();
  const chip = createSht4xChip({ surroundings: createStill(truth) });
  rig.devices.push(chip);
  const timer = createManualTimer();
  const told: string[] = [];
  const sensor = createEcma419(
    createSht4x(rig.i2c),
    { clock: rig, createTimer: timer.createTimer },
    {
      interval: 1000,
      onReadable: () => told.push('readable'),
      onError: (code) => told.push(`error ${code}`),
    },
  );
  const pass = (ms: number): void => {
    for (let left = ms; timer.delayMs() >= 0 && timer.delayMs() <= left;) {
      left -= timer.delayMs();
      rig.advance(timer.delayMs());
      timer.fire();
    }
  };
  return { sensor, truth, chip, told, timer, pass };
}

/** A driver with given channels and one reading. */
function createFixed(channels: readonly Partial<ChannelMeta>[], values: readonly number[]): Driver {
  return {
    channels: channels.map((channel) => ({
      ...{ key: '', unit: '', deviceClass: '', decimals: 0, precision: 0, min: 0, max: 1 },
      ...channel,
    })),
    ...{ warmUpMs: 0, minIntervalMs: 0, discard: 0 },
    configure: () => 0,
    start: () => 0,
    poll(_now, out) {
      out.values.set(values);
      return 0;
    },
    close: () => {},
  };
}

function sampleOf(channels: readonly Partial<ChannelMeta>[], values: readonly number[]) {
  const timer = createManualTimer();
  const ports = { clock: { now: () => 0 }, createTimer: timer.createTimer };
  const sensor = createEcma419(createFixed(channels, values), ports, { interval: 1000 });
  timer.fire();
  return sensor.sample();
}

describe('ECMA-419 sensor', () => {
  it('gives nothing before the first reading, and then a new object each time, in the units of the standard', () => {
    const { sensor, pass, told } = createBench();
    expect(sensor.sample()).toBeUndefined();
    pass(500);
    const sample = sensor.sample();
    expect(sample).toEqual({ thermometer: { temperature: 21.539 }, hygrometer: { humidity: 48 } });
    expect(sensor.sample()).not.toBe(sample);
    expect(told).toEqual(['readable']);
  });

  it('keeps the last good reading over an error, and tells of it', () => {
    const { sensor, pass, chip, told } = createBench();
    pass(500);
    chip.faults.badCrc = true;
    pass(1000);
    expect(sensor.sample()).toMatchObject({ thermometer: { temperature: 21.539 } });
    expect(told).toEqual(['readable', `error ${Code.Crc}`]);
  });

  it('tells of impossible options, and takes possible ones', () => {
    const { sensor, pass, told } = createBench();
    sensor.configure({ precision: 'highest' as 'high' });
    sensor.configure({ precision: 'low' });
    pass(500);
    expect(told).toEqual([`error ${Code.BadOptions}`, 'readable']);
  });

  it('samples no more after close, however often that is called', () => {
    const { sensor, timer } = createBench();
    sensor.close();
    sensor.close();
    expect(timer.delayMs()).toBe(-1);
  });

  it('has rad/s, cm and shares where the standard has them, and leaves out what has no value', () => {
    const channels = [
      { key: 'rotation-x', decimals: 3 },
      { key: 'distance' },
      { key: 'moisture', decimals: 3 },
      { key: 'acceleration-z', decimals: 3 },
      { key: 'voltage', decimals: 3 },
      { key: 'co2' },
    ];
    const sample = sampleOf(channels, [180000, 1230, 41000, 9807, 3912, NO_VALUE]) as Record<string, object>;
    expect(sample).toEqual({
      gyroscope: { x: expect.closeTo(Math.PI, 9) },
      proximity: { distance: 123 },
      soilMoistureDetector: { moisture: expect.closeTo(0.41, 9) },
      accelerometer: { z: 9.807 },
      voltage: 3.912,
    });
  });
});
