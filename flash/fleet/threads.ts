// The threads of a fleet, as the main thread holds them: started together, told together, and one of them that fails ends all.

import { join } from 'node:path';
import v8 from 'node:v8';
import { Worker } from 'node:worker_threads';
import { PACKAGE_ROOT } from '../build/firmware.ts';
import { ExitCode, MoteError } from '../errors.ts';
import type { End, Order, Progress, ThreadPlan } from './plan.ts';

const PROGRAM = join(PACKAGE_ROOT, 'dist', 'flash', 'fleet', 'thread.js');

/**
 * V8 gives a thread as much for what is new as for a browser's page, and with thousands of boards nearly all of what is new is soon old:
 * less of it costs nothing.
 */
const YOUNG_MB = 4;
/** By so much a heap grows before old boards are looked through for what is not used any more; V8 would let it nearly double. */
const GROWTH_PERCENT = 15;
/** More than any mote needs: the limit is there to end a run that has gone wrong. */
const OLD_MB_PER_MOTE = 0.5;
const OLD_MB = 256;

export interface Threads {
  /** The last word of each. */
  readonly progress: readonly (Progress | undefined)[];
  order(what: Order): void;
  /** Settles when all have ended. Rejects when one fails. */
  readonly ends: Promise<End[]>;
  close(): Promise<void>;
}

export function startThreads(
  plans: readonly ThreadPlan[],
  onProgress: (progress: Progress) => void,
): Threads {
  // In virtual time it is speed that counts.
  const isLive = plans.some(({ targets }) => targets !== undefined);
  if (isLive) v8.setFlagsFromString(`--heap-growing-percent=${GROWTH_PERCENT}`);
  const progress: (Progress | undefined)[] = plans.map(() => undefined);
  const workers = plans.map(
    (plan) =>
      new Worker(PROGRAM, {
        workerData: plan,
        execArgv: [],
        resourceLimits: {
          maxYoungGenerationSizeMb: YOUNG_MB,
          maxOldGenerationSizeMb: Math.ceil(OLD_MB + plan.share.count * OLD_MB_PER_MOTE),
        },
      }),
  );
  const ends = workers.map(
    (worker, index) =>
      new Promise<End>((resolve, reject) => {
        worker.on('message', (message: Progress | End) => {
          if (message.kind === 'end') return resolve(message);
          progress[index] = { ...message, accepted: [] };
          onProgress(message);
        });
        worker.once('error', (error: NodeJS.ErrnoException) => {
          const isMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
          if (!isMemory) return reject(error);
          const what = 'a thread has no memory left';
          reject(
            new MoteError(what, 'take fewer --motes, or more --workers', '--motes', ExitCode.Environment),
          );
        });
        worker.once('exit', () => reject(new Error('a thread of the fleet ended without a word')));
      }),
  );
  const all = Promise.all(ends);
  // Somebody may only look later.
  all.catch(() => undefined);
  return {
    progress,
    order: (what) => workers.forEach((worker) => worker.postMessage(what)),
    ends: all,
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
