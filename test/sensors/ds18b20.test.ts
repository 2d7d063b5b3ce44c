import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDs18b20Chip } from '../../sim/chips/ds18b20.ts';
import type { Ds18b20Chip, Ds18b20ChipOptions } from '../../sim/chips/ds18b20.ts';
import { createQuantities, createStill } from '../../sim/environment/surroundings.ts';
import { createOneWireBus } from '../../sim/rig/onewire.ts';
import { createRig } from '../../sim/rig/rig.ts';
import { Code } from '../../src/ports/codes.ts';
import type { OneWireBus } from '../../src/ports/onewire.ts';
import type { Reading } from '../../src/ports/reading.ts';
import { createDs18b20Bus, crc8Low } from '../../src/sensors/ds18b20-bus.ts';
import { createDs18b20 } from '../../src/sensors/ds18b20.ts';
import type { Ds18b20Options } from '../../src/sensors/ds18b20.ts';
import type { Driver } from '../../src/sensors/driver.ts';

const hex = (rom: ArrayLike<number>): string =>
  Array.from(rom, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** A wire with thermometers of different temperatures; drivers are made by the tests. */
function createWire(...chipOptions: Partial<Ds18b20ChipOptions>[]) {
  const rig = createRig(5000);
  const truths = chipOptions.map(() => createQuantities());
  const chips = chipOptions.map((options, i) => {
    truths[i]!.probeTemperature = 10000 * (i + 1);
    return createDs18b20Chip({ surroundings: createStill(truths[i]!), serial: i + 1, ...options });
  });
  const wire = createOneWireBus(chips, rig);
  return { rig, truths, chips, wire, group: createDs18b20Bus(wire) };
}

type Wire = ReturnType<typeof createWire>;

interface Outcome {
  code: number;
  value: number;
  ms: number;
}

/** Start all, and poll each as told until it is done. */
function sampleAll({ rig }: Pick<Wire, 'rig'>, drivers: readonly Driver[]): Outcome[] {
  const out: Reading = { values: new Int32Array(1), time: 0 };
  const startedAt = rig.now();
  const waits = drivers.map((driver) => driver.start(rig.now()));
  const due = waits.map((wait) => rig.now() + wait);
  const results: (Outcome | undefined)[] = waits.map((code) =>
    code < 0 ? { code, value: 0, ms: 0 } : undefined,
  );
  for (let tick = 0; tick < 10000 && results.includes(undefined); tick++) {
    rig.advance(1);
    drivers.forEach((driver, i) => {
      if (results[i] !== undefined || rig.now() < due[i]!) return;
      const answer = driver.poll(rig.now(), out);
      if (answer > 0) due[i] = rig.now() + answer;
      else results[i] = { code: answer, value: out.values[0]!, ms: rig.now() - startedAt };
    });
  }
  return results.map((result) => result ?? { code: -999, value: 0, ms: 0 });
}

const sampleOne = (wire: Pick<Wire, 'rig'>, driver: Driver): Outcome => sampleAll(wire, [driver])[0]!;

/** A bus that is no chip: it gives this scratchpad, with a right CRC unless told otherwise. */
function readScratchpad(bytes: readonly number[], options: Ds18b20Options & { family?: number }): Outcome {
  const family = options.family ?? 0x28;
  const rom = Uint8Array.of(family, 1, 2, 3, 4, 5, 6, 0);
  rom[7] = crc8Low(rom, 7);
  const frame = Uint8Array.from([...bytes, 0]);
  frame[8] = crc8Low(frame, 8);
  const wire: OneWireBus = {
    reset: () => 0,
    write: () => {},
    read: (into) => void (into.length === 9 ? into.set(frame) : into.fill(0xff)),
    search: (index, into) => (index > 0 ? Code.Absent : (into.set(rom), 0)),
  };
  return sampleOne({ rig: createRig(0) }, createDs18b20(createDs18b20Bus(wire), options));
}

const CONFIGS = { 9: 0x1f, 10: 0x3f, 11: 0x5f, 12: 0x7f } as const;
/** A scratchpad as the driver leaves it; byte 6 as a conversion does. */
const kept = (code: number, resolution: 9 | 10 | 11 | 12 = 12, remain = 0x08): number[] => [
  code & 0xff,
  (code >> 8) & 0xff,
  ...[0x95, 0x6a, CONFIGS[resolution], 0xff, remain, 0x10],
];

describe('DS18B20, numbers', () => {
  // Table 1 of the datasheet, in its order.
  it.each([
    [0x07d0, 125000],
    [0x0550, 85000],
    [0x0191, 25063],
    [0x00a2, 10125],
    [0x0008, 500],
    [0x0000, 0],
    [0xfff8, -500],
    [0xff5e, -10125],
    [0xfe6f, -25063],
    [0xfc90, -55000],
  ])("makes of %i what the datasheet's table says", (code, value) => {
    expect(readScratchpad(kept(code), {})).toMatchObject({ code: Code.Ok, value });
  });

  // Table 1 of the DS18S20, whose rounded half degrees are made exact with COUNT_REMAIN: 4 of 16 is +0.5 - 0.25 + 0.25.
  it.each([
    [0x00aa, 0x0d, 85000 - 62],
    [0x0032, 0x0c, 25000],
    [0x0001, 0x04, 500],
    [0x0000, 0x0c, 0],
    [0xffff, 0x04, -500],
    [0xffce, 0x0c, -25000],
    [0xff92, 0x0c, -55000],
  ])('makes of %i of a DS18S20 with %i counts left what its formula says', (code, remain, value) => {
    const frame = [code & 0xff, code >> 8, 0x95, 0x6a, 0xff, 0xff, remain, 0x10];
    const outcome = readScratchpad(frame, { family: 0x10 });
    expect(outcome.code).toBe(Code.Ok);
    expect(Math.abs(outcome.value - value)).toBeLessThanOrEqual(1);
  });

  it('is the formula for every code and resolution, whatever stands in undefined bits', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -900, max: 2050 }),
        fc.constantFrom(9 as const, 10 as const, 11 as const, 12 as const),
        (code, resolution) => {
          const step = 2 ** (12 - resolution);
          const want = Math.floor(code / step) * step * 62.5;
          const outcome = readScratchpad(kept(code, resolution), { resolution });
          if (want < -55000 || want > 125000) expect(outcome.code).toBe(Code.Range);
          else expect(Math.abs(outcome.value - want)).toBeLessThanOrEqual(0.5);
        },
      ),
    );
  });

  it('is the formula of the DS18S20 for every temperature', () => {
    fc.assert(
      fc.property(fc.integer({ min: -55000, max: 125000 }), (truth) => {
        const wire = createWire({ family: 0x10 });
        wire.truths[0]!.probeTemperature = truth;
        const { code, value } = sampleOne(wire, createDs18b20(wire.group));
        // 85 degrees to the sixteenth are what power-up leaves.
        if (Math.round(truth / 62.5) === 1360) expect(code).toBe(Code.Fault);
        else expect(Math.abs(value - truth)).toBeLessThanOrEqual(32);
      }),
    );
  });

  it('knows the CRC of the application note', () => {
    expect(crc8Low(Uint8Array.of(0x02, 0x1c, 0xb8, 0x01, 0, 0, 0), 7)).toBe(0xa2);
  });
});

describe('DS18B20, what is no temperature', () => {
  it('refuses 85 degrees of power-up, and takes those that were measured', () => {
    expect(readScratchpad(kept(0x0550, 12, 0x0c), {}).code).toBe(Code.Fault);
    expect(readScratchpad(kept(0x0550, 12, 0x10), {})).toMatchObject({ code: 0, value: 85000 });
    const wire = createWire({});
    wire.truths[0]!.probeTemperature = 85000;
    expect(sampleOne(wire, createDs18b20(wire.group))).toMatchObject({ code: 0, value: 85000 });
  });

  it('refuses a scratchpad of zeros, whose CRC is right', () => {
    expect(crc8Low(new Uint8Array(9), 9)).toBe(0);
    expect(readScratchpad([0, 0, 0, 0, 0, 0, 0, 0], {}).code).toBe(Code.Fault);
  });

  it.each([2, 3, 4])('refuses a chip that has forgotten byte %i of its settings', (at) => {
    const frame = kept(0x0191);
    frame[at]! ^= 0x20;
    expect(readScratchpad(frame, {}).code).toBe(Code.Fault);
  });

  it('notices a loss of supply between two samples, and at 9 bits', () => {
    const wire = createWire({});
    const driver = createDs18b20(wire.group, { resolution: 9 });
    expect(sampleOne(wire, driver).code).toBe(0);
    wire.chips[0]!.brownOut(wire.rig.now());
    expect(sampleOne(wire, driver).code).toBe(Code.Fault);
    expect(sampleOne(wire, driver).code).toBe(0);
  });

  it('is Absent for a ROM that nobody has, though others answer', () => {
    const wire = createWire({}, {});
    const rom = Uint8Array.of(0x28, 9, 9, 9, 9, 9, 9, 0);
    rom[7] = crc8Low(rom, 7);
    expect(sampleOne(wire, createDs18b20(wire.group, { rom: hex(rom) })).code).toBe(Code.Absent);
  });

  it('is WrongId for another family, Crc for a ROM with a turned bit, and finds both once they are right', () => {
    const wire = createWire({});
    const driver = createDs18b20(wire.group);
    wire.chips[0]!.faults.wrongId = true;
    expect(sampleOne(wire, driver).code).toBe(Code.WrongId);
    wire.chips[0]!.faults.wrongId = false;
    wire.chips[0]!.badRom = true;
    expect(sampleOne(wire, driver).code).toBe(Code.Crc);
    wire.chips[0]!.badRom = false;
    expect(sampleOne(wire, driver).code).toBe(0);
  });

  it('is Absent on a wire that is held down from the start', () => {
    const wire = createWire({});
    wire.chips[0]!.faults.stuckLow = true;
    expect(sampleOne(wire, createDs18b20(wire.group)).code).toBe(Code.Absent);
    const known = createDs18b20(wire.group, { rom: hex(wire.chips[0]!.rom) });
    expect(sampleOne(wire, known).code).toBe(Code.Fault);
  });
});

describe('DS18B20, several on one wire', () => {
  it('makes one search and one conversion for all that are due together', () => {
    const wire = createWire({}, {}, { family: 0x10 }, { family: 0x22 });
    const drivers = wire.chips.map((_, index) => createDs18b20(wire.group, { index }));
    const order = [...wire.chips].sort((a, b) => (lowFirst(a) < lowFirst(b) ? -1 : 1));
    for (const round of [1, 2, 3]) {
      const outcomes = sampleAll(wire, drivers);
      expect(outcomes.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
      expect(outcomes.map(({ value }) => value)).toEqual(
        order.map((chip) => 10000 * (wire.chips.indexOf(chip) + 1)),
      );
      expect(wire.chips.map(({ conversions }) => conversions)).toEqual([round, round, round, round]);
      expect(outcomes.every(({ ms }) => ms <= 760)).toBe(true);
      wire.rig.advance(2000);
    }
    expect(wire.wire.searches).toBe(1);
  });

  it('is joined in the middle of a conversion, and until its result is old', () => {
    const wire = createWire({}, {});
    const [a, b] = wire.chips.map((chip) => createDs18b20(wire.group, { rom: hex(chip.rom) }));
    sampleAll(wire, [a!, b!]);
    wire.rig.advance(5000);
    const before = wire.chips[0]!.conversions;
    const out: Reading = { values: new Int32Array(1), time: 0 };
    expect(a!.start(wire.rig.now())).toBe(752);
    wire.rig.advance(300);
    expect(b!.start(wire.rig.now())).toBe(452);
    wire.rig.advance(452);
    expect(a!.poll(wire.rig.now(), out)).toBe(0);
    expect(b!.poll(wire.rig.now(), out)).toBe(0);
    expect(wire.chips[0]!.conversions).toBe(before + 1);
    // Two samples of one driver never share a conversion.
    expect(a!.start(wire.rig.now())).toBe(752);
    wire.rig.advance(1600);
    wire.truths[1]!.probeTemperature = -10000;
    expect(sampleOne(wire, b!)).toMatchObject({ code: 0, value: -10000 });
    expect(wire.chips[0]!.conversions).toBe(before + 3);
  });

  it('waits as long as the slowest takes', () => {
    const wire = createWire({}, {});
    const quick = createDs18b20(wire.group, { rom: hex(wire.chips[0]!.rom), resolution: 9 });
    const outcome = sampleOne(wire, quick);
    expect(outcome.code).toBe(0);
    // The other one, which nobody reads, converts at 12 bits: the busy slots tell.
    expect(outcome.ms).toBeGreaterThanOrEqual(750);
    const other = createDs18b20(wire.group, { rom: hex(wire.chips[1]!.rom), resolution: 10 });
    sampleOne(wire, other);
    wire.rig.advance(5000);
    expect(sampleOne(wire, quick).ms).toBe(188);
  });

  it('takes no old value from a chip that converts for too long, whoever noticed that first', () => {
    const wire = createWire({}, {});
    const [a, b] = wire.chips.map((chip) => createDs18b20(wire.group, { rom: hex(chip.rom) }));
    const out: Reading = { values: new Int32Array(1), time: 0 };
    sampleAll(wire, [a!, b!]);
    wire.rig.advance(5000);
    wire.chips[1]!.faults.slowMs = 4000;
    a!.start(wire.rig.now());
    b!.start(wire.rig.now());
    wire.rig.advance(2000);
    expect(a!.poll(wire.rig.now(), out)).toBe(10);
    wire.rig.advance(600);
    expect(a!.poll(wire.rig.now(), out)).toBe(Code.Timeout);
    expect(b!.poll(wire.rig.now(), out)).toBe(Code.Timeout);
    wire.chips[1]!.faults.slowMs = 0;
    wire.rig.advance(5000);
    expect(sampleAll(wire, [a!, b!]).map(({ code }) => code)).toEqual([0, 0]);
  });

  it('has availability of its own: one pulled plug does not disturb the others', () => {
    const wire = createWire({}, {}, {});
    const drivers = wire.chips.map((chip) => createDs18b20(wire.group, { rom: hex(chip.rom) }));
    sampleAll(wire, drivers);
    wire.chips[1]!.faults.absent = true;
    for (let round = 0; round < 3; round++) {
      wire.rig.advance(3000);
      expect(sampleAll(wire, drivers).map(({ code }) => code)).toEqual([0, Code.Absent, 0]);
    }
    wire.chips[1]!.faults.absent = false;
    wire.chips[1]!.brownOut(wire.rig.now());
    wire.rig.advance(3000);
    expect(sampleAll(wire, drivers).map(({ code }) => code)).toEqual([0, 0, 0]);
  });

  it('never takes another chip for the one that was found by its place', () => {
    const wire = createWire({}, {});
    const drivers = [0, 1].map((index) => createDs18b20(wire.group, { index }));
    const first = sampleAll(wire, drivers)[0]!.value;
    wire.chips[first / 10000 - 1]!.faults.absent = true;
    wire.rig.advance(3000);
    expect(sampleAll(wire, drivers).map(({ code }) => code)).toEqual([Code.Absent, 0]);
    expect(sampleAll(wire, drivers).map(({ code }) => code)).toEqual([Code.Absent, 0]);
  });

  it('sets a chip up only when no conversion runs', () => {
    const wire = createWire({}, {});
    const [a, b] = wire.chips.map((chip) => createDs18b20(wire.group, { rom: hex(chip.rom) }));
    sampleOne(wire, a!);
    wire.rig.advance(5000);
    a!.start(wire.rig.now());
    wire.rig.advance(100);
    const before = wire.wire.transfers;
    expect(b!.start(wire.rig.now())).toBe(10);
    expect(wire.wire.transfers).toBe(before);
    expect(sampleAll(wire, [b!])[0]!.code).toBe(0);
  });
});

describe('DS18B20 that lives on the wire', () => {
  it('is fed for the whole conversion, during which nobody uses the wire', () => {
    const wire = createWire({ isParasite: true }, { isParasite: true }, {});
    const drivers = wire.chips.map((chip) => createDs18b20(wire.group, { rom: hex(chip.rom) }));
    for (let round = 0; round < 3; round++) {
      expect(sampleAll(wire, drivers)).toMatchObject([{ value: 10000 }, { value: 20000 }, { value: 30000 }]);
      wire.rig.advance(2000);
    }
    // One that starts late, before and after it is set up.
    drivers[0]!.start(wire.rig.now());
    drivers[1]!.close();
    wire.rig.advance(200);
    expect(sampleAll(wire, drivers.slice(1)).map(({ code }) => code)).toEqual([0, 0]);
    expect(wire.chips.map(({ starved }) => starved)).toEqual([0, 0, 0]);
  });

  it('starves where nobody feeds it, or the wire is used', () => {
    const { rig, chips, wire } = createWire({ isParasite: true });
    wire.reset();
    wire.write(Uint8Array.of(0xcc, 0x44));
    expect(chips[0]!.starved).toBe(1);
    wire.reset();
    wire.write(Uint8Array.of(0xcc, 0x44), true);
    rig.advance(700);
    wire.reset();
    expect(chips[0]!.starved).toBe(2);
  });

  it('gives Fault when it converts for longer than it may', () => {
    const wire = createWire({ isParasite: true });
    const driver = createDs18b20(wire.group);
    sampleOne(wire, driver);
    wire.chips[0]!.faults.slowMs = 50;
    expect(sampleOne(wire, driver).code).toBe(Code.Fault);
  });
});

describe('DS18B20, options', () => {
  it.each([
    [9, 0x1f, 94],
    [10, 0x3f, 188],
    [11, 0x5f, 376],
    [12, 0x7f, 752],
  ] as const)('sets %i bits, and waits for them', (resolution, config, ms) => {
    const wire = createWire({});
    const driver = createDs18b20(wire.group, { resolution });
    expect(sampleOne(wire, driver).code).toBe(0);
    expect(wire.chips[0]!.scratchpad[4]).toBe(config);
    wire.rig.advance(2000);
    expect(sampleOne(wire, driver).ms).toBe(ms);
  });

  it('leaves the EEPROM alone', () => {
    const wire = createWire({});
    const driver = createDs18b20(wire.group, { resolution: 9 });
    sampleOne(wire, driver);
    driver.close();
    sampleOne(wire, driver);
    expect(wire.chips[0]!.wear).toBe(0);
  });

  it('is Absent for a place that nobody has, until a search finds somebody there', () => {
    const wire = createWire({}, {});
    wire.chips[1]!.faults.absent = true;
    const driver = createDs18b20(wire.group, { index: 1 });
    expect(sampleOne(wire, driver).code).toBe(Code.Absent);
    wire.chips[1]!.faults.absent = false;
    expect(sampleOne(wire, driver).code).toBe(0);
  });

  it('refuses a ROM of another family, or with a wrong CRC', () => {
    const { group } = createWire({});
    const rom = (family: number, turn: number): string => {
      const bytes = Uint8Array.of(family, 1, 2, 3, 4, 5, 6, 0);
      bytes[7] = crc8Low(bytes, 7) ^ turn;
      return hex(bytes);
    };
    const driver = createDs18b20(group);
    expect(driver.configure({ rom: rom(0x28, 0) })).toBe(Code.Ok);
    expect(driver.configure({ rom: rom(0x28, 0).toUpperCase() })).toBe(Code.Ok);
    expect(driver.configure({ rom: rom(0x28, 1) })).toBe(Code.BadOptions);
    expect(driver.configure({ rom: rom(0x26, 0) })).toBe(Code.BadOptions);
    expect(driver.configure({ rom: rom(0x28, 0) + '00' })).toBe(Code.BadOptions);
  });
});

describe('DS18B20 chip', () => {
  it('holds 85 degrees after power-up, and what its EEPROM holds', () => {
    const { chips } = createWire({ config: 0x3f }, { family: 0x10 });
    expect([...chips[0]!.scratchpad.slice(0, 8)]).toEqual([0x50, 0x05, 0x4b, 0x46, 0x3f, 0xff, 0x0c, 0x10]);
    expect([...chips[1]!.scratchpad.slice(0, 8)]).toEqual([0xaa, 0, 0x4b, 0x46, 0xff, 0xff, 0x0c, 0x10]);
  });

  it('keeps what is copied into its EEPROM, and recalls it', () => {
    const { rig, chips, wire } = createWire({});
    const tell = (...bytes: number[]): void => {
      wire.reset();
      wire.write(Uint8Array.of(0xcc, ...bytes));
    };
    tell(0x4e, 1, 2, 0xff);
    // Two bits of the configuration can be written.
    expect([...chips[0]!.scratchpad.slice(2, 5)]).toEqual([1, 2, 0x7f]);
    tell(0x48);
    expect(chips[0]!.wear).toBe(3);
    tell(0x4e, 3, 4, 0x3f);
    tell(0xb8);
    expect([...chips[0]!.scratchpad.slice(2, 5)]).toEqual([1, 2, 0x7f]);
    tell(0x4e, 3, 4, 0x3f);
    chips[0]!.brownOut(rig.now());
    expect([...chips[0]!.scratchpad.slice(0, 5)]).toEqual([0x50, 5, 1, 2, 0x7f]);
  });

  it('is busy for 750 ms, and shows the old temperature until then', () => {
    const { rig, chips, wire } = createWire({});
    const byte = new Uint8Array(1);
    const frame = new Uint8Array(9);
    wire.reset();
    wire.write(Uint8Array.of(0xcc, 0x44));
    rig.advance(749);
    wire.read(byte);
    expect(byte[0]).toBe(0);
    wire.reset();
    wire.write(Uint8Array.of(0xcc, 0xbe));
    wire.read(frame);
    expect(frame[0]).toBe(0x50);
    expect(crc8Low(frame, 9)).toBe(0);
    rig.advance(1);
    wire.reset();
    expect(chips[0]!.scratchpad[0]).toBe(160);
  });
});

/** What a search compares: bits, low one of the first byte first. */
function lowFirst(chip: Ds18b20Chip): string {
  return chip.rom.map((byte) => byte.toString(2).padStart(8, '0').split('').reverse().join('')).join('');
}
