// The counter ends with the process that started it, also when that is killed and cannot say so.

import { Worker } from 'node:worker_threads';

const LOOK_EVERY_MS = 100;
/** Time for an orderly end. */
const GRACE_MS = 500;

/** Runs beside the program: also one that is held up in a write that nobody reads has to end. */
const BACKSTOP = `
  const { workerData } = require('node:worker_threads');
  setInterval(() => {
    if (process.ppid !== workerData.parent) {
      setTimeout(() => process.kill(process.pid, 'SIGKILL'), workerData.graceMs);
    }
  }, workerData.lookEveryMs);
`;

/** Watch `parent`, the process that started this one. @param onGone called once when it has gone. */
export function watchParent(parent: number, onGone: () => void): void {
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onGone();
  }, LOOK_EVERY_MS);
  const workerData = { parent, graceMs: GRACE_MS, lookEveryMs: LOOK_EVERY_MS };
  new Worker(BACKSTOP, { eval: true, workerData }).unref();
}
