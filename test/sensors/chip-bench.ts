// A driver and its chip on a bench whose bus can be looked at: what was written, byte by byte, and what the chip answers,
// which a test may change before the driver sees it.

import type { I2cDevice } from '../../sim/chips/i2c-device.ts';
import { createRig } from '../../sim/rig/rig.ts';
import type { Rig } from '../../sim/rig/rig.ts';
import type { I2cBus } from '../../src/ports/i2c.ts';
import type { Reading } from '../../src/ports/reading.ts';
import type { Driver } from '../../src/sensors/driver.ts';

export interface ChipBench<D extends Driver> {
  readonly rig: Rig;
  readonly driver: D;
  readonly out: Reading;
  /** All writes so far, bytes in hexadecimal: 'fd', '24 00'. */
  readonly sent: string[];
  /** Milliseconds of the clock for each of them. */
  readonly sentAt: number[];
  /** What to do to the bytes that a chip gave; `command` was written before. */
  tamper: (into: Uint8Array, command: string) => void;
  /** One whole sample. @returns its code. */
  sample(): number;
  /** A sample that must succeed. @returns its values. */
  values(): number[];
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

export function createChipBench<D extends Driver>(chip: I2cDevice, create: (bus: I2cBus) => D): ChipBench<D> {
  const rig = createRig(1000);
  rig.devices.push(chip);

  function note(bytes: Uint8Array): void {
    bench.sent.push(hex(bytes));
    bench.sentAt.push(rig.now());
  }

  function answered(code: number, into: Uint8Array): number {
    if (code === 0) bench.tamper(into, bench.sent[bench.sent.length - 1] ?? '');
    return code;
  }

  const driver = create({
    write(address, bytes) {
      note(bytes);
      return rig.i2c.write(address, bytes);
    },
    read: (address, into) => answered(rig.i2c.read(address, into), into),
    readRegister(address, register, into) {
      note(Uint8Array.of(register));
      return answered(rig.i2c.readRegister(address, register, into), into);
    },
  });

  function sample(): number {
    let answer = driver.start(rig.now());
    for (let polls = 0; answer > 0; polls++) {
      if (polls > 1000) throw new Error('never ends');
      rig.advance(answer);
      answer = driver.poll(rig.now(), bench.out);
    }
    return answer;
  }

  const bench: ChipBench<D> = {
    rig,
    driver,
    out: { values: new Int32Array(driver.channels.length), time: -1 },
    sent: [],
    sentAt: [],
    tamper: () => {},
    sample,
    values() {
      const code = sample();
      if (code !== 0) throw new Error(`the sample ended with code ${code}`);
      return [...bench.out.values];
    },
  };
  return bench;
}
