// The boot selector: which program it starts by what stands in the choice file, torn or not, and how a trial ends. The host's
// own judgement of the same bytes is held against it.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SELECTOR_CODE_FILE, writeSelectorCode } from '../../../bench/selector.ts';
import {
  CHOICE_BYTES,
  CHOICE_FILE,
  chooseProgram,
  entryHead,
  firstBlankPlace,
  LOCK_FILE,
  PLACE_BYTES,
  SLOT_FILES,
  sumOf,
  type Slot,
} from '../../../flash/upload/layout.ts';
import { createRandom } from '../../../sim/network/random.ts';
import { boot, type Files } from './selector-world.ts';

const SEED = 77;
const program = (name: string) => Buffer.from(`ran('${name}')`, 'latin1');
const A = program('a');
const B = program('b');
const SUMS = { a: sumOf(A), b: sumOf(B) };
const sums = [SUMS.a, SUMS.b] as const;

interface Marks {
  tries?: number;
  healthy?: boolean;
  rejected?: boolean;
}

function place(
  slot: Slot,
  { tries = 0, healthy = false, rejected = false }: Marks = {},
  reports = true,
): Uint8Array {
  const bytes = new Uint8Array(PLACE_BYTES).fill(0xff);
  bytes.set(entryHead(slot, reports, 10, slot === 0 ? SUMS.a : SUMS.b));
  bytes.fill(0, 8, 8 + tries);
  if (healthy) bytes[11] = 0;
  if (rejected) bytes[12] = 0;
  return bytes;
}

function choiceOf(...places: Uint8Array[]): Uint8Array {
  const choice = new Uint8Array(CHOICE_BYTES).fill(0xff);
  places.forEach((bytes, i) => choice.set(bytes, i * PLACE_BYTES));
  return choice;
}

const board = (choice: Uint8Array, files: Files = {}): Files => ({
  [SLOT_FILES[0]]: A,
  [SLOT_FILES[1]]: B,
  [CHOICE_FILE]: choice,
  ...files,
});

const HEALTHY_A = place(0, { healthy: true });
const isBlank = (choice: Uint8Array, at: number) => choice[at] === 0xff;

describe('the selector', () => {
  it('is what its source gives', async () => {
    expect(readFileSync(SELECTOR_CODE_FILE, 'latin1')).toBe(await writeSelectorCode());
  });

  it('starts the program of the newest entry', () => {
    expect(boot(board(choiceOf(HEALTHY_A))).ran).toEqual(['a']);
    expect(boot(board(choiceOf(HEALTHY_A, place(1, { healthy: true })))).ran).toEqual(['b']);
  });

  it('lets a new program try three times, then goes back', () => {
    const files = board(choiceOf(HEALTHY_A, place(1)));
    for (let tries = 1; tries <= 3; tries++) {
      const start = boot(files);
      expect(start.ran).toEqual(['b']);
      expect(start.printed.at(-1)).toBe(`mote: mote.b, try ${tries} of 3`);
      expect(start.watchdogSec).toBe(60);
    }
    expect(boot(files).ran).toEqual(['a']);
  });

  it('keeps a program that reports', () => {
    const files = board(choiceOf(HEALTHY_A, place(1)));
    const start = boot(files);
    start.root.moteHealthy!();
    expect(start.root.moteHealthy).toBeUndefined();
    start.pass(3_600_000);
    expect(start.restarts).toBe(0);
    for (let i = 0; i < 5; i++) expect(boot(files).ran).toEqual(['b']);
    expect(isBlank(files[CHOICE_FILE]!, PLACE_BYTES + 9)).toBe(true);
  });

  it('gives up a program that does not report in its time', () => {
    const files = board(choiceOf(HEALTHY_A, place(1)));
    const start = boot(files);
    start.pass(10 * 60_000 - 1);
    expect(start.restarts).toBe(0);
    start.pass(1000);
    expect(start.restarts).toBe(1);
    expect(start.printed.at(-1)).toMatch(/rejected.*not healthy after 10 min/);
    expect(boot(files).ran).toEqual(['a']);
  });

  it('gives up a program that throws as it starts, or is none', () => {
    for (const text of ["ran('b');throw new Error('broken')", 'var x = ;']) {
      const bad = Buffer.from(text, 'latin1');
      const files = board(choiceOf(HEALTHY_A), { [SLOT_FILES[1]]: bad });
      files[CHOICE_FILE]!.set(entryHead(1, true, 10, sumOf(bad)), PLACE_BYTES);
      const start = boot(files);
      start.pass(1000);
      expect(start.restarts).toBe(1);
      expect(boot(files).ran).toEqual(['a']);
    }
  });

  it('takes half a minute without an error for the report of a program that cannot', () => {
    const files = board(choiceOf(HEALTHY_A, place(1, {}, false)));
    const start = boot(files);
    start.pass(31_000);
    expect(start.printed.at(-1)).toBe('mote: healthy');
    expect(start.uncaught('late')).toBe(false);
    expect(boot(files).ran).toEqual(['b']);
  });

  it('gives such a program up at an uncaught error', () => {
    const files = board(choiceOf(HEALTHY_A, place(1, {}, false)));
    const start = boot(files);
    start.pass(20_000);
    expect(start.uncaught(new Error('late'))).toBe(true);
    start.pass(60_000);
    expect(start.printed.some((line) => /^Uncaught .*late/.test(line))).toBe(true);
    expect(start.restarts).toBe(1);
    expect(boot(files).ran).toEqual(['a']);
  });

  it('counts no wake from deep sleep as a failed try', () => {
    const files = board(choiceOf(HEALTHY_A, place(1)));
    for (let i = 0; i < 9; i++) expect(boot(files, { wakeupCause: 4 }).ran).toEqual(['b']);
  });

  it('never gives up the only program', () => {
    const files = board(choiceOf(place(0)));
    delete files[SLOT_FILES[1]];
    for (let i = 0; i < 9; i++) {
      const start = boot(files);
      expect(start.ran).toEqual(['a']);
      start.pass(3_600_000);
      expect(start.restarts).toBe(0);
    }
    boot(files).root.moteHealthy!();
    expect(boot(files).root.moteHealthy).toBeUndefined();
  });

  it('starts the only program where no entry says which', () => {
    const files: Files = { [SLOT_FILES[1]]: B };
    expect(boot(files).ran).toEqual(['b']);
    expect(boot({ ...files, [CHOICE_FILE]: choiceOf() }).ran).toEqual(['b']);
    expect(boot({}).ran).toEqual([]);
    expect(boot(board(choiceOf())).ran).toEqual([]);
  });

  it('takes no program that is damaged', () => {
    const files = board(choiceOf(HEALTHY_A, place(1, { healthy: true })), { [SLOT_FILES[1]]: program('c') });
    expect(boot(files).ran).toEqual(['a']);
  });

  it('locks the console before anything runs, with a password that is whole', () => {
    const sum = Buffer.alloc(4);
    sum.writeUInt32LE(sumOf(Buffer.from('secret')));
    const locked = boot(
      board(choiceOf(HEALTHY_A), { [LOCK_FILE]: Buffer.concat([sum, Buffer.from('secret')]) }),
    );
    expect([locked.password, locked.isLocked]).toEqual(['secret', true]);
    const torn = boot(
      board(choiceOf(HEALTHY_A), { [LOCK_FILE]: Buffer.concat([sum, Buffer.from('secre\xff', 'latin1')]) }),
    );
    expect([torn.password, torn.isLocked]).toEqual([undefined, false]);
    expect(torn.ran).toEqual(['a']);
  });
});

/** What is left of programming `bytes` over blank ones: each bit cleared or not. */
const torn = (bytes: Uint8Array, keep: (bit: number) => boolean) =>
  bytes.map((byte, i) => {
    let left = byte;
    for (let bit = 0; bit < 8; bit++) if (keep(8 * i + bit)) left |= 1 << bit;
    return left;
  });

describe('an entry that was not written to its end', () => {
  const whole = entryHead(1, true, 10, SUMS.b);
  const former = () => choiceOf(HEALTHY_A);
  const startWith = (head: Uint8Array) => {
    const choice = former();
    choice.set(head, PLACE_BYTES);
    return boot(board(choice)).ran;
  };

  it('is none after each byte, and with each bit left out', () => {
    for (let bytes = 0; bytes < whole.length; bytes++) {
      expect(startWith(torn(whole, (bit) => bit >= 8 * bytes)), `${bytes} bytes`).toEqual(['a']);
      expect(startWith(torn(whole, (bit) => bit < 8 * bytes)), `but ${bytes} bytes`).toEqual([
        bytes === 0 ? 'b' : 'a',
      ]);
    }
    for (let at = 0; at < 8 * whole.length; at++) {
      const left = torn(whole, (bit) => bit === at);
      const isSame = left.every((byte, i) => byte === whole[i]);
      expect(startWith(left), `bit ${at}`).toEqual([isSame ? 'b' : 'a']);
    }
  });

  it('is none in any state of its first two bytes', () => {
    for (let first = 0; first < 256; first++) {
      for (let second = 0; second < 256; second += 1) {
        const [flags, complement] = whole as unknown as [number, number];
        if ((first & flags) !== flags || (second & complement) !== complement) continue;
        if (first === flags && second === complement) continue;
        expect((first ^ second) === 255, `${first} ${second}`).toBe(false);
      }
    }
  });

  it('leaves no mark that is neither', () => {
    for (let mark = 0; mark < 255; mark += 6) {
      for (const at of [8, 9, 10, 11, 12]) {
        const choice = choiceOf(HEALTHY_A, place(1));
        choice[PLACE_BYTES + at] = mark;
        expect(['a', 'b']).toContain(boot(board(choice)).ran[0]);
      }
    }
  });
});

describe('the host', () => {
  it(`judges choice files as the selector does (seed ${SEED})`, () => {
    const random = createRandom(SEED);
    const anyPlace = () => {
      const bytes = place(random.chance(0.5) ? 0 : 1, {
        tries: random.integer(0, 3),
        healthy: random.chance(0.3),
        rejected: random.chance(0.3),
      });
      if (random.chance(0.3)) bytes[random.integer(0, 7)] = random.integer(0, 255);
      if (random.chance(0.1)) bytes.fill(0xff, 0, random.integer(0, 8));
      return bytes;
    };
    for (let run = 0; run < 400; run++) {
      const choice = choiceOf(...Array.from({ length: random.integer(0, 5) }, anyPlace));
      const hasA = random.chance(0.9);
      const hasB = random.chance(0.9);
      const files = board(choice.slice());
      if (!hasA) delete files[SLOT_FILES[0]];
      if (!hasB) delete files[SLOT_FILES[1]];
      const before = chooseProgram(choice, [hasA ? sums[0] : undefined, hasB ? sums[1] : undefined]);
      const { root, ran } = boot(files);
      expect(root.moteBoot.slot, `run ${run}`).toBe(before?.slot ?? -1);
      expect(root.moteBoot.place, `run ${run}`).toBe(before?.entry?.place ?? -1);
      expect(root.moteBoot.isTrial, `run ${run}`).toBe(before?.isTrial ?? false);
      expect(ran).toEqual(before === undefined ? [] : ['ab'[before.slot]]);
    }
  });

  it('finds the first place that is blank', () => {
    expect(firstBlankPlace(choiceOf())).toBe(0);
    expect(firstBlankPlace(choiceOf(HEALTHY_A, HEALTHY_A))).toBe(2);
    const full = new Uint8Array(CHOICE_BYTES);
    expect(firstBlankPlace(full)).toBe(CHOICE_BYTES / PLACE_BYTES);
  });
});
