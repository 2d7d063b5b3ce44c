// Where the thread begins that builds a fleet's firmware: its compiler goes with it, and takes no memory beside the motes.

import { parentPort, workerData } from 'node:worker_threads';
import { errorReport } from '../cli/output.ts';
import type { FirmwareOptions } from './firmware.ts';
import { prepareFirmware } from './firmware.ts';
import type { Prepared } from './prepare.ts';

const prepared = await prepareFirmware(workerData as FirmwareOptions).then(
  (firmware): Prepared => ({ firmware }),
  (error: unknown): Prepared => errorReport(error),
);
parentPort!.postMessage(prepared);
