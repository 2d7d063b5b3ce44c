// A count beside the messages. What a loss of power does to a value is in test/power.
import { describe, expect, it } from 'vitest';
import { constant } from '../../src/bytes/bytes.ts';
import { createRandom } from '../../sim/network/random.ts';
import type { SeededRandom } from '../../sim/network/random.ts';
import type { Nor } from '../../sim/nor.ts';
import type { EdgeInput, OnChange } from '../../src/ports/gpio.ts';
import { createPulses, WATER_METER } from '../../src/sensors/pulses.ts';
import { createCountStore } from '../../src/outbox/count-store.ts';
import { createRamOutbox } from '../../src/outbox/ram.ts';
import { Code } from '../../src/ports/codes.ts';
import {
  append,
  createBench,
  createChip,
  cutPower,
  list,
  restorePower,
  type Region,
} from '../power/bench.ts';

const region: Region = { pages: 3, pageBytes: 1024, unit: 4, ecc: false };
const KEY = 11;

function open(nor = createChip(region)) {
  const outbox = createBench(nor, region).outbox;
  expect(outbox.open(7)).toBe(Code.Ok);
  return { nor, outbox, store: createCountStore(outbox, KEY) };
}

describe('count store', () => {
  it.each([
    [0, 0],
    [1, 0],
    [0xffff, 0],
    [0x10000, 1],
    [0x7ffffff, 0x10000],
    [0x7654321, 0x3ffffff],
  ])('has %i and %i again after a start', (low, high) => {
    const { nor, store } = open();
    expect(store.save(Int32Array.of(low, high))).toBe(Code.Ok);
    const parts = new Int32Array(2);
    expect(open(nor).store.load(parts)).toBe(Code.Ok);
    expect([...parts]).toEqual([low, high]);
  });

  it('is empty at first, and leaves what it is given alone', () => {
    const parts = Int32Array.of(5, 6);
    expect(open().store.load(parts)).toBe(Code.Empty);
    expect([...parts]).toEqual([5, 6]);
  });

  it.each(['', '\0\0\0\0\0\0\0', '\0\0\0\x08\0\0\0\0', '\0\0\0\0\0\0\0\x04', '\0\0\0\0\0\0\0\0\0'])(
    'takes nothing else for a count: %j',
    (bytes) => {
      const { outbox, store } = open();
      outbox.remember(KEY, constant(bytes));
      const parts = Int32Array.of(5, 6);
      expect(store.load(parts)).toBe(Code.Empty);
      expect([...parts]).toEqual([5, 6]);
    },
  );

  it('keeps two counts apart, and goes with the messages from page to page', () => {
    const { nor, outbox, store } = open();
    const other = createCountStore(outbox, KEY + 1);
    other.save(Int32Array.of(9, 9));
    for (let i = 1; i <= 300; i++) {
      expect(append(outbox, `message ${i}`)).toBe(i);
      expect(store.save(Int32Array.of(i, 0))).toBe(Code.Ok);
      outbox.acknowledge(i);
      outbox.idle();
    }
    const parts = new Int32Array(2);
    const again = open(nor);
    again.store.load(parts);
    expect([...parts]).toEqual([300, 0]);
    createCountStore(again.outbox, KEY + 1).load(parts);
    expect([...parts]).toEqual([9, 9]);
  });

  it('is empty where the outbox keeps nothing, and says so where it cannot', () => {
    const store = createCountStore(createRamOutbox(2, 100), KEY);
    store.save(Int32Array.of(1, 0));
    expect(store.load(new Int32Array(2))).toBe(Code.Empty);
    expect(createCountStore(open().outbox, 99).save(Int32Array.of(1, 0))).toBe(Code.Range);
  });
});

describe('a meter with its count beside the messages', () => {
  /** Pulses saved together. */
  const EVERY = 5;

  /** One life of a board: pulses and messages until the power fails. @returns pulses that came, and those that were there at the start. */
  function live(nor: Nor, cut: number, random: SeededRandom) {
    const { outbox, store } = open(nor);
    // What the last life left would fill the pages, and nothing could be kept then.
    for (const { sequence } of list(outbox)) outbox.acknowledge(sequence);
    let told: OnChange = () => {};
    const input: EdgeInput = { read: () => 1, watch: (onChange) => void (told = onChange) };
    const use = { ...WATER_METER, total: { ...WATER_METER.total, decimals: 0, precision: 0 } };
    const driver = createPulses(input, store, use, { saveEvery: EVERY });
    const out = { values: new Int32Array(2), time: 0 };
    const answer = driver.start(0);
    expect(driver.poll(answer, out)).toBe(Code.Ok);
    const isDark = cutPower(nor, region, cut, random);
    let pulses = 0;
    for (; !isDark() && pulses < 400; pulses++) {
      told(0, 50000);
      told(1, 50000);
      outbox.idle();
      if (pulses % 3 === 0) outbox.acknowledge(append(outbox, `pulse ${pulses}`));
    }
    restorePower(nor);
    return { pulses, before: out.values[0]! };
  }

  it('loses few pulses with the power, whenever that fails, and never has one too many', () => {
    const random = createRandom(5);
    for (let round = 0; round < 12; round++) {
      const nor = createChip(region);
      let given = 0;
      for (let life = 0; life < 12; life++) {
        const { pulses, before } = live(nor, random.integer(0, 150), random);
        expect(before).toBeLessThanOrEqual(given);
        expect(before).toBeGreaterThan(given - EVERY * 2);
        // What was lost is lost: the next life begins from what was there.
        given = before + pulses;
      }
    }
  });
});
