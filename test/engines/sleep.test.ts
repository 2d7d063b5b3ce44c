// A mote that sleeps on a real Espruino: where a board sleeps the engine ends here, and starts again with the same flash. What its outbox
// took at each wake arrives over real TCP at a real broker.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { build } from '../../flash/build/build.ts';
import { decodeLogLine } from '../../flash/codes.ts';
import { startBroker } from '../../flash/sim/broker.ts';
import { startObserver } from '../../flash/sim/observer.ts';
import { runEspruino } from '../../sim/engine/espruino.ts';
import { describeEngine } from './describe-engine.ts';

const WAKES = 10;
const SEND_COUNT = 3;
/** Codes of the simulated converter: the reading, and when the radio is to come on. */
const CODES = 4096;

/** What the board has and Linux has not. Deep sleep is the end. */
const shim = (wake: number) => `
global.ESP32={deepSleep:function(us){print("sleep "+us);quit();},getWakeupCause:function(){return ${wake === 0 ? 0 : 4}}};
global.pinMode=function(){};
global.analogRead=function(pin){return (pin==34?${wake + 1}:pin==36?${SEND_COUNT}:0)/${CODES}};
`;

describeEngine('espruino', (engine) => {
  it('samples, sleeps, and sends what several wakes have left', { timeout: 180_000 }, async () => {
    const broker = await startBroker(0);
    const cwd = mkdtempSync(join(tmpdir(), 'mote-sleep-'));
    const heard: { topic: string; payload: string }[] = [];
    const observer = await startObserver(
      { host: '127.0.0.1', port: broker.port, username: '', password: '' },
      'sleeper/#',
      {
        onMessage: ({ topic }, payload) => void heard.push({ topic, payload }),
        onLost: () => {},
        onBack: () => {},
      },
    );
    try {
      const settings = {
        broker: { host: '127.0.0.1', port: broker.port, username: '', password: '' },
        wifi: { ssid: '', password: '' },
      };
      const { code } = await build({ firmware: 'bench/device/sleeper', board: 'espruino-linux', settings });
      const sessions: number[] = [];
      for (let wake = 0; wake < WAKES; wake++) {
        const lines: string[] = [];
        const running = await runEspruino({
          binary: engine.find()!,
          prelude: [shim(wake)],
          bundle: code,
          cwd,
          onLine: (line) => lines.push(decodeLogLine(line) ?? line),
        });
        const { failures } = await running.exited;
        expect(failures).toEqual([]);
        expect(
          lines.filter((line) => /^sleep \d+$/.test(line)),
          lines.join('\n'),
        ).toHaveLength(1);
        if (lines.some((line) => line.startsWith('online'))) sessions.push(wake);
      }
      await expect
        .poll(() =>
          heard
            .filter(({ topic }) => topic === 'sleeper/count/n')
            .map(({ payload }) => JSON.parse(payload).value),
        )
        .toEqual(Array.from({ length: WAKES }, (_, index) => index + 1));
      // The first start sends at once.
      expect(sessions).toEqual([0, 3, 6, 9]);
      const of = (name: string) => heard.filter(({ topic }) => topic === `sleeper/${name}`);
      expect(of('sleep')).toHaveLength(sessions.length);
      expect(of('energy').map(({ payload }) => JSON.parse(payload).boots)).toEqual([1, 3, 3, 3]);
      // Each session ended with DISCONNECT.
      expect(new Set(of('status').map(({ payload }) => payload))).toEqual(new Set(['online']));
      expect(of('count/status')).toHaveLength(1);
    } finally {
      await observer.close();
      await broker.close();
      rmSync(cwd, { recursive: true, force: true });
    }
  });
});
