// A simulated chip at the other end of a serial port. ES5 subset: runs in engines.

import type { UartChip } from '../chips/uart-chip.ts';
import { createUartLine } from '../rig/uart.ts';
import type { Times } from './place.ts';
import { startTicking } from './ticker.ts';

/** A GPS says more than any other chip at a time. */
const ROOM = 1024;

/**
 * Let a chip talk over a line.
 * @param baud of the chip. @param seed of how its bytes are cut into chunks. @param hear called with what the board receives.
 * @returns a function that gives the chip what the board sends.
 */
export function startUart(
  chip: UartChip,
  baud: number,
  seed: number,
  times: Times,
  hear: (bytes: string) => void,
): (bytes: string) => void {
  let wake: () => void = () => {};
  const line = createUartLine(
    { now: times.now, onTick: (tick) => void (wake = startTicking(tick, 1, times)) },
    chip,
    // Seed 1 would send byte by byte.
    { baud, seed: seed + 2, room: ROOM },
  );
  line.listen(hear);
  return (bytes) => {
    line.write(bytes);
    wake();
  };
}

/**
 * Put `chip` at the other end of a serial port. What it sends before anybody listens is lost.
 * @param engineSerial the engine's object, undefined where it has none: Espruino lets nobody put another in its place. @returns the port.
 */
export function connectUart(
  engineSerial: EngineSerial | undefined,
  chip: UartChip,
  baud: number,
  seed: number,
  times: Times,
): EngineSerial {
  const serial = engineSerial === undefined ? ({} as EngineSerial) : engineSerial;
  const listeners: ((bytes: string) => void)[] = [];

  function hear(bytes: string): void {
    for (let i = 0; i < listeners.length; i++) listeners[i](bytes);
  }

  serial.setup = () => {};
  serial.on = (event, handler) => {
    if (event === 'data') listeners.push(handler);
  };
  serial.write = startUart(chip, baud, seed, times, hear);
  return serial;
}
