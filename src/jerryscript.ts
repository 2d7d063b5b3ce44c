// What takes the place of espruino.ts in a build for JerryScript: the mote wired to the ports of a C host. The same names, as far as
// the host has what is behind them, so that one firmware is for both. Only in builds that hold bytes in Uint8Arrays.

import type { Bytes } from './bytes/bytes.ts';
import { FLASH, LOG, STATE, TIME } from './features.ts';
import { createLink } from './link/link.ts';
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
import { Code, Event } from './ports/codes.ts';
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
import { createSteadyClock } from './ports/steady-clock.ts';

export { createCountStore } from './outbox/count-store.ts';
export { openI2c } from './ports/jerryscript/i2c.ts';
export { openPower } from './ports/jerryscript/board.ts';
export type { LinkOptions } from './link/link.ts';
export type { CreatePart, Mote, MotePart } from './part.ts';
export type { Client } from './mqtt/client.ts';
export type { MoteOptions, MoteSensor } from './mote.ts';

/** Messages of QoS 1 and 2 that wait for the broker. */
const OUTBOX_PLACES = 8;
/** What the log reads beyond a record: headers, and what is looked at at once to see whether it is blank. */
const READ_MORE = 64;

const NO_OPTIONS: OutboxOptions = {};

/** @returns the outbox of the host's pages. */
function createOutbox(flash: Flash, options: FlashOutboxOptions): FlashOutbox {
  const pageSize = flash.geometry.pageSize;
  // What a page has for one record, whatever else is in it; a record does not go over the end of a page.
  const room = pageSize - PAGE_OVERHEAD - (STATE ? stateRoom(pageSize) : 0);
  const recordMax = PACKET_MAX < room ? PACKET_MAX : room;
  return createFlashOutbox(createFlashBytes(flash, recordMax + READ_MORE), recordMax, options);
}

/** In flash, where the host gives some; else in RAM. What cannot be opened takes nothing, and that is said once. */
function openOutbox(random: Random, log: Log, clock: Clock, options?: OutboxOptions): Outbox<Bytes> {
  const flash = FLASH ? openFlash() : null;
  if (flash === null) return createRamOutbox(OUTBOX_PLACES, PACKET_MAX);
  const of = options === undefined ? NO_OPTIONS : options;
  const outbox = createOutbox(flash, {
    whenFull: of.whenFull,
    lazyAcknowledgements: of.lazyAcknowledgements,
    clock,
    onDrop(why, count) {
      if (LOG) log.write(Event.Dropped, count * 4 + why);
    },
  });
  const code = outbox.open(createNonce(random));
  if (LOG && code !== Code.Ok) log.write(Event.OutboxClosed, -code);
  return outbox;
}

/** @returns the host's clock: where readings say when they were taken, one that a small correction does not turn back. */
function openClock(log: Log): Clock {
  const clock = createClock();
  if (!TIME) return clock;
  return createSteadyClock(clock, (minutes) => {
    if (LOG) log.write(Event.ClockSetBack, minutes);
  });
}

/** @returns a number that no life of the flash has had before, as good as. */
function createNonce(random: Random): number {
  return random.next() * 2048 + (random.next() & 2047);
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
  const clock = openClock(log);
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
  const ports = openBoard(options.outbox);
  function wake(): void {
    timer.set(0);
  }
  const link = createLink(ports, options, { onChange: wake, onStage() {} });
  function run(): void {
    timer.set(link.tick(ports.clock.now()));
  }
  const timer = ports.createTimer(run);
  wake();
  return link.client;
}
