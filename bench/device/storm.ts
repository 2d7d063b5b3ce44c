// One of thousands: a mote with a single sensor, and everything else as a user gets it. Its name is its serial number.

import { openBoard, startMote } from '../../src/espruino.ts';
import { createCount } from './count.ts';

const board = openBoard();
startMote(
  {
    id: board.serial,
    broker: { host: 'broker', port: 1883 },
    wifi: { ssid: 'fleet', password: 'fleet' },
    sensors: [{ name: 'count', driver: createCount(0, () => false), intervalMs: 300000 }],
  },
  board,
);
