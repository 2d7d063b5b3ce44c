// The C host for Linux with a firmware of MQTT 5.0, on a real JerryScript and on Duktape under the sanitizers, publishing to a real
// Mosquitto: nothing is lost, and in steady state nothing is allocated.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { compileMoteHost, compileMoteHostOnDuktape, type Command } from '../../bench/host.ts';
import { mosquitto } from '../brokers/mosquitto.ts';
import { describeEngine } from './describe-engine.ts';
import { writeFakeTool } from './fake-snapshot.ts';
import {
  COUNTING,
  lossStory,
  prepareScene,
  quietStory,
  SNAPSHOT_AND_MOSQUITTO,
  TOOL,
  type Scene,
} from './host-story.ts';

const JERRY_DIR = process.env['JERRY_DIR'] ?? '';
const SANITIZERS = ['-g', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
const FIRMWARE = { [COUNTING]: { intervalMs: 20 } };
const FIVE = { V5: true };

/** Describe that a host is known to the broker as a client of 5.0, and loses nothing. */
function fiveStory(scene: Scene, command: () => Command, file: () => string): void {
  lossStory(scene, command, file);

  it('is a client of MQTT 5.0 to the broker', () => {
    const versions = [...scene.brokerLog().matchAll(/ as host \(p(\d),/g)].map(([, version]) => version);
    expect(versions.length).toBeGreaterThanOrEqual(2);
    expect(new Set(versions)).toEqual(new Set(['5']));
  });
}

describeEngine(
  'jerryhost',
  () => {
    const { scene, snapshots } = prepareScene(TOOL, FIRMWARE, FIVE);
    const counting = () => join(snapshots.of(COUNTING), 'firmware.snapshot');
    fiveStory(scene, () => compileMoteHost(JERRY_DIR), counting);
    quietStory(scene, () => compileMoteHost(JERRY_DIR, { isCounting: true }), counting);
  },
  SNAPSHOT_AND_MOSQUITTO,
);

describeEngine(
  'dukhost',
  () => {
    const tools = mkdtempSync(join(tmpdir(), 'mote-tool-'));
    afterAll(() => rmSync(tools, { recursive: true, force: true }));
    const { scene, snapshots } = prepareScene(writeFakeTool(tools), FIRMWARE, FIVE);
    const host = (): Command =>
      compileMoteHostOnDuktape({ parameters: SANITIZERS }) ?? expect.fail('no host');
    fiveStory(scene, host, () => join(snapshots.of(COUNTING), 'firmware.snapshot'));
  },
  { name: 'Mosquitto', enable: 'install the Debian package mosquitto', isThere: mosquitto.isThere() },
);
