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
  PLACES,
  readEntry,
  SLOT_FILES,
  sumOf,
  WAKE_PLACES,
  WAKES,
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
const wake = (files: Files) => boot(files, { wakeupCause: 4 });
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

  it(`gives up a program that ${WAKES} wakes from deep sleep have brought no report of`, () => {
    const files = board(choiceOf(HEALTHY_A, place(1)));
    for (let wakes = 1; wakes <= WAKES; wakes++) {
      const start = wake(files);
      expect(start.ran, `wake ${wakes}`).toEqual(['b']);
      expect(start.printed.at(-1)).toBe(`mote: mote.b, wake ${wakes} of ${WAKES}`);
    }
    // None of them was a try.
    expect(
      files[CHOICE_FILE]!.subarray(PLACE_BYTES + 8, 2 * PLACE_BYTES).every((byte) => byte === 0xff),
    ).toBe(true);
    expect(wake(files).ran).toEqual(['a']);
    expect(boot(files).ran).toEqual(['a']);
    expect(chooseProgram(files[CHOICE_FILE]!, sums)).toMatchObject({ slot: 0, isTrial: false });
    // The next upload takes a place behind.
    const next = firstBlankPlace(files[CHOICE_FILE]!);
    expect(next).toBe(2 + WAKE_PLACES);
    files[CHOICE_FILE]!.set(place(1), next * PLACE_BYTES);
    expect(wake(files).ran).toEqual(['b']);
  });

  it('keeps a program whose last wake brings a report', () => {
    const files = board(choiceOf(HEALTHY_A, place(1)));
    for (let wakes = 1; wakes < WAKES; wakes++) wake(files);
    wake(files).root.moteHealthy!();
    for (let i = 0; i < 5; i++) expect(wake(files).ran).toEqual(['b']);
  });

  it('counts no wake of the only program, and none behind the last place', () => {
    const only = board(choiceOf(place(0)));
    delete only[SLOT_FILES[1]];
    for (let i = 0; i < 2 * WAKES; i++) expect(wake(only).ran).toEqual(['a']);
    expect(firstBlankPlace(only[CHOICE_FILE]!)).toBe(1);
    const last = choiceOf(...Array.from({ length: PLACES - 1 }, () => HEALTHY_A), place(1));
    const full = board(last);
    for (let i = 0; i < 3; i++) expect(wake(full).ran).toEqual(['b']);
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

  it('is none in any state of its flags, or of its minutes', () => {
    for (const at of [0, 2]) {
      const [byte, complement] = [whole[at]!, whole[at + 1]!];
      for (let first = 0; first < 256; first++) {
        for (let second = 0; second < 256; second++) {
          if ((first & byte) !== byte || (second & complement) !== complement) continue;
          if (first === byte && second === complement) continue;
          const choice = former();
          choice.set(whole, PLACE_BYTES);
          choice.set([first, second], PLACE_BYTES + at);
          expect(readEntry(choice, 1), `${first} ${second}`).toBeUndefined();
          // The selector on some of them: each is a start of its own.
          if ((first + second) % 5 === 0) {
            expect(boot(board(choice)).ran, `${first} ${second}`).toEqual(['a']);
          }
        }
      }
    }
  });

  it.each([
    ['a first try is a try', 8, {}, 'b', ['try 2 of 3']],
    ['a last try is the last', 10, { tries: 2 }, 'a', []],
    ['healthy is healthy', 11, { tries: 3 }, 'b', []],
    ['rejected is rejected', 12, {}, 'a', []],
  ] as const)('half a mark of %s', (_, at, marks, runs, says) => {
    for (let left = 0; left < 255; left += 6) {
      const choice = choiceOf(HEALTHY_A, place(1, marks));
      choice[PLACE_BYTES + at] = left;
      expect(chooseProgram(choice, sums)!.slot, `${left}`).toBe('ab'.indexOf(runs));
      const start = boot(board(choice));
      expect(start.ran, `${left}`).toEqual([runs]);
      for (const text of says) expect(start.printed.at(-1)).toContain(text);
    }
  });

  it('half a mark of a wake is a wake, and never an entry', () => {
    for (let wakes = 0; wakes < WAKES; wakes++) {
      for (const left of [0, 1, 2, 0x55, 0x7f, 0x80, 0xfd, 0xfe]) {
        const choice = choiceOf(HEALTHY_A, place(1));
        choice.fill(0, 2 * PLACE_BYTES, 2 * PLACE_BYTES + wakes);
        choice[2 * PLACE_BYTES + wakes] = left;
        const isLast = wakes === WAKES - 1;
        for (let behind = 2; behind < 2 + WAKE_PLACES; behind++) {
          const entry = readEntry(choice, behind);
          expect(entry === undefined || entry.sum !== sums[entry.slot], `${wakes} ${left}`).toBe(true);
        }
        expect(chooseProgram(choice, sums)!.slot, `${wakes} ${left}`).toBe(isLast ? 0 : 1);
        const start = wake(board(choice));
        expect(start.ran, `${wakes} ${left}`).toEqual([isLast ? 'a' : 'b']);
        if (!isLast) expect(start.printed.at(-1)).toContain(`wake ${wakes + 2} of ${WAKES}`);
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
      if (random.chance(0.4)) {
        const behind = firstBlankPlace(choice) * PLACE_BYTES;
        choice.fill(0, behind, behind + random.integer(0, WAKES));
      }
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
