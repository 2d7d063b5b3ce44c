import { describe, expect, it } from 'vitest';
import { createSwitchChip } from '../../sim/chips/switch.ts';
import { createEdgeInput } from '../../sim/rig/inputs.ts';
import { Code } from '../../src/ports/codes.ts';
import { createContact } from '../../src/sensors/contact.ts';
import type { ContactOptions } from '../../src/sensors/contact.ts';
import { createPinBench } from './pin-bench.ts';

/** A door: `closed` may be changed at any time. */
function createDoor(options: ContactOptions = {}, bounceMs = 3, isAttached = true) {
  const door = { closed: 1 };
  const chip = createSwitchChip({ closed: () => door.closed, bounceMs, seed: 4 });
  const bench = createPinBench((rig) => {
    rig.onTick(chip.tick);
    return createContact(chip.input, options);
  }, isAttached);
  bench.pass(10);
  bench.sample();
  bench.log.splice(0);
  return { door, chip, ...bench };
}

describe('contact', () => {
  it('tells of an opened door as soon as it has stopped bouncing, once', () => {
    const { door, log, asked, pass } = createDoor();
    door.closed = 0;
    pass(1000);
    expect(asked).toHaveLength(1);
    expect(log).toHaveLength(1);
    const [, time, value] = /^(\d+): (.)$/.exec(log[0]!)!;
    expect(value).toBe('1');
    // 61 ms have passed before; then 1 until it opens, 3 of bouncing, and 50, found at the look after that.
    expect(Number(time)).toBeGreaterThanOrEqual(61 + 1 + 3 + 50);
    expect(Number(time)).toBeLessThanOrEqual(61 + 1 + 3 + 2 * 51);
  });

  it('tells of both when a door is opened and closed again', () => {
    const { door, log, pass } = createDoor();
    door.closed = 0;
    pass(200);
    door.closed = 1;
    pass(200);
    expect(log.map((line) => line.split(': ')[1])).toEqual(['1', '0']);
  });

  it.each([0, 3, 20, 49])('takes no bounce of %i ms for a change', (bounceMs) => {
    const { door, log, pass } = createDoor({}, bounceMs);
    for (let i = 0; i < 6; i++) {
      door.closed ^= 1;
      pass(300);
    }
    expect(log.map((line) => line.split(': ')[1])).toEqual(['1', '0', '1', '0', '1', '0']);
  });

  it('does not see what is shorter than it shall be', () => {
    const { door, log, pass, sample } = createDoor({ debounceMs: 80 }, 0);
    door.closed = 0;
    pass(60);
    door.closed = 1;
    pass(500);
    expect(log.map((line) => line.split(': ')[1])).toEqual(['0']);
    expect(sample()).toBe(0);
  });

  it('is right at the next regular sample when nobody listens', () => {
    const { door, log, asked, pass, sample, out } = createDoor({}, 3, false);
    door.closed = 0;
    pass(1000);
    expect([log, asked]).toEqual([[], []]);
    expect(sample()).toBe(0);
    expect(out.values[0]).toBe(1);
  });

  it('takes no time for a sample while nothing has happened', () => {
    const { log, pass, sample } = createDoor();
    pass(1000);
    sample();
    sample();
    const times = log.map((line) => Number(line.split(':')[0]));
    expect(times[1]! - times[0]!).toBe(1);
  });

  it('is a fault when it never stops bouncing, and asks for nothing until then', () => {
    const { chip, log, asked, pass, sample } = createDoor();
    chip.isLoose = true;
    pass(900);
    expect(asked).toHaveLength(1);
    expect(log).toEqual([]);
    pass(500);
    expect(log[0]).toMatch(`code ${Code.Fault}`);
    chip.isLoose = false;
    pass(3000);
    expect(sample()).toBe(0);
  });

  it('may be the other way round', () => {
    const { door, out, pass, sample } = createDoor({ inverted: true, deviceClass: 'moisture' });
    expect(out.values[0]).toBe(1);
    door.closed = 0;
    pass(100);
    sample();
    expect(out.values[0]).toBe(0);
  });

  it('says what it is', () => {
    const channel = (options?: ContactOptions) => createContact(createEdgeInput(1), options).channels[0]!;
    expect(channel()).toMatchObject({ deviceClass: 'door', kind: 'binary', unit: '' });
    expect(channel({ deviceClass: 'window' }).deviceClass).toBe('window');
  });

  it('asks for nothing before the first sample, nor during one, nor when it is closed', () => {
    const input = createEdgeInput(1);
    const driver = createContact(input);
    const out = { values: new Int32Array(1), time: 0 };
    const asked: number[] = [];
    driver.attach!((ms) => void asked.push(ms));
    input.drive(0, 1000, 0);
    const sample = (at: number) => {
      driver.start(at);
      return driver.poll(at + 60, out);
    };
    expect(sample(2000)).toBe(0);
    driver.start(3000);
    input.drive(1, 3000, 500);
    driver.poll(3060, out);
    expect([driver.poll(3120, out), out.values[0]]).toEqual([0, 1]);
    expect(asked).toEqual([]);
    input.drive(0, 3500, 0);
    expect(asked).toEqual([0]);
    expect(sample(3500)).toBe(0);
    driver.close();
    input.drive(1, 4000, 0);
    expect(asked).toEqual([0]);
  });
});
