// How long an upload takes: a bundle of 12 KB, verified, to the real engine (ESPRUINO) and to the virtual board, from a board that runs
// another to one that runs it. `npm run bench:upload` prints it.

import { findBoard } from '../flash/boards.ts';
import { openBoard } from '../flash/upload/board.ts';
import { upload } from '../flash/upload/upload.ts';
import { createConsoleBoard } from '../sim/console/board.ts';
import { serveConsole } from '../sim/console/serve.ts';
import { createEspruinoBoard } from './espruino-board.ts';

const BYTES = 12 * 1024;
const RUNS = 5;

/** A program of so many bytes that says that it works. */
function bundle(run: number): string {
  const start = `var run=${run};global.moteHealthy&&moteHealthy();function f(){return "`;
  const end = '"}';
  return start + 'abcdefghij'.repeat(BYTES).slice(0, BYTES - start.length - end.length) + end;
}

/** @returns seconds of each upload, the first, which installs the selector, left out. */
async function measure(port: string): Promise<number[]> {
  const times: number[] = [];
  for (let run = 0; run <= RUNS; run++) {
    const begin = performance.now();
    const board = await openBoard(port);
    await upload(board, { code: bundle(run), trialMin: 1 });
    const runs = await board.ask<number>('global.run');
    if (runs !== run) throw new Error(`${port}: program ${runs} runs and not ${run}`);
    await board.close();
    if (run > 0) times.push((performance.now() - begin) / 1000);
  }
  return times;
}

function say(where: string, times: number[]): void {
  const sorted = [...times].sort((a, b) => a - b);
  const figure = (seconds: number | undefined) => `${seconds!.toFixed(1)} s`;
  console.log(
    `${BYTES} bytes to ${where}: ${figure(sorted[sorted.length >> 1])} (median of ${RUNS}, ${figure(sorted[0])} to ${figure(sorted.at(-1))})`,
  );
}

const virtual = createConsoleBoard({ board: findBoard('esp32') });
const served = await serveConsole(virtual);
virtual.power.on();
say('the virtual board', await measure(served.address));
await served.close();
await virtual.close();

const binary = process.env['ESPRUINO'];
if (binary === undefined) {
  console.log('the real engine was left out: ESPRUINO names none');
} else {
  const real = await createEspruinoBoard(binary);
  real.start();
  say('Espruino on Linux', await measure(real.port));
  await real.close();
}
