// The C host for Linux on a real JerryScript: snapshots that `mote snapshot` made, publishing to a real Mosquitto, with nothing lost
// and, in steady state, nothing allocated.

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { compileMoteHost, type MoteHostOptions } from '../../bench/host.ts';
import { PACKAGE_ROOT } from '../../flash/build/firmware.ts';
import { describeEngine } from './describe-engine.ts';
import {
  allCome,
  COUNTING,
  lifeStory,
  lossStory,
  prepareScene,
  quietStory,
  RESTARTING,
  SNAPSHOT_AND_MOSQUITTO,
  TOOL,
  until,
} from './host-story.ts';

const EXAMPLE = join(PACKAGE_ROOT, 'examples', 'weather-station');
const JERRY_DIR = process.env['JERRY_DIR'] ?? '';
/** A 64-bit library, for the sanitizers. */
const JERRY_DIR64 = process.env['JERRY_DIR64'] ?? '';
const SANITIZERS = ['-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];

const host = (options: MoteHostOptions = {}) => compileMoteHost(JERRY_DIR, options);

describeEngine(
  'jerryhost',
  () => {
    const { scene, snapshots } = prepareScene(TOOL, {
      [EXAMPLE]: { intervalMs: 100 },
      [COUNTING]: { intervalMs: 20 },
      [RESTARTING]: {},
    });
    const counting = () => join(snapshots.of(COUNTING), 'firmware.snapshot');

    it('runs the weather station as it is for an ESP32: the broker has its readings', async () => {
      const running = scene.start(host(), join(snapshots.of(EXAMPLE), 'firmware.snapshot'));
      const of = (topic: string) => scene.observer.on(topic);
      await until('there are readings', () => of('weather-1/outdoor/pressure').length >= 10);
      expect(JSON.parse(of('weather-1/outdoor/temperature').at(-1)!)).toEqual({ value: 25.08, unit: '°C' });
      expect(JSON.parse(of('weather-1/outdoor/pressure').at(-1)!)).toEqual({ value: 100653, unit: 'Pa' });
      expect(of('weather-1/status')).toContain('online');
      const told = scene.observer.messages.filter(({ topic }) => topic.startsWith('homeassistant/'));
      expect(told.length).toBe(3);
      expect(await running.stop()).toBe(0);
      expect(running.complaints).toEqual([]);
    });

    quietStory(scene, () => host({ isCounting: true }), counting);
    lossStory(scene, host, counting);
    lifeStory(scene, host, counting, () => join(snapshots.of(RESTARTING), 'firmware.snapshot'));

    it('runs a firmware that is built in, whose checksum it looks at', async () => {
      const running = scene.start(host({ firmware: snapshots.of(COUNTING) }));
      await until('it publishes', () => scene.seen().length >= 5);
      expect(await running.stop()).toBe(0);
    });

    it.skipIf(JERRY_DIR64 === '')(
      'does nothing that the sanitizers know, when a broker comes and goes',
      async () => {
        const command = compileMoteHost(JERRY_DIR64, { parameters: SANITIZERS });
        const running = scene.start(command, counting());
        await until('it publishes', () => scene.seen().length >= 20);
        await scene.broker.kill();
        const before = scene.taken().length;
        await until('it collects', () => scene.taken().length >= before + 10);
        await scene.broker.start();
        await allCome(scene, scene.taken());
        expect(await running.stop()).toBe(0);
        expect(running.complaints).toEqual([]);
      },
    );

    it('refuses a snapshot whose checksum is another one', async () => {
      const running = scene.start(host(), '--check', '--checksum', '12345678', counting());
      expect(await running.ended).toBe(3);
      expect(running.complaints.join()).toMatch(/firmware\.snapshot: its checksum is another one/);
    });

    it('is what the Makefile makes', () => {
      const file = join(PACKAGE_ROOT, 'boards', 'jerryscript', 'Makefile');
      const make = ['-s', '-f', file, `OUT=${join(scene.folder, 'made')}`];
      const directory = JERRY_DIR64 === '' ? JERRY_DIR : JERRY_DIR64;
      execFileSync('make', [...make, `JERRY_DIR=${directory}`, `FIRMWARE=${snapshots.of(COUNTING)}`]);
    });
  },
  SNAPSHOT_AND_MOSQUITTO,
);
