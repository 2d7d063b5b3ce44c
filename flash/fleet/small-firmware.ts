// The firmware that a fleet runs by default: a mote with one sensor that counts, and everything else as a user gets it. Its name is
// its serial number. It lies in a folder of its own as long as it is built.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../build/firmware.ts';

/** MOTE stands for the folder of the device code. */
const PROGRAM = `
import { openBoard, startMote } from 'MOTE/espruino.ts';
import { Code } from 'MOTE/ports/codes.ts';
import type { Reading } from 'MOTE/ports/reading.ts';
import settings from './settings.json';

const CHANNELS = [{ key: 'n', unit: '', deviceClass: '', decimals: 0, precision: 0, min: 0, max: 0x7ffffff }];

function createCount() {
  let n = 0;
  function nothing(): number {
    return Code.Ok;
  }
  function poll(now: number, out: Reading): number {
    out.values[0] = ++n;
    out.time = now;
    return Code.Ok;
  }
  function close(): void {}
  return {
    channels: CHANNELS,
    warmUpMs: 0,
    minIntervalMs: 0,
    discard: 0,
    configure: nothing,
    start: nothing,
    poll,
    close,
  };
}

const board = openBoard();
startMote(
  {
    id: board.serial,
    broker: settings.broker,
    wifi: { ssid: 'fleet', password: 'fleet' },
    sensors: [{ name: 'count', driver: createCount(), intervalMs: settings.intervalMs }],
  },
  board,
);
`;

const SETTINGS = {
  intervalMs: 60_000,
  broker: {
    host: '',
    port: 1883,
    username: '',
    password: '',
    keepAliveSec: 60,
    backoff: { windowMs: 60_000, maxMs: 120_000 },
  },
};

/** Write it into a new folder. */
export function writeSmallFirmware(): { readonly folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'mote-fleet-'));
  const device = JSON.stringify(join(PACKAGE_ROOT, 'src')).slice(1, -1);
  writeFileSync(join(folder, 'main.ts'), PROGRAM.replaceAll('MOTE', device));
  writeFileSync(join(folder, 'settings.json'), JSON.stringify(SETTINGS));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
