// A mote that sleeps on a real Espruino: where a board sleeps the engine ends here, and starts again with the same flash. What its outbox
// took at each wake arrives over real TCP at a real broker.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { expect, it } from 'vitest';
import { build } from '../../flash/build/build.ts';
import { decodeLogLine } from '../../flash/codes.ts';
import { startBroker } from '../../flash/sim/broker.ts';
import { startObserver } from '../../flash/sim/observer.ts';
import { runEspruino } from '../../sim/engine/espruino.ts';
import { writeFirmware } from '../flash/build/fixture.ts';
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

const TOLD = {
  'settings.json': '{ "port": 1883 }',
  'main.ts': `import { openAnalogInput, openPower, startMote } from 'mote-sdk/espruino';
import { createCommands } from 'mote-sdk/parts/commands';
import { createConfiguration } from 'mote-sdk/parts/configuration';
import { createSleep } from 'mote-sdk/parts/sleep';
import settings from './settings.json';

const input = openAnalogInput(34, 4096);

startMote({
  id: 'sleeper',
  broker: { host: '127.0.0.1', port: settings.port, backoff: { windowMs: 200, maxMs: 2000 } },
  sensors: [
    {
      name: 'count',
      driver: {
        channels: [{ key: 'n', unit: '', deviceClass: '', decimals: 0, precision: 0, min: 0, max: 4096 }],
        minIntervalMs: 0,
        warmUpMs: 0,
        discard: 0,
        configure: () => 0,
        start: () => 5,
        poll(_now, out) {
          out.values[0] = input.read();
          return 0;
        },
        close() {},
      },
      intervalMs: 60000,
    },
  ],
  time: false,
  parts: [createCommands({ configuration: createConfiguration({ minutes: 1 }) })],
  sleep: createSleep({ power: openPower(), intervalMs: 900000, sendCount: 1 }),
});
`,
};

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

  it(
    'takes a configuration that came while it slept, before it sleeps again',
    { timeout: 180_000 },
    async () => {
      const broker = await startBroker(0);
      const cwd = mkdtempSync(join(tmpdir(), 'mote-sleep-'));
      const client = await connectAsync(`mqtt://127.0.0.1:${broker.port}`);
      const heard: { topic: string; payload: string }[] = [];
      client.on('message', (topic, payload) => void heard.push({ topic, payload: payload.toString() }));
      await client.subscribeAsync('sleeper/#');
      const states = () =>
        heard
          .filter(({ topic }) => topic === 'sleeper/config/reported')
          .map(({ payload }) => JSON.parse(payload).state);
      try {
        const { code } = await build({
          firmware: writeFirmware(TOLD),
          board: 'espruino-linux',
          settings: { port: broker.port },
        });
        const expected = [['default'], ['probation', 'applied'], ['applied']];
        for (const [wake, what] of expected.entries()) {
          heard.length = 0;
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
          expect(lines.at(-1), lines.join('\n')).toMatch(/^sleep \d+$/);
          await expect.poll(() => heard.at(-1)?.topic).toBe('sleeper/sleep');
          expect(states().slice(-what.length), lines.join('\n')).toEqual(what);
          if (wake === 0) {
            const document = '{"interval.count":5000}';
            await client.publishAsync('sleeper/config/desired', document, { qos: 1, retain: true });
          }
        }
      } finally {
        await client.endAsync();
        await broker.close();
        rmSync(cwd, { recursive: true, force: true });
      }
    },
  );
});
