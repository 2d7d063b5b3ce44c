// The `espruino` command of EspruinoTools, in the user's own install (MOTE_ESPRUINO_TOOLS, or on the PATH), uploads a bundle as it
// is to the real engine and to the virtual board.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { build } from '../../flash/build/build.ts';
import { openBoard } from '../../flash/upload/board.ts';
import { findEspruinoTools, uploadWithEspruinoTools } from '../../flash/upload/espruino-tools.ts';
import { sumOf } from '../../flash/upload/layout.ts';
import { startVirtualBoard } from '../flash/upload/virtual-board.ts';
import { describeEngine } from './describe-engine.ts';
import { createEspruinoBoard } from '../../bench/espruino-board.ts';

function tools(): string | undefined {
  try {
    return findEspruinoTools();
  } catch {
    return undefined;
  }
}

/** The counter's beat, the first that it says. */
const STARTS = /~\r?$/m;

const command = tools();
const NEED = {
  name: 'EspruinoTools',
  enable: 'npm install -g espruino, or name its command in MOTE_ESPRUINO_TOOLS',
  isThere: command !== undefined,
};

describeEngine(
  'espruino',
  (engine) => {
    it('takes a firmware that EspruinoTools uploads, and so does the virtual board', async () => {
      const { code } = await build({ firmware: 'examples/counter', board: 'esp32', brokerProfile: null });
      const folder = mkdtempSync(join(tmpdir(), 'mote-tools-'));
      const file = join(folder, 'firmware.js');
      writeFileSync(file, code, 'latin1');
      const real = await createEspruinoBoard(engine.find()!);
      real.start();
      const virtual = await startVirtualBoard();
      try {
        for (const { port, printed } of [real, virtual]) {
          await uploadWithEspruinoTools(command!, { port, file, store: true });
          const board = await openBoard(port);
          // With the lines that it ends a file with.
          expect(await board.ask<number>('E.CRC32(require("Storage").read(".bootcde").trim())'), port).toBe(
            sumOf(Buffer.from(code.trim(), 'latin1')),
          );
          const before = printed().length;
          await board.restart(20_000);
          await vi.waitFor(() => expect(printed().slice(before), port).toMatch(STARTS), { timeout: 10_000 });
          await board.close();
        }
      } finally {
        await real.close();
        await virtual.close();
        rmSync(folder, { recursive: true, force: true });
      }
    });
  },
  NEED,
);
