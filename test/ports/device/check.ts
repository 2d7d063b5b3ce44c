// What all parts of the device program share: reporting, and one thing after another. ES5 subset.

/** Something to show; calls `done`, once, when it is shown. */
export type Step = (done: () => void) => void;

declare function print(line: string): void;
/** Of engines that have an event loop; the others take no steps. */
declare function setTimeout(callback: () => void, ms: number): number;

export function check(what: string, seen: number | string, wanted: number | string): void {
  print(seen === wanted ? 'ok ' + what : 'FAIL ' + what + ': ' + seen + ', not ' + wanted);
}

/** A figure for the reader; it differs between engines. */
export function report(what: string, text: string): void {
  print('= ' + what + ': ' + text);
}

/** Between two looks, and how many looks before giving up: far longer than anything takes, emulated or not. */
const LOOK_MS = 10;
const LOOKS = 6000;

/** Go on with `then` as soon as `holds`. */
export function until(what: string, holds: () => boolean, then: () => void): void {
  let looks = 0;
  function look(): void {
    looks++;
    if (holds()) return then();
    if (looks < LOOKS) {
      setTimeout(look, LOOK_MS);
      return;
    }
    check(what, 'not in time', 'in time');
    then();
  }
  look();
}

/** Take the steps in order, each from the event loop. */
export function take(steps: Step[], done: () => void): void {
  let next = 0;
  function advance(): void {
    if (next === steps.length) return done();
    const step = steps[next];
    next++;
    setTimeout(function () {
      step(advance);
    }, 0);
  }
  advance();
}
