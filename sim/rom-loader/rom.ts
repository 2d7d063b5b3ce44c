// The loader in the ROM of an ESP32 and the helper that is loaded through it, as far as their protocol goes: bytes in, bytes out,
// flash behind them. It complains of everything that a real one would choke on, and fails on demand. No port, no timer.
// Source: esptool documentation, "Serial Protocol"; the answers of the ROM as esptool.py and esptool-js expect them.

import { createHash } from 'node:crypto';
import { IDENTITIES, type Identity } from './chips.ts';
import { Command, Refusal } from './commands.ts';
import { createRomFlash, createTransfer, SECTOR, type RomFlash, type Transfer } from './flash.ts';
import { createFrames, encodeFrame } from './slip.ts';

export interface Faults {
  /** Answers nothing at all. */
  deaf?: boolean;
  /** Falls silent at this block of flash data, from 0 on. */
  silentAtBlock?: number;
  /** Answers this block with noise. */
  noiseAtBlock?: number;
  /** The cable is pulled at this block. */
  pullAtBlock?: number;
  /** A bit of this address comes out wrong. */
  badAddress?: number;
  /** The line does not carry the fast rate: after the change nothing comes through. */
  slowLine?: boolean;
  /** Does not start the helper. */
  noStub?: boolean;
}

export interface RomOptions {
  readonly chip: keyof typeof IDENTITIES;
  readonly flashBytes?: number;
  readonly faults?: Faults;
  send(bytes: Uint8Array): void;
  /** The cable is pulled. */
  onPull?(): void;
  /** The chip leaves its loader for what is in flash. */
  onBoot?(flash: RomFlash, bootloader: number): void;
  /** Bytes that come while a program runs. */
  onTyped?(bytes: Uint8Array): void;
}

export interface Rom {
  readonly flash: RomFlash;
  /** What was wrong with what came. Empty: nothing. */
  readonly complaints: string[];
  /** Names of the commands in the order they came, each run of the same one once. */
  readonly story: string[];
  receive(bytes: Uint8Array): void;
  /** The lines of the port, through the two transistors of a usual board. */
  signals(dtr: boolean, rts: boolean): void;
  /** A person presses EN. @param boot BOOT is held. */
  press(boot: boolean): void;
}

const FLASH_ID = { 0x200000: 0x1540ef, 0x400000: 0x1640ef, 0x1000000: 0x1840ef } as Record<number, number>;
const CHECKSUM_SEED = 0xef;
const SPI_START = 1 << 18;
const READ_ID = 0x9f;
const SYNC = Uint8Array.from([7, 7, 0x12, 0x20, ...Array(32).fill(0x55)]);
const nameOf = (op: number) =>
  Object.entries(Command).find(([, code]) => code === op)?.[0] ?? `0x${op.toString(16)}`;

export function createRom(options: RomOptions): Rom {
  const identity: Identity = IDENTITIES[options.chip];
  const size = options.flashBytes ?? 0x400000;
  const faults = options.faults ?? {};
  const flash = createRomFlash(size);
  const complaints: string[] = [];
  const story: string[] = [];
  const registers = new Map<number, number>();
  const complain = (what: string) => void complaints.push(what);

  let mode: 'loader' | 'helper' | 'program' = 'loader';
  let silent = false;
  let memory: { address: number; size: number; blocks: number; seen: number; bytes: number } | undefined;
  const loaded: { from: number; to: number }[] = [];
  let transfer: Transfer | undefined;
  let block = 0;
  let reading: { address: number; end: number; step: number; acknowledged: number } | undefined;
  const lines = { dtr: false, rts: false };

  const say = (bytes: Uint8Array) => {
    if (!silent) options.send(encodeFrame(bytes));
  };

  /** Answer a command: value, data, and the status that follows. */
  function answer(op: number, value = 0, data: Uint8Array = new Uint8Array(), error = 0): void {
    // The ROM has two bytes more behind its status.
    const status = mode === 'helper' ? [error === 0 ? 0 : 1, error] : [error === 0 ? 0 : 1, error, 0, 0];
    const packet = new Uint8Array(8 + data.length + status.length);
    const view = new DataView(packet.buffer);
    packet[0] = 1;
    packet[1] = op;
    view.setUint16(2, data.length + status.length, true);
    view.setUint32(4, value >>> 0, true);
    packet.set(data, 8);
    packet.set(status, 8 + data.length);
    say(packet);
  }

  const refuse = (op: number, why: number, complaint: string) => {
    complain(complaint);
    answer(op, 0, undefined, why);
  };

  /** What the ROM says of a command that it has not got: not under that command's number, and eight times. */
  function unknown(): void {
    for (let n = 0; n < 8; n++) answer(0xff, 0, undefined, Refusal.Unknown);
  }

  /** Look at a data packet: length, number, checksum. @returns its data, undefined when it is refused. */
  function data(op: number, body: Uint8Array, checksum: number, expected: number): Uint8Array | undefined {
    const view = new DataView(body.buffer, body.byteOffset, body.length);
    const bytes = body.subarray(16);
    const sum = bytes.reduce((all, byte) => all ^ byte, CHECKSUM_SEED);
    const number = view.getUint32(4, true);
    if (view.getUint32(0, true) !== bytes.length) {
      refuse(op, Refusal.BadLength, `${nameOf(op)} ${number} has another length than it says`);
    } else if (sum !== checksum) {
      refuse(op, Refusal.BadChecksum, `${nameOf(op)} ${number} has a wrong checksum`);
    } else if (number !== expected) {
      refuse(op, Refusal.BadData, `${nameOf(op)} ${number} came where ${expected} was due`);
    } else {
      return bytes;
    }
    return undefined;
  }

  function memBegin(op: number, view: DataView): void {
    const [bytes, blocks, step, address] = [0, 4, 8, 12].map((at) => view.getUint32(at, true)) as [
      number,
      number,
      number,
      number,
    ];
    if (blocks !== Math.ceil(bytes / step)) complain('MemBegin: blocks and bytes do not fit together');
    memory = { address, size: bytes, blocks, seen: 0, bytes: 0 };
    answer(op);
  }

  function memData(op: number, body: Uint8Array, checksum: number): void {
    if (memory === undefined) return refuse(op, Refusal.BadData, 'MemData before MemBegin');
    const bytes = data(op, body, checksum, memory.seen);
    if (bytes === undefined) return;
    memory.seen++;
    memory.bytes += bytes.length;
    if (memory.seen === memory.blocks) {
      if (memory.bytes !== memory.size) complain('MemData: not as many bytes as MemBegin said');
      loaded.push({ from: memory.address, to: memory.address + memory.size });
    }
    answer(op);
  }

  function memEnd(op: number, view: DataView): void {
    const entry = view.getUint32(4, true);
    if (view.getUint32(0, true) !== 0) complain('MemEnd without a start');
    if (!loaded.some(({ from, to }) => entry >= from && entry < to))
      {complain('MemEnd starts what was not loaded');}
    answer(op);
    if (faults.noStub) return;
    mode = 'helper';
    say(Buffer.from('OHAI', 'latin1'));
  }

  function deflateBegin(op: number, view: DataView): void {
    const [bytes, blocks, step, address] = [0, 4, 8, 12].map((at) => view.getUint32(at, true)) as [
      number,
      number,
      number,
      number,
    ];
    if (mode !== 'helper') complain('DeflateBegin without the helper');
    if (transfer !== undefined) complain('DeflateBegin within a transfer');
    if (address % SECTOR !== 0)
      {complain(`DeflateBegin at 0x${address.toString(16)}, in the middle of a sector`);}
    if (step > 0x4000) complain(`DeflateBegin with blocks of ${step} bytes`);
    if (address + bytes > size)
      {return refuse(op, Refusal.BadData, 'DeflateBegin behind the end of the flash');}
    transfer = createTransfer(flash, address, bytes, blocks);
    block = 0;
    answer(op);
  }

  function deflateData(op: number, body: Uint8Array, checksum: number): void {
    if (transfer === undefined) return refuse(op, Refusal.BadData, 'DeflateData before DeflateBegin');
    if (block === faults.pullAtBlock) {
      silent = true;
      options.onPull?.();
      return;
    }
    if (block === faults.silentAtBlock) silent = true;
    // As the helper: it does not look at the number of a block.
    const bytes = data(op, body, checksum, new DataView(body.buffer, body.byteOffset).getUint32(4, true));
    if (bytes === undefined) return;
    const good = transfer.take(bytes);
    const noisy = block === faults.noiseAtBlock;
    block++;
    if (noisy) options.send(Buffer.from('\x80\x81\x00noise'));
    else if (good) answer(op);
    else refuse(op, Refusal.Deflate, 'DeflateData cannot be inflated');
  }

  function deflateEnd(op: number): void {
    if (transfer === undefined) complain('DeflateEnd before DeflateBegin');
    else if (!transfer.isWhole()) complain('DeflateEnd before all is there');
    if (faults.badAddress !== undefined) flash.bytes[faults.badAddress]! ^= 1;
    transfer = undefined;
    answer(op);
  }

  function md5(op: number, view: DataView): void {
    const address = view.getUint32(0, true);
    const sum = createHash('md5')
      .update(flash.bytes.subarray(address, address + view.getUint32(4, true)))
      .digest();
    answer(op, 0, mode === 'helper' ? sum : Buffer.from(sum.toString('hex')));
  }

  function readOn(): void {
    const { address, end, step } = reading!;
    if (address < end) {
      const next = Math.min(end, address + step);
      say(flash.bytes.subarray(address, next));
      reading!.address = next;
    } else {
      say(
        createHash('md5')
          .update(flash.bytes.subarray(end - reading!.acknowledged, end))
          .digest(),
      );
      reading = undefined;
    }
  }

  function startReading(op: number, view: DataView): void {
    const [address, bytes, step] = [0, 4, 8].map((at) => view.getUint32(at, true)) as [
      number,
      number,
      number,
    ];
    answer(op);
    reading = { address, end: address + bytes, step, acknowledged: 0 };
    readOn();
  }

  function readRegister(op: number, view: DataView): void {
    const address = view.getUint32(0, true);
    const fixed = address === 0x40001000 ? identity.magic : identity.registers[address];
    answer(op, fixed ?? registers.get(address) ?? 0);
  }

  function writeRegister(op: number, view: DataView): void {
    const { base, usr2, w0 } = identity.spi;
    const address = view.getUint32(0, true);
    const value = view.getUint32(4, true);
    registers.set(address, value);
    if (address === base && value === SPI_START) {
      registers.set(base, 0);
      const command = (registers.get(base + usr2) ?? 0) & 0xff;
      registers.set(base + w0, command === READ_ID ? (FLASH_ID[size] ?? 0xffffff) : 0);
    }
    answer(op);
  }

  function sync(op: number, body: Uint8Array): void {
    if (!Buffer.from(body).equals(SYNC)) complain('Sync with other bytes');
    const times = mode === 'helper' ? 1 : 8;
    for (let n = 0; n < times; n++) answer(op, mode === 'helper' ? 0 : 0x20120707);
  }

  function securityInfo(op: number): void {
    if (identity.chipId === undefined) return unknown();
    const info = new Uint8Array(20);
    new DataView(info.buffer).setUint32(12, identity.chipId, true);
    answer(op, 0, info);
  }

  const HANDLERS: Record<number, (op: number, view: DataView, body: Uint8Array, checksum: number) => void> = {
    [Command.Sync]: (op, _view, body) => sync(op, body),
    [Command.ReadReg]: readRegister,
    [Command.WriteReg]: writeRegister,
    [Command.SecurityInfo]: securityInfo,
    [Command.SpiAttach]: (op) => answer(op),
    [Command.SpiSetParams]: (op) => answer(op),
    [Command.MemBegin]: memBegin,
    [Command.MemData]: (op, _view, body, checksum) => memData(op, body, checksum),
    [Command.MemEnd]: memEnd,
    [Command.ChangeBaud]: (op) => {
      answer(op);
      if (faults.slowLine) silent = true;
    },
    [Command.DeflateBegin]: deflateBegin,
    [Command.DeflateData]: (op, _view, body, checksum) => deflateData(op, body, checksum),
    [Command.DeflateEnd]: deflateEnd,
    [Command.Md5]: md5,
    [Command.EraseFlash]: (op) => {
      if (mode !== 'helper') return unknown();
      flash.erase(0, size);
      answer(op);
    },
    [Command.ReadFlash]: startReading,
  };

  function onFrame(frame: Uint8Array): void {
    if (silent || faults.deaf || mode === 'program') return;
    if (reading !== undefined) {
      reading.acknowledged = new DataView(frame.buffer, frame.byteOffset).getUint32(0, true);
      readOn();
      return;
    }
    const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
    if (frame.length < 8 || frame[0] !== 0) return complain('a frame that is no request');
    const op = frame[1]!;
    const body = frame.subarray(8);
    if (view.getUint16(2, true) !== body.length) complain(`${nameOf(op)} has another length than it says`);
    if (story.at(-1) !== nameOf(op)) story.push(nameOf(op));
    const handle = HANDLERS[op];
    if (handle === undefined) return unknown();
    handle(op, new DataView(body.buffer, body.byteOffset, body.length), body, view.getUint32(4, true));
  }

  const frames = createFrames(onFrame, () => complain('bytes between frames'));

  function restart(intoLoader: boolean): void {
    mode = intoLoader ? 'loader' : 'program';
    silent = false;
    transfer = undefined;
    reading = undefined;
    loaded.length = 0;
    if (!intoLoader) options.onBoot?.(flash, identity.bootloader);
  }

  return {
    flash,
    complaints,
    story,
    receive(bytes) {
      if (mode === 'program') options.onTyped?.(bytes);
      else frames(bytes);
    },
    signals(dtr, rts) {
      const wasHeld = lines.rts && !lines.dtr;
      const isHeld = rts && !dtr;
      lines.dtr = dtr;
      lines.rts = rts;
      // EN is let go of: the chip looks at IO0, which DTR alone pulls down.
      if (wasHeld && !isHeld) restart(dtr && !rts);
    },
    press: restart,
  };
}
