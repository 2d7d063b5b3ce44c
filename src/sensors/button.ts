// A push button: whether it is pressed, how often it was, and what that meant: one press, two in a row, a long one. Told at once,
// see `attach`. Times are those of the edges, so that they are right however late the firmware comes to them. It has no identity,
// and a broken wire is a button that nobody presses. What never stops bouncing is Code.Fault.

import { Code } from '../ports/codes.ts';
import type { EdgeInput } from '../ports/gpio.ts';
import { NO_VALUE } from '../ports/reading.ts';
import type { ChannelMeta } from '../ports/reading.ts';
import type { Driver } from './driver.ts';
import { isWhole } from './options.ts';
import { createSampler } from './sampler.ts';
import { createSteady } from './steady.ts';

export interface ButtonOptions {
  /** true: a high pin is pressed. Default: a low one, with a pull-up and the button to ground. */
  readonly activeHigh?: boolean;
  /** A level counts when it has been there so long, 1 to 200 ms; default 20. */
  readonly debounceMs?: number;
  /** A second press belongs to the first when it begins within this after it, 50 to 5000 ms; default 350. */
  readonly doubleMs?: number;
  /** A press is a long one from so long on, 200 to 60000 ms; default 800. Told while the button is still held. */
  readonly longMs?: number;
}

/** What the channel "gesture" says, NO_VALUE between them. Of several between two samples it says the last. */
export const enum Gesture {
  Single = 1,
  Double = 2,
  Long = 3,
}

const CHANNELS: readonly ChannelMeta[] = [
  {
    key: 'pressed',
    unit: '',
    deviceClass: '',
    kind: 'binary',
    decimals: 0,
    precision: 0,
    min: 0,
    max: 1,
  },
  // Since the firmware started. It goes on from 0 behind its end.
  {
    key: 'presses',
    unit: '',
    deviceClass: '',
    kind: 'total',
    decimals: 0,
    precision: 0,
    min: 0,
    max: 0x7ffffff,
  },
  {
    key: 'gesture',
    unit: '',
    deviceClass: '',
    decimals: 0,
    precision: 0,
    min: Gesture.Single,
    max: Gesture.Long,
  },
];

/** A button at `input`. */
export function createButton(input: EdgeInput, options: ButtonOptions = {}): Driver<ButtonOptions> {
  const steady = createSteady(input, onSteady);
  let pressedLevel = 0;
  let doubleMs = 0;
  let longMs = 0;
  let isPressed = false;
  let presses = 0;
  let gesture = NO_VALUE;
  /** What is going on: a short press that another may follow; a press that has been told already as part of something. */
  let isWaiting = false;
  let isTold = false;
  /** Time until it means something that the level has not changed; 0: it means nothing. */
  let meansIn = 0;

  function tell(what: number): void {
    gesture = what;
    isWaiting = false;
  }

  function press(): void {
    presses = (presses + 1) & 0x7ffffff;
    isTold = isWaiting;
    if (isWaiting) tell(Gesture.Double);
  }

  function release(): void {
    if (!isTold) isWaiting = true;
  }

  /** The button has stayed as it is for `us`, and may have gone on to something else since. */
  function wait(us: number): void {
    const limitMs = isPressed ? (isTold ? 0 : longMs) : isWaiting ? doubleMs : 0;
    const leftMs = limitMs - ((us / 1000) | 0);
    meansIn = leftMs > 0 ? leftMs : 0;
    if (limitMs === 0 || leftMs > 0) return;
    tell(isPressed ? Gesture.Long : Gesture.Single);
    isTold = true;
  }

  function onSteady(level: number, heldUs: number): void {
    const pressed = level === pressedLevel;
    if (pressed !== isPressed) {
      isPressed = pressed;
      if (pressed) press();
      else release();
    }
    wait(heldUs);
  }

  function configure(next: ButtonOptions): number {
    const debounceMs = next.debounceMs === undefined ? 20 : next.debounceMs;
    doubleMs = next.doubleMs === undefined ? 350 : next.doubleMs;
    longMs = next.longMs === undefined ? 800 : next.longMs;
    pressedLevel = next.activeHigh === true ? 1 : 0;
    if (!isWhole(debounceMs, 1, 200) || !isWhole(doubleMs, 50, 5000)) return Code.BadOptions;
    if (!isWhole(longMs, 200, 60000)) return Code.BadOptions;
    steady.setTime(debounceMs * 1000);
    // A button that is held while the board starts means nothing until it is let go.
    isPressed = input.read() === pressedLevel;
    isTold = true;
    return Code.Ok;
  }

  function setUp(): number {
    isWaiting = false;
    gesture = NO_VALUE;
    return Code.Ok;
  }

  function measure(step: number, now: number, values: Int32Array): number {
    const answer = steady.sample(step, now);
    if (step === 0 || answer !== 0) return answer;
    values[0] = isPressed ? 1 : 0;
    values[1] = presses;
    values[2] = gesture;
    gesture = NO_VALUE;
    if (meansIn > 0) steady.ask(meansIn);
    return Code.Ok;
  }

  return createSampler(
    {
      channels: CHANNELS,
      warmUpMs: 0,
      minIntervalMs: 10,
      discard: 0,
      retryMs: 0,
      patienceMs: 0,
      configure,
      setUp,
      measure,
      sleep: steady.hush,
      attach: steady.attach,
    },
    options,
  );
}
