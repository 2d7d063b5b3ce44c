// The C host for Linux, file by file as it is for JerryScript, on Duktape and under the sanitizers: where JerryScript is not to be
// had, this is what runs src/jerryscript.ts from sensor to broker.

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { compileMoteHostOnDuktape, type Command } from '../../bench/host.ts';
import { mosquitto } from '../brokers/mosquitto.ts';
import { describeEngine } from './describe-engine.ts';
import { writeFakeTool } from './fake-snapshot.ts';
import { COUNTING, lifeStory, lossStory, prepareScene, RESTARTING } from './host-story.ts';

const SANITIZERS = ['-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];

describeEngine(
  'dukhost',
  () => {
    const tools = mkdtempSync(join(tmpdir(), 'mote-tool-'));
    afterAll(() => rmSync(tools, { recursive: true, force: true }));
    const { scene, snapshots } = prepareScene(writeFakeTool(tools), {
      [COUNTING]: { intervalMs: 20 },
      [RESTARTING]: {},
    });
    const host = (): Command =>
      compileMoteHostOnDuktape({ parameters: SANITIZERS }) ?? expect.fail('no host');
    const counting = () => join(snapshots.of(COUNTING), 'firmware.snapshot');

    lossStory(scene, host, counting);
    lifeStory(scene, host, counting, () => join(snapshots.of(RESTARTING), 'firmware.snapshot'));

    it.each([
      ['no such file', ['/nowhere/firmware.snapshot'], 3, /firmware\.snapshot: No such file/],
      ['no snapshot', ['HOST'], 3, /no snapshot of JerryScript/],
      ['a bus that is not there', ['--i2c', '2=/dev/i2c-77', 'SNAPSHOT'], 3, /\/dev\/i2c-77: No such file/],
      ['a bus without a number', ['--i2c', 'bme280', 'SNAPSHOT'], 2, /write N=DEVICE/],
      ['another checksum', ['--checksum', '12345678', 'SNAPSHOT'], 3, /its checksum is another one/],
      ['a number that is none', ['--pages', '-1', 'SNAPSHOT'], 2, /^usage: /m],
      ['an unknown option', ['--what', 'SNAPSHOT'], 2, /^usage: /m],
      ['nothing to run', [], 2, /^usage: /m],
      [
        'pages that there cannot be',
        ['--page-bytes', '1001', 'SNAPSHOT'],
        3,
        /^mote-host: --pages, --page-bytes: /,
      ],
      ['one page', ['--pages', '1', 'SNAPSHOT'], 3, /: 2 pages or more/],
      ['more than there is', ['--pages', '32768', '--page-bytes', '65536', 'SNAPSHOT'], 3, /below 128 MB/],
    ])('says what is wrong: %s', async (_what, words, code, said) => {
      const command = host();
      const places: Record<string, string> = { HOST: command[0], SNAPSHOT: counting() };
      const running = scene.start(command, ...words.map((word) => places[word] ?? word));
      expect(await running.ended).toBe(code);
      expect(running.complaints.join('\n')).toMatch(said);
      // Nothing is made for a mistake.
      expect(readdirSync(scene.folder)).toEqual([]);
    });
  },
  {
    name: 'Mosquitto',
    enable: 'install the Debian package mosquitto',
    isThere: mosquitto.isThere(),
  },
);
