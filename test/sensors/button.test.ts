import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSwitchChip } from '../../sim/chips/switch.ts';
import { createEdgeInput } from '../../sim/rig/inputs.ts';
import { NO_VALUE } from '../../src/ports/reading.ts';
import { createButton, Gesture } from '../../src/sensors/button.ts';
import type { ButtonOptions } from '../../src/sensors/button.ts';
import { createPinBench } from './pin-bench.ts';

function createPressed(options: ButtonOptions = {}, bounceMs = 8, isAttached = true) {
  const button = { pressed: 0 };
  const chip = createSwitchChip({ closed: () => button.pressed, bounceMs, seed: 4 });
  const bench = createPinBench((rig) => {
    rig.onTick(chip.tick);
    return createButton(chip.input, options);
  }, isAttached);
  bench.pass(10);
  bench.sample();
  bench.log.splice(0);
  const begin = bench.rig.now();
  /** Pressed, released, and so on, for milliseconds each. */
  const play = (...times: number[]) => {
    for (const ms of times) {
      button.pressed ^= 1;
      bench.pass(ms);
    }
  };
  /** What was told, and how many milliseconds behind the start. */
  const gestures = () =>
    bench.log
      .map((line) => line.split(/:? /).map(Number))
      .filter(([, , , gesture]) => gesture !== NO_VALUE)
      .map(([time, , , gesture]) => [gesture, time! - (begin - 1000)]);
  const kinds = () => gestures().map(([gesture]) => gesture);
  return { button, chip, play, gestures, kinds, ...bench };
}

describe('button', () => {
  it('tells of a press as soon as it has stopped bouncing, and of its end', () => {
    const { play, log } = createPressed();
    play(200, 1000);
    const states = log.map((line) => line.split(' ')[1]);
    expect(states).toEqual(['1', '0', '0']);
    expect(Number(log[0]!.split(':')[0])).toBeLessThan(10 + 21 + 1 + 8 + 2 * 21);
    expect(Number(log[1]!.split(':')[0]) - Number(log[0]!.split(':')[0])).toBe(200);
  });

  it.each([
    ['one press', [100, 2000], [Gesture.Single]],
    ['two presses', [100, 150, 100, 2000], [Gesture.Double]],
    ['two presses, the second of them long', [100, 150, 3000, 2000], [Gesture.Double]],
    ['two presses far from each other', [100, 600, 100, 2000], [Gesture.Single, Gesture.Single]],
    ['three presses', [100, 150, 100, 150, 100, 2000], [Gesture.Double, Gesture.Single]],
    ['four presses', [100, 150, 100, 150, 100, 150, 100, 999], [Gesture.Double, Gesture.Double]],
    ['a long press', [1500, 2000], [Gesture.Long]],
    ['a very long press', [140000, 2000], [Gesture.Long]],
    ['a short press and a long one behind it', [100, 600, 1500, 2000], [Gesture.Single, Gesture.Long]],
    ['a long press and a short one at once', [1500, 150, 100, 2000], [Gesture.Long, Gesture.Single]],
    ['a press that is too short', [15, 2000], []],
  ])('knows %s', (_, times, wanted) => {
    const { play, kinds } = createPressed({}, 3);
    play(...times);
    expect(kinds()).toEqual(wanted);
  });

  it('tells a long press while it is held, and a single one when no other can follow', () => {
    const long = createPressed({ longMs: 1000 });
    long.play(3000, 1000);
    expect(long.gestures()[0]![1]).toBeGreaterThanOrEqual(1000);
    expect(long.gestures()[0]![1]).toBeLessThan(1000 + 8 + 2 * 21);
    const single = createPressed({ doubleMs: 500 });
    single.play(100, 3000);
    expect(single.gestures()[0]![1]).toBeGreaterThanOrEqual(600);
    expect(single.gestures()[0]![1]).toBeLessThan(600 + 8 + 2 * 21);
  });

  it('counts presses, whatever they mean', () => {
    const { play, out, sample } = createPressed();
    play(100, 150, 100, 150, 100, 900, 1500, 500, 10, 500);
    sample();
    expect(out.values[1]).toBe(4);
  });

  it('is right when the firmware comes to it late', () => {
    const { chip, play, kinds, out, rig, button, sample } = createPressed({}, 0);
    const late = (...times: number[]) => {
      chip.input.hold();
      for (const ms of times) {
        button.pressed ^= 1;
        rig.advance(ms);
      }
      chip.input.release();
    };
    late(100, 150, 100, 3000);
    play();
    sample();
    expect([kinds(), out.values[1]]).toEqual([[Gesture.Double], 2]);
    late(1500, 3000);
    sample();
    expect(kinds()).toEqual([Gesture.Double, Gesture.Long]);
    // Both within the time in which nobody looked, but not within that of a double press: the last is told.
    late(100, 1000, 100, 3000);
    sample();
    expect([kinds().slice(2), out.values[1]]).toEqual([[Gesture.Single], 5]);
  });

  it('does not take a press for a single one whose second press nobody has told it yet', () => {
    const { chip, play, kinds, rig, button, pass } = createPressed({}, 0);
    play(100, 100);
    // The event loop stands until long after the second press; the timer fires first.
    chip.input.hold();
    for (const ms of [100, 2000]) {
      button.pressed ^= 1;
      rig.advance(ms);
    }
    pass(0);
    chip.input.release();
    pass(1000);
    expect(kinds()).toEqual([Gesture.Double]);
  });

  it('tells the last gesture with the next sample when nobody listens, once', () => {
    const { play, out, sample } = createPressed({}, 8, false);
    play(100, 150, 100, 5000);
    sample();
    expect(Array.from(out.values)).toEqual([0, 2, Gesture.Double]);
    sample();
    expect(Array.from(out.values)).toEqual([0, 2, NO_VALUE]);
  });

  it('makes nothing of a button that is held while the board starts', () => {
    const input = createEdgeInput(0);
    let now = 0;
    const bench = createPinBench((rig) => {
      rig.onTick((time) => void (now = time));
      return createButton(input);
    });
    bench.sample();
    expect(Array.from(bench.out.values)).toEqual([1, 0, NO_VALUE]);
    bench.pass(5000);
    bench.sample();
    input.drive(1, now, 0);
    bench.pass(5000);
    bench.sample();
    expect(bench.log.map((line) => line.split(': ')[1])).toEqual([
      `1 0 ${NO_VALUE}`,
      `1 0 ${NO_VALUE}`,
      `0 0 ${NO_VALUE}`,
      `0 0 ${NO_VALUE}`,
    ]);
  });

  it('may be one that makes its pin high', () => {
    const input = createEdgeInput(0);
    let now = 0;
    const bench = createPinBench((rig) => {
      rig.onTick((time) => void (now = time));
      return createButton(input, { activeHigh: true });
    });
    bench.sample();
    expect(Array.from(bench.out.values)).toEqual([0, 0, NO_VALUE]);
    input.drive(1, now, 0);
    bench.pass(100);
    expect(Array.from(bench.out.values)).toEqual([1, 1, NO_VALUE]);
  });

  it('forgets what went on before it was closed, but not how often it was pressed', () => {
    const { play, out, sample, driver } = createPressed();
    play(100, 60);
    driver.close();
    play(0);
    sample();
    expect(Array.from(out.values)).toEqual([1, 2, NO_VALUE]);
    const unheard = createPressed({}, 8, false);
    unheard.play(100, 100, 100, 500);
    unheard.driver.close();
    unheard.sample();
    expect(Array.from(unheard.out.values)).toEqual([0, 2, NO_VALUE]);
  });

  it('finds what any presses mean, for any that a reference finds', () => {
    // Clearly on one side of each limit: bounces and looks take up to 60 ms.
    const press = fc.constantFrom(80, 200, 500, 1000, 1500);
    const pause = fc.constantFrom(80, 200, 500, 1000);
    fc.assert(
      fc.property(fc.array(fc.tuple(press, pause), { minLength: 1, maxLength: 6 }), (story) => {
        const wanted: number[] = [];
        let isOpen = false;
        story.forEach(([held, gap]) => {
          if (isOpen) {
            wanted.push(Gesture.Double);
            isOpen = false;
          } else if (held >= 800) wanted.push(Gesture.Long);
          else isOpen = true;
          if (isOpen && gap >= 350) {
            wanted.push(Gesture.Single);
            isOpen = false;
          }
        });
        if (isOpen) wanted.push(Gesture.Single);
        const { play, kinds } = createPressed();
        play(...story.flat());
        play(0);
        play(1000);
        expect(kinds()).toEqual(wanted);
      }),
      { numRuns: 60 },
    );
  });
});
