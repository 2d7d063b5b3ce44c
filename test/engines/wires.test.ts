// Drivers of chips on single wires, and their ports, on real Espruino: its Linux build takes every call and has no pins, so that
// nothing answers, and nothing may stop the firmware.

import { expect, it } from 'vitest';
import { build } from '../../flash/build/build.ts';
import { runEspruino } from '../../sim/engine/espruino.ts';
import { writeFirmware } from '../flash/build/fixture.ts';
import { WIRES } from '../sim/board/wires-firmware.ts';
import { describeEngine } from './describe-engine.ts';

/** Two samples of each. */
const LINES = 10;
const LIMIT_MS = 30_000;

for (const name of ['espruino', 'espruino-mcu', 'espruino-assert']) {
  describeEngine(name, (engine) => {
    it('says that nothing is on its wires, and goes on', async () => {
      const { code } = await build({
        firmware: writeFirmware({ 'main.ts': WIRES }),
        board: 'espruino-linux',
      });
      const lines: string[] = [];
      let finish = () => {};
      const finished = new Promise<void>((resolve) => (finish = resolve));
      const running = await runEspruino({
        binary: engine.find() ?? '',
        prelude: [],
        bundle: code,
        onLine(line) {
          if (/^[a-z]+[0-9]? /.test(line)) lines.push(line);
          if (lines.length === LINES) finish();
        },
      });
      const timer = setTimeout(finish, LIMIT_MS);
      await Promise.race([finished, running.exited]);
      clearTimeout(timer);
      const { failures } = await running.close();
      expect([...new Set(lines)].sort()).toEqual([
        'dht code -1',
        'echo code -1',
        'probe0 code -1',
        'probe1 code -1',
        'scale code -2',
      ]);
      expect(lines).toHaveLength(LINES);
      // SPI on Linux is a file, and nobody has said which.
      expect(failures).toEqual(['ERROR: No path defined for device']);
    });
  });
}
