// What a firmware for Espruino imports: the mote wired to Espruino's ports, and the buses to give to drivers.

import type { Bytes } from './bytes/bytes.ts';
import { HAS_OUTBOX_FLASH, OUTBOX_FLASH, TLS_BLOCK_BYTES, TLS_BYTES } from './board.ts';
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
import type { MoteOptions, OpenTls } from './mote.ts';
import { PACKET_MAX } from './mqtt/client.ts';
import type { Client } from './mqtt/client.ts';
import { createFlashOutbox } from './outbox/flash.ts';
import { PAGE_OVERHEAD, stateRoom } from './outbox/log.ts';
import { createRamOutbox } from './outbox/ram.ts';
import { openDigest } from './ports/espruino/digest.ts';
import { createClock } from './ports/espruino/clock.ts';
import { Code } from './ports/codes.ts';
import { openFlashBytes } from './ports/espruino/flash.ts';
import { createLog } from './ports/espruino/log.ts';
import { reportHealthy } from './ports/espruino/health.ts';
import { freeMemory } from './ports/espruino/memory.ts';
import { createRandom } from './ports/espruino/random.ts';
import { createSocket } from './ports/espruino/socket.ts';
import { createTlsSocket } from './ports/espruino/tls-socket.ts';
import type { TlsOptions } from './ports/espruino/tls-socket.ts';
import { createTimer } from './ports/espruino/timer.ts';
import { createWifi } from './ports/espruino/wifi.ts';
import type { Clock } from './ports/clock.ts';
import type { Log } from './ports/log.ts';
import type { Outbox, OutboxOptions } from './ports/outbox.ts';
import type { Random } from './ports/random.ts';
import { Stage } from './ports/stage.ts';
import { createSigning as createSigningWith } from './signing/signer.ts';
import type { CreateSigning, SigningOptions } from './signing/signer.ts';
import { createVerify as createVerifyWith } from './signing/verify.ts';
import type { Verify } from './parts/commands/gate.ts';

export { createCountStore } from './outbox/count-store.ts';
export {
  openAnalogInput,
  openDigitalInput,
  openDigitalOutput,
  openEdgeInput,
} from './ports/espruino/gpio.ts';
export { openI2c } from './ports/espruino/i2c.ts';
export { openOneWire } from './ports/espruino/onewire.ts';
export { openOpenDrain, openPulseEcho } from './ports/espruino/pulse.ts';
export { createPower as openPower } from './ports/espruino/power.ts';
export { openSpi } from './ports/espruino/spi.ts';
export { openUart } from './ports/espruino/uart.ts';
export { Pull } from './ports/gpio.ts';
export type { LinkOptions } from './link/link.ts';
export type { CreatePart, Mote, MotePart } from './part.ts';
export type { Client } from './mqtt/client.ts';
export type { MoteOptions, MoteSensor, OpenTls } from './mote.ts';
export type { TlsOptions } from './ports/espruino/tls-socket.ts';
export type { SigningOptions } from './signing/signer.ts';

/** What a page has for one record, whatever else is in it. */
const PAGE_ROOM = OUTBOX_FLASH.pageSize - PAGE_OVERHEAD - (STATE ? stateRoom(OUTBOX_FLASH.pageSize) : 0);
/** A record does not go over the end of a page. */
const RECORD_MAX = PACKET_MAX < PAGE_ROOM ? PACKET_MAX : PAGE_ROOM;

/** In flash, where the board has some for it; else in RAM. */
function openOutbox(random: Random, log: Log, clock: Clock, options?: OutboxOptions): Outbox<Bytes> {
  if (!FLASH || !HAS_OUTBOX_FLASH) return createRamOutbox(OUTBOX_PLACES, PACKET_MAX, clock.now);
  const made = flashOutboxOptions(log, clock, options);
  return openFlashOutbox(createFlashOutbox(openFlashBytes(OUTBOX_FLASH), RECORD_MAX, made), random, log);
}

/**
 * Erase what stands in the outbox's flash, whatever it is, and lose what is in it. Call it before all else.
 * @returns 0; Code.Absent when the board has no such flash, Code.WornOut when it does not work.
 */
export function formatOutbox(): number {
  if (!FLASH || !HAS_OUTBOX_FLASH) return Code.Absent;
  return createFlashOutbox(openFlashBytes(OUTBOX_FLASH), RECORD_MAX).format(createNonce(createRandom()));
}

/**
 * The board's clock, network and outbox. Only a firmware that needs one of them for itself opens it, before `startMote`: a meter keeps its
 * count beside the messages.
 */
export function openBoard(options?: OutboxOptions) {
  const random = createRandom();
  const log = createLog();
  const clock = keepSteady(createClock(), log);
  return {
    socket: createSocket(),
    clock,
    random,
    log,
    outbox: openOutbox(random, log, clock, options),
    wifi: createWifi(),
    createTimer,
    serial: getSerial(),
    freeMemory,
    checksum: (text: string) => E.CRC32(text) & 0xffff,
    reportHealthy,
  };
}

export type Board = ReturnType<typeof openBoard>;

const TLS_NEED = { bytes: TLS_BYTES, blockBytes: TLS_BLOCK_BYTES };

/** @returns the board, with encrypted connections in the place of its own where these are asked for. */
function withTls(board: Board, open: OpenTls | undefined): Board {
  return {
    socket: open === undefined ? board.socket : open(board.log),
    clock: board.clock,
    random: board.random,
    log: board.log,
    outbox: board.outbox,
    wifi: board.wifi,
    createTimer: board.createTimer,
    serial: board.serial,
    freeMemory: board.freeMemory,
    checksum: board.checksum,
    reportHealthy: board.reportHealthy,
  };
}

/** Encrypted connections to a broker that nobody verifies: `encryptedButUnverified: openTls()` in the options of the broker. */
export function openTls(options?: TlsOptions): OpenTls {
  return function (log) {
    return createTlsSocket(log, options === undefined ? {} : options, TLS_NEED);
  };
}

/** Sign what a mote publishes: `signing: createSigning({ key })` in its options. */
export function createSigning(options: SigningOptions): CreateSigning {
  return createSigningWith(openDigest(), options);
}

/**
 * Take commands only that were signed with a key: `verify: createVerify(board, { key })` in the options of createCommands, and that same
 * board for `startMote`, whose flash keeps the highest number.
 */
export function createVerify(board: Board, options: SigningOptions): Verify {
  return createVerifyWith(openDigest(), board.outbox, board.log, options);
}

/**
 * Start a mote on this board. Impossible options are reported on the console; nothing runs then.
 * @param board what `openBoard` gave, where that was called; `options.outbox` is then of no use.
 */
export function startMote(options: MoteOptions, board?: Board): number {
  const ports = board === undefined ? openBoard(options.outbox) : board;
  return startOnPorts(withTls(ports, options.broker.encryptedButUnverified), options);
}

export interface MqttOptions extends LinkOptions {
  readonly outbox?: OutboxOptions;
  /** See MoteOptions. */
  readonly encryptedButUnverified?: OpenTls | undefined;
}

/**
 * MQTT without a mote around it: a client that is kept connected, over Wi-Fi and broker failures, until the board stops.
 * Prepare its topics and subscriptions at once. Options that no broker can take are reported on the console.
 */
export function openMqtt(options: MqttOptions): Client {
  const ports = withTls(openBoard(options.outbox), options.encryptedButUnverified);
  return keepConnected(ports, options, function (stage) {
    if (stage === Stage.Running) reportHealthy();
  });
}
