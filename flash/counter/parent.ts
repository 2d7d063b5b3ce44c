// The counter ends with the process that started it, also when that is killed and cannot say so.

const LOOK_EVERY_MS = 100;

/** Watch `parent`, the process that started this one. @param onGone called once when it has gone. */
export function watchParent(parent: number, onGone: () => void): void {
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onGone();
  }, LOOK_EVERY_MS);
}
