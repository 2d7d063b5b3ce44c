// What takes the place of espruino.ts in a build for JerryScript: the mote wired to the ports of a C host. The same names, as far as
// the host has what is behind them, so that one firmware is for both. Only in builds that hold bytes in Uint8Arrays.

import type { Bytes } from './bytes/bytes.ts';
import {
  createNonce,
  keepConnected,
  keepSteady,
  openFlashOutbox,
  OUTBOX_PLACES,
  flashOutboxOptions,
} from './compose.ts';
import { FLASH, STATE } from './features.ts';
import type { LinkOptions } from './link/link.ts';
import { startMote as startOnPorts } from './mote.ts';
import type { MoteOptions } from './mote.ts';
import { PACKET_MAX } from './mqtt/client.ts';
import type { Client } from './mqtt/client.ts';
import { createFlashBytes } from './outbox/flash-bytes.ts';
import { createFlashOutbox, type FlashOutbox, type FlashOutboxOptions } from './outbox/flash.ts';
import { PAGE_OVERHEAD, stateRoom } from './outbox/log.ts';
import { createRamOutbox } from './outbox/ram.ts';
import type { Clock } from './ports/clock.ts';
import { Code } from './ports/codes.ts';
import type { Flash } from './ports/flash.ts';
import { createLog, createRandom, freeMemory } from './ports/jerryscript/board.ts';
import { createClock, createTimers } from './ports/jerryscript/clock.ts';
import { openFlash } from './ports/jerryscript/flash.ts';
import { createSocket } from './ports/jerryscript/socket.ts';
import { createWifi } from './ports/jerryscript/wifi.ts';
import type { Log } from './ports/log.ts';
import type { Outbox, OutboxOptions } from './ports/outbox.ts';
import type { Random } from './ports/random.ts';
import type { Socket } from './ports/socket.ts';

export { createCountStore } from './outbox/count-store.ts';
export { openI2c } from './ports/jerryscript/i2c.ts';
export { openPower } from './ports/jerryscript/board.ts';
export type { LinkOptions } from './link/link.ts';
export type { CreatePart, Mote, MotePart } from './part.ts';
export type { Client } from './mqtt/client.ts';
export type { MoteOptions, MoteSensor } from './mote.ts';

/** What the log reads beyond a record: headers, and what is looked at at once to see whether it is blank. */
const READ_MORE = 64;

/** @returns the outbox of the host's pages. */
function createOutbox(flash: Flash, options: FlashOutboxOptions): FlashOutbox {
  const pageSize = flash.geometry.pageSize;
  // What a page has for one record, whatever else is in it; a record does not go over the end of a page.
  const room = pageSize - PAGE_OVERHEAD - (STATE ? stateRoom(pageSize) : 0);
  const recordMax = PACKET_MAX < room ? PACKET_MAX : room;
  return createFlashOutbox(createFlashBytes(flash, recordMax + READ_MORE), recordMax, options);
}

/** In flash, where the host gives some; else in RAM. */
function openOutbox(random: Random, log: Log, clock: Clock, options?: OutboxOptions): Outbox<Bytes> {
  const flash = FLASH ? openFlash() : null;
  if (flash === null) return createRamOutbox(OUTBOX_PLACES, PACKET_MAX, clock.now);
  return openFlashOutbox(createOutbox(flash, flashOutboxOptions(log, clock, options)), random, log);
}

/**
 * Erase what stands in the outbox's flash, whatever it is, and lose what is in it. Call it before all else.
 * @returns 0; Code.Absent when the host gives no flash, Code.WornOut when it does not work.
 */
export function formatOutbox(): number {
  const flash = FLASH ? openFlash() : null;
  if (flash === null) return Code.Absent;
  return createOutbox(flash, {}).format(createNonce(createRandom()));
}

/**
 * The host's clock, network and outbox. Only a firmware that needs one of them for itself opens it, before `startMote`; once.
 */
export function openBoard(options?: OutboxOptions) {
  const random = createRandom();
  const log = createLog();
  const clock = keepSteady(createClock(), log);
  return {
    // `Bytes` is what this socket has wherever this file is built; to an editor it is text.
    socket: createSocket() as unknown as Socket<Bytes>,
    clock,
    random,
    log,
    outbox: openOutbox(random, log, clock, options),
    wifi: createWifi(),
    createTimer: createTimers(),
    serial: moteHost.serial,
    freeMemory,
  };
}

export type Board = ReturnType<typeof openBoard>;

/**
 * Start a mote on this host. Impossible options are reported on the console; nothing runs then.
 * @param board what `openBoard` gave, where that was called; `options.outbox` is then of no use.
 */
export function startMote(options: MoteOptions, board?: Board): number {
  return startOnPorts(board === undefined ? openBoard(options.outbox) : board, options);
}

export interface MqttOptions extends LinkOptions {
  readonly outbox?: OutboxOptions;
}

/**
 * MQTT without a mote around it: a client that is kept connected, over broker failures, until the host stops.
 * Prepare its topics and subscriptions at once. Options that no broker can take are reported on the console.
 */
export function openMqtt(options: MqttOptions): Client {
  return keepConnected(openBoard(options.outbox), options, function () {});
}
