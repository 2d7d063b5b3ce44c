// Has a fleet's firmware built and looked at in a thread of its own (prepare-thread.ts).

import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { PACKAGE_ROOT } from '../build/firmware.ts';
import { MoteError } from '../errors.ts';
import type { FirmwareOptions, FleetFirmware } from './firmware.ts';

/** What the thread says. */
export type Prepared =
  | { readonly firmware: FleetFirmware }
  | { readonly error: { what: string; fix: string; where: string | null }; readonly exitCode: number };

const PROGRAM = join(PACKAGE_ROOT, 'dist', 'flash', 'fleet', 'prepare-thread.js');

/** @throws MoteError as `prepareFirmware` does. */
export async function prepareInThread(options: FirmwareOptions): Promise<FleetFirmware> {
  const worker = new Worker(PROGRAM, { workerData: options, execArgv: [] });
  const prepared = await new Promise<Prepared>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  await worker.terminate();
  if ('firmware' in prepared) return prepared.firmware;
  const { what, fix, where } = prepared.error;
  throw new MoteError(what, fix, where ?? undefined, prepared.exitCode);
}
