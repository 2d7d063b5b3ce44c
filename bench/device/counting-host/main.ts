// A mote of whose readings none is like another, over all starts, and one register of a chip beside each: it takes what a C host
// gives, and computes with integers only. It says which numbers its outbox took.

import { openBoard, openI2c, startMote } from 'mote-sdk/espruino';
import type { Mote, MotePart } from 'mote-sdk/espruino';
import type { ChannelMeta, Reading } from 'mote-sdk/ports/reading';
import settings from './settings.json';

const NEVER_MS = 0x3ffffff;
const TAKEN = 200;
/** Identity of the simulated BME280. */
const ADDRESS = 0x76;
const CHIP_ID = 0xd0;

const board = openBoard();
const i2c = openI2c({ bus: 1, data: 21, clock: 22 });
const id = new Uint8Array(1);
/** The upper 16 bits differ from start to start, as good as. */
let number = board.random.next() * 2048;

function channel(key: string): ChannelMeta {
  return { key, unit: '', deviceClass: '', decimals: 0, precision: 0, min: 0, max: 0x7ffffff };
}

const driver = {
  channels: [channel('n'), channel('id')],
  minIntervalMs: 1,
  warmUpMs: 0,
  discard: 0,
  configure: () => 0,
  start: () => 0,
  poll(now: number, out: Reading): number {
    const code = i2c.readRegister(ADDRESS, CHIP_ID, id);
    if (code < 0) return code;
    number++;
    out.values[0] = number;
    out.values[1] = id[0];
    out.time = now;
    return 0;
  },
  close() {},
};

startMote(
  {
    id: settings.id,
    broker: settings.broker,
    wifi: settings.wifi,
    sensors: [{ name: 'count', driver, intervalMs: settings.intervalMs }],
    time: false,
    parts: [
      (mote: Mote): MotePart => ({
        onReading(_index, reading, code) {
          if (code >= 0) mote.ports.log.write(TAKEN, reading.values[0]);
        },
        run: () => NEVER_MS,
      }),
    ],
  },
  board,
);
