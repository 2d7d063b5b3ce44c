// `mote flash` as a function: which chip is there, what may be written, writing, verifying, and whether Espruino runs afterwards.
// Nothing in flash is touched before everything that can be known is known.

import { ExitCode, MoteError } from '../errors.ts';
import { checkBoot, type Booted } from './boot.ts';
import type { Firmware } from './firmware.ts';
import { createLoader, type ChipFound, type LoaderOptions } from './loader.ts';
import { readPartitions, TABLE_ADDRESS, TABLE_BYTES } from './partitions.ts';
import { createPlan, type Plan, type Region } from './plan.ts';
import type { Port } from '../port/port.ts';

export interface FlashOptions extends LoaderOptions {
  readonly firmware: Firmware;
  /** What is to be kept. */
  readonly regions: readonly Region[];
  readonly erase: boolean;
  /** The console, when the board has started. */
  openConsole(): Promise<Port>;
  readonly bootMs: number;
  /** How often the console is asked. */
  readonly askMs: number;
  /** Told what is being done. @param share how much of it, 0 to 1. */
  onStep(step: string, share?: number): void;
  /** Told what will be written, before it is. */
  onPlan(plan: Plan, chip: ChipFound): void;
}

export interface Flashed {
  readonly chip: ChipFound;
  readonly flashBytes: number;
  readonly plan: Plan;
  readonly booted: Booted;
  readonly milliseconds: number;
}

function refuseWrongChip(firmware: Firmware, chip: ChipFound, port: string): void {
  if (chip.name === firmware.chip.name) return;
  throw new MoteError(
    `is for ${firmware.chip.name}, and the chip on ${port} is ${chip.description}: nothing was changed`,
    `name a build for ${chip.name}, or another port`,
    firmware.pieces[0]?.file,
    ExitCode.Usage,
  );
}

/** @throws MoteError that says what is wrong and what to do; the loader in the chip stays in any case. */
export async function flashFirmware(options: FlashOptions): Promise<Flashed> {
  const { firmware, device, port, onStep } = options;
  const started = performance.now();
  const loader = createLoader(options);
  let touched = false;
  let closed = false;
  const close = async () => {
    if (!closed) await loader.close().catch(() => {});
    closed = true;
  };
  try {
    onStep('looking for the chip');
    const chip = await loader.connect();
    refuseWrongChip(firmware, chip, port);
    onStep('starting the helper');
    const flashBytes = await loader.prepare();
    const partitions =
      firmware.boot === undefined ? readPartitions(await loader.read(TABLE_ADDRESS, TABLE_BYTES)) : undefined;
    const plan = createPlan(firmware, { port, flashBytes, partitions }, options.regions, options.erase);
    options.onPlan(plan, chip);
    touched = true;
    if (options.erase) {
      onStep('erasing all');
      await loader.eraseAll();
    }
    for (const piece of plan.pieces) {
      await loader.write(piece, (sent, all) => onStep(`writing ${piece.what}`, sent / all));
    }
    onStep('restarting');
    const restarts = await loader.reset();
    await close();
    onStep(restarts ? 'waiting for Espruino' : 'waiting for Espruino: press EN (RST) on the board');
    const booted = await checkBoot({
      open: options.openConsole,
      port,
      patienceMs: options.bootMs,
      everyMs: options.askMs,
    });
    return { chip, flashBytes, plan, booted, milliseconds: Math.round(performance.now() - started) };
  } finally {
    // What ran before runs again. Half a firmware does not: a chip with USB of its own would come and go.
    if (!touched && device.readable !== null) await loader.reset();
    await close();
  }
}
