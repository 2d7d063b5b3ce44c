// The ports on real Espruino: the device program of test/ports/device/, built as any firmware, against servers of ours.

import { expect, it } from 'vitest';
import { build } from '../../flash/build/build.ts';
import { runEspruino } from '../../sim/engine/espruino.ts';
import { startDeviceServers } from '../ports/device-servers.ts';
import { describeEngine } from './describe-engine.ts';

const LIMIT_MS = 240_000;
/** Two outboxes at a time with all that an outbox can do, and the ports, are more than 5100 variables. */
const FEATURES = { DROP: false, LATEST: false, LAZY: false, BATCH: false, STATE: false, TIME: false };

async function runProgram(binary: string): Promise<{ lines: string[]; failures: string[] }> {
  const firmware = 'test/ports/device/ports.device.ts';
  const { code } = await build({ firmware, features: FEATURES, board: 'espruino-linux' });
  const servers = await startDeviceServers();
  const lines: string[] = [];
  let finish = () => {};
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const engine = await runEspruino({
    binary,
    prelude: [servers.prelude],
    bundle: code,
    onLine(line) {
      lines.push(line);
      if (line === 'end') finish();
    },
  });
  const timer = setTimeout(finish, LIMIT_MS);
  await Promise.race([finished, engine.exited]);
  clearTimeout(timer);
  const { failures } = await engine.close();
  await servers.close();
  return { lines, failures };
}

for (const name of ['espruino', 'espruino-mcu', 'espruino-assert']) {
  describeEngine(name, (engine) => {
    it('has all ports', async () => {
      const { lines, failures } = await runProgram(engine.find() ?? '');
      expect(lines.filter((line) => line.startsWith('FAIL'))).toEqual([]);
      expect(failures).toEqual([]);
      expect(lines).toContain('#6 42');
      expect(lines.filter((line) => line.startsWith('ok ')).length).toBeGreaterThan(100);
      expect(lines.at(-1)).toBe('end');
    });
  });
}
