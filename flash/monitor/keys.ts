// What a person types: all of it goes to the board, Ctrl-C too, but for the keys that end the monitor.

const INTERRUPT = '\x03';
const LEAVE = '\x1d';
/** Two Ctrl-C within this time end it. */
const TWICE_MS = 1000;

/** @returns a function that says what of some keys goes to the board, and whether they end the monitor. */
export function createKeys(now: () => number): (keys: string) => { send: string; ends: boolean } {
  let interruptedAt = -Infinity;
  return (keys) => {
    let send = '';
    for (const key of keys) {
      if (key === LEAVE) return { send, ends: true };
      if (key === INTERRUPT) {
        if (now() - interruptedAt < TWICE_MS) return { send, ends: true };
        interruptedAt = now();
      }
      send += key;
    }
    return { send, ends: false };
  };
}
