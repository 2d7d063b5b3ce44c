// A port with the loader of a chip behind it, and the program that its flash holds: what `mote flash` sees of a board, in memory.

import { IDENTITIES } from '../../../sim/rom-loader/chips.ts';
import { createProgram } from '../../../sim/rom-loader/program.ts';
import { createRom, type Faults, type Rom } from '../../../sim/rom-loader/rom.ts';
import type { WebSerialDevice } from '../../../flash/firmware/web-serial.ts';
import type { Port } from '../../../flash/port/port.ts';

export interface BoardOptions {
  chip?: keyof typeof IDENTITIES;
  faults?: Faults;
  flashBytes?: number;
  /** The port has no lines: nothing resets. */
  signals?: boolean;
  /** The chip runs a program when the port is opened, not its loader. */
  running?: boolean;
  /** Why the port cannot be opened. */
  busy?: string;
  version?: string;
  /** What the console says instead of starting. */
  says?: string;
}

export interface TestBoard {
  readonly rom: Rom;
  readonly device: WebSerialDevice;
  /** Rates that the port was set to. */
  readonly rates: number[];
  openConsole(): Promise<Port>;
}

export function createBoard(options: BoardOptions = {}): TestBoard {
  const { chip = 'esp32', signals = true, version = '2v29', says } = options;
  const rates: number[] = [];
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let console: Port | undefined;
  let printed = '';

  function send(bytes: Uint8Array): void {
    if (console !== undefined) console.onText(Buffer.from(bytes).toString('latin1'));
    else controller?.enqueue(Uint8Array.from(bytes));
  }

  const program = createProgram({
    version,
    board: IDENTITIES[chip].name.replace('-', ''),
    send(text) {
      // The first lines come before anybody listens.
      if (console === undefined) printed += text;
      else send(Buffer.from(text, 'latin1'));
    },
  });
  const rom = createRom({
    chip,
    faults: options.faults ?? {},
    ...(options.flashBytes !== undefined && { flashBytes: options.flashBytes }),
    send,
    onPull() {
      controller?.error(new Error('gone'));
      controller = undefined;
      device.readable = null;
      device.writable = null;
      device.onLost('no such device');
    },
    onBoot: (flash, bootloader) => program.boot(flash, bootloader),
    onTyped: (bytes) => says === undefined && program.typed(bytes),
  });
  if (options.running) rom.press(false);

  const device = {
    readable: null as ReadableStream<Uint8Array> | null,
    writable: null as WritableStream<Uint8Array> | null,
    hasSignals: signals,
    onLost: (() => {}) as (why: string) => void,
    async open({ baudRate }: { baudRate: number }) {
      if (options.busy !== undefined) throw new Error(options.busy);
      rates.push(baudRate);
      device.readable = new ReadableStream<Uint8Array>({
        start: (it) => void (controller = it),
        cancel: () => void (controller = undefined),
      });
      device.writable = new WritableStream<Uint8Array>({ write: (bytes) => rom.receive(bytes) });
    },
    async close() {
      controller = undefined;
      device.readable = null;
      device.writable = null;
    },
    async setSignals({ dataTerminalReady: dtr = false, requestToSend: rts = false }) {
      if (signals) rom.signals(dtr, rts);
    },
    getInfo: () => ({}),
    async setBaudRate(baudRate: number) {
      rates.push(baudRate);
    },
  };

  return {
    rom,
    device,
    rates,
    async openConsole() {
      const port: Port = {
        write: (text) => rom.receive(Buffer.from(text, 'latin1')),
        onText: () => {},
        onEnd: () => {},
        close: () => void (console = undefined),
      };
      console = port;
      setImmediate(() => port.onText(says ?? printed));
      return port;
    },
  };
}
