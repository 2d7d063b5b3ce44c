// `mote size`: whose bytes, and how much of the board.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findBoard } from '../../../flash/boards.ts';
import { boardLines } from '../../../flash/cli/size.ts';
import { SAY, writeFirmware } from '../build/fixture.ts';
import { mote } from './run.ts';

describe('mote size', () => {
  it('shows bytes by module, and what of the board they take, and writes nothing', async () => {
    const folder = writeFirmware({ 'main.ts': `${SAY}say('hello');` });
    const { code, stdout } = await mote(['size', folder, '--json']);
    expect(code).toBe(0);
    const { bytes, sizes, storage, variables, board } = JSON.parse(stdout) as Record<string, never>;
    expect(board).toBe('esp32');
    expect((sizes as { bytes: number }[]).reduce((sum, row) => sum + row.bytes, 0)).toBe(bytes);
    expect(storage).toEqual({ room: 896 * 1024, most: (896 * 1024 - 8192) / 2 - 32 });
    expect(variables).toMatchObject({ vars: 16383 });
    expect(existsSync(join(folder, 'out'))).toBe(false);
  });

  it('says it in words', () => {
    expect(boardLines(findBoard('esp32-c3'), 30_000)).toEqual([
      'Storage: 7 % of 454624 bytes, the most that fits twice into the 896 KB of ESP32-C3 (Espruino)',
      'variables: 1770 to 3000 of at most 4095 once it is loaded, by what was measured of other firmware',
    ]);
    expect(boardLines(findBoard('jerryscript'), 30_000)).toEqual([]);
  });
});
