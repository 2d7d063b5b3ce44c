// A bench for drivers of pins: samples as a scheduler takes them, regular ones and those that a driver asks for.

import { createRig } from '../../sim/rig/rig.ts';
import type { Rig } from '../../sim/rig/rig.ts';
import { after, remaining } from '../../src/ports/clock.ts';
import type { Reading } from '../../src/ports/reading.ts';
import type { Driver } from '../../src/sensors/driver.ts';

export interface PinBench {
  readonly rig: Rig;
  readonly driver: Driver;
  readonly out: Reading;
  /** What `sample` and `pass` saw: milliseconds since the start, and values or a code. */
  readonly log: string[];
  /** Times at which the driver asked, and for when. */
  readonly asked: number[][];
  /** One sample, at once. @returns 0 or a code. */
  sample(): number;
  /** Let time pass; take the samples that are asked for. */
  pass(ms: number): void;
}

/** @param create makes the driver. @param isAttached it may ask for samples. */
export function createPinBench(create: (rig: Rig) => Driver, isAttached = true, startMs = 1000): PinBench {
  const rig = createRig(startMs);
  const driver = create(rig);
  const out: Reading = { values: new Int32Array(driver.channels.length), time: 0 };
  const log: string[] = [];
  const asked: number[][] = [];
  let time = 0;
  /** -1: nobody asked. */
  let due = -1;
  /** Of a sample that is on its way. */
  let next = -1;

  const advance = (ms: number) => {
    rig.advance(ms);
    time += ms;
  };
  const note = (code: number) => {
    log.push(`${time}: ${code === 0 ? Array.from(out.values).join(' ') : `code ${code}`}`);
    return code;
  };
  /** @returns whether the sample is at its end. */
  const follow = (answer: number) => {
    next = answer > 0 ? after(rig.now(), answer) : -1;
    if (answer <= 0) note(answer);
    return answer <= 0;
  };

  driver.attach?.((delayMs) => {
    if (!isAttached) return;
    asked.push([time, delayMs]);
    const at = after(rig.now(), delayMs);
    if (due < 0 || remaining(rig.now(), at) < remaining(rig.now(), due)) due = at;
  });

  const step = () => {
    if (next >= 0 && remaining(rig.now(), next) === 0) follow(driver.poll(rig.now(), out));
    else if (next < 0 && due >= 0 && remaining(rig.now(), due) === 0) {
      due = -1;
      follow(driver.start(rig.now()));
    }
  };

  return {
    rig,
    driver,
    out,
    log,
    asked,
    sample() {
      let answer = driver.start(rig.now());
      due = -1;
      for (let polls = 0; answer > 0 && polls < 100; polls++) {
        advance(answer);
        answer = driver.poll(rig.now(), out);
      }
      return note(answer);
    },
    pass(ms) {
      for (let i = 0; i < ms; i++) {
        step();
        advance(1);
      }
      step();
    },
  };
}
