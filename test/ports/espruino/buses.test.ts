import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Code } from '../../../src/ports/codes.ts';
import type { I2cBus, I2cOptions } from '../../../src/ports/i2c.ts';
import type { OneWireBus } from '../../../src/ports/onewire.ts';
import type { SpiDevice, SpiOptions } from '../../../src/ports/spi.ts';
import type { Uart, UartOptions } from '../../../src/ports/uart.ts';
import { installEngine, loadPort, removeEngine } from './engine.ts';

const { openI2c } = await loadPort<{ openI2c(options: I2cOptions): I2cBus }>('i2c');
const { openSpi } = await loadPort<{ openSpi(options: SpiOptions): SpiDevice }>('spi');
const { openUart } = await loadPort<{ openUart(options: UartOptions): Uart }>('uart');
const { openOneWire } = await loadPort<{ openOneWire(pin: number): OneWireBus }>('onewire');

let calls: unknown[][];

/** A function that notes its call and gives `result`, or throws it when it is an error. */
const noting =
  (name: string, result?: unknown) =>
  (...args: unknown[]) => {
    calls.push([name, ...args]);
    if (result instanceof Error) throw result;
    return result;
  };

beforeEach(() => {
  calls = [];
});

afterEach(removeEngine);

describe('I2C', () => {
  const install = (result: unknown) => {
    const bus = (name: string) => ({
      setup: noting(`${name}.setup`),
      writeTo: noting(`${name}.writeTo`, result instanceof Error ? result : undefined),
      readFrom: noting(`${name}.readFrom`, result),
      readReg: noting(`${name}.readReg`, result),
    });
    installEngine({ I2C1: bus('I2C1'), I2C2: bus('I2C2') });
  };

  it('sets up the bus that is asked for', () => {
    install(undefined);
    openI2c({ bus: 1, data: 21, clock: 22 });
    openI2c({ bus: 2, data: 16, clock: 17, hz: 400000 });
    expect(calls).toEqual([
      ['I2C1.setup', { sda: 21, scl: 22, bitrate: 100000 }],
      ['I2C2.setup', { sda: 16, scl: 17, bitrate: 400000 }],
    ]);
  });

  it('writes whole arrays and fills whole arrays', () => {
    install(Uint8Array.of(7, 8, 9));
    const bus = openI2c({ bus: 1, data: 21, clock: 22 });
    const bytes = Uint8Array.of(1, 2);
    const into = new Uint8Array(3);
    expect(bus.write(0x76, bytes)).toBe(Code.Ok);
    expect(bus.read(0x76, into)).toBe(Code.Ok);
    expect([...into]).toEqual([7, 8, 9]);
    into.fill(0);
    expect(bus.readRegister(0x76, 0xf7, into)).toBe(Code.Ok);
    expect([...into]).toEqual([7, 8, 9]);
    expect(calls.slice(1)).toEqual([
      ['I2C1.writeTo', 0x76, bytes],
      ['I2C1.readFrom', 0x76, 3],
      ['I2C1.readReg', 0x76, 0xf7, 3],
    ]);
  });

  // The messages are the engine's: ESP32, STM32, nRF5x, out of memory.
  it.each([
    ["jshI2CRead: slave doesn't ACK the transfer", Code.Absent],
    ['I2C got NACK', Code.Absent],
    ['jshI2CRead:, Operation timeout because the bus is busy', Code.Timeout],
    ['I2C device not responding', Code.Timeout],
    ['I2C Read Error 3', Code.Timeout],
    ['Not enough stack memory for data', Code.Timeout],
  ])('turns "%s" into %i and leaves the array alone', (message, code) => {
    install(new Error(message));
    const bus = openI2c({ bus: 1, data: 21, clock: 22 });
    const into = Uint8Array.of(1, 2, 3);
    expect(bus.write(0x76, into)).toBe(code);
    expect(bus.read(0x76, into)).toBe(code);
    expect(bus.readRegister(0x76, 0, into)).toBe(code);
    expect([...into]).toEqual([1, 2, 3]);
  });

  it('takes an engine that has no memory left for the answer for one that does not answer', () => {
    install(undefined);
    const bus = openI2c({ bus: 1, data: 21, clock: 22 });
    const into = Uint8Array.of(1);
    expect(bus.read(0x76, into)).toBe(Code.Timeout);
    expect(bus.readRegister(0x76, 0, into)).toBe(Code.Timeout);
    expect([...into]).toEqual([1]);
  });
});

describe('SPI', () => {
  const install = (result: unknown) =>
    installEngine({
      pinMode: noting('pinMode'),
      digitalWrite: noting('digitalWrite'),
      SPI1: { setup: noting('SPI1.setup'), send: noting('SPI1.send', result) },
      SPI2: { setup: noting('SPI2.setup'), send: noting('SPI2.send', result) },
    });

  it('leaves the device unselected and sets up the bus', () => {
    install(undefined);
    openSpi({ bus: 1, clock: 18, in: 19, out: 23, select: 5 });
    openSpi({ bus: 2, clock: 14, in: 12, out: 13, select: 15, hz: 4000000, mode: 3 });
    expect(calls).toEqual([
      ['pinMode', 5, 'output'],
      ['digitalWrite', 5, 1],
      ['SPI1.setup', { sck: 18, miso: 19, mosi: 23, baud: 1000000, mode: 0 }],
      ['pinMode', 15, 'output'],
      ['digitalWrite', 15, 1],
      ['SPI2.setup', { sck: 14, miso: 12, mosi: 13, baud: 4000000, mode: 3 }],
    ]);
  });

  it('leaves all pins alone for a chip that has no chip select', () => {
    install(Uint8Array.of(3));
    const device = openSpi({ bus: 2, clock: 18, in: 19, out: 23 });
    expect(calls).toEqual([['SPI2.setup', { sck: 18, miso: 19, mosi: 23, baud: 1000000, mode: 0 }]]);
    const out = Uint8Array.of(1);
    expect(device.transfer(out, new Uint8Array(1))).toBe(Code.Ok);
    expect(calls.pop()).toEqual(['SPI2.send', out, undefined]);
  });

  it('exchanges whole arrays with the device selected', () => {
    install(Uint8Array.of(3, 4));
    const device = openSpi({ bus: 1, clock: 18, in: 19, out: 23, select: 5 });
    const out = Uint8Array.of(1, 2);
    const into = new Uint8Array(2);
    expect(device.transfer(out, into)).toBe(Code.Ok);
    expect([...into]).toEqual([3, 4]);
    expect(calls.pop()).toEqual(['SPI1.send', out, 5]);
  });

  it('turns what the engine throws into a code', () => {
    install(new Error('SPI Send Error'));
    const device = openSpi({ bus: 1, clock: 18, in: 19, out: 23, select: 5 });
    const into = Uint8Array.of(1);
    expect(device.transfer(Uint8Array.of(0), into)).toBe(Code.Timeout);
    expect([...into]).toEqual([1]);
  });
});

describe('UART', () => {
  it('sets up the port that is asked for, passes on what arrives and sends what it is given', () => {
    const handlers = new Map<string, (bytes: string) => void>();
    const serial = (name: string) => ({
      setup: noting(`${name}.setup`),
      write: noting(`${name}.write`),
      on: (event: string, handler: (bytes: string) => void) => handlers.set(name + event, handler),
    });
    installEngine({ Serial1: serial('Serial1'), Serial2: serial('Serial2'), Serial3: serial('Serial3') });
    const heard: string[] = [];
    for (const port of [1, 2, 3]) {
      const pins = { port, receive: 16, transmit: 17 };
      const uart = openUart(port === 3 ? { ...pins, baud: 38400 } : pins);
      uart.listen((bytes) => heard.push(port + bytes));
      uart.write('\x00\xff');
      handlers.get(`Serial${port}data`)?.('\x80');
    }
    expect(heard).toEqual(['1\x80', '2\x80', '3\x80']);
    expect(calls).toEqual([
      ['Serial1.setup', 9600, { rx: 16, tx: 17 }],
      ['Serial1.write', '\x00\xff'],
      ['Serial2.setup', 9600, { rx: 16, tx: 17 }],
      ['Serial2.write', '\x00\xff'],
      ['Serial3.setup', 38400, { rx: 16, tx: 17 }],
      ['Serial3.write', '\x00\xff'],
    ]);
  });
});

describe('1-Wire', () => {
  let present: boolean;
  let roms: string[];

  beforeEach(() => {
    present = true;
    roms = ['28ff4a3c00000014', '1000aabbccddee7f'];
    class OneWire {
      constructor(pin: number) {
        calls.push(['OneWire', pin]);
      }
      reset = () => present;
      write = noting('write');
      read = (quantity: number) => Uint8Array.from({ length: quantity }, (_, i) => 0x10 + i);
      search = () => noting('search', roms.slice())() as string[];
    }
    installEngine({ OneWire });
  });

  it('tells whether a device answers a reset', () => {
    const wire = openOneWire(4);
    expect(calls).toEqual([['OneWire', 4]]);
    expect(wire.reset()).toBe(Code.Ok);
    present = false;
    expect(wire.reset()).toBe(Code.Absent);
  });

  it('writes and reads whole arrays', () => {
    const wire = openOneWire(4);
    const bytes = Uint8Array.of(0xcc, 0x44);
    wire.write(bytes);
    expect(calls.pop()).toEqual(['write', bytes, false]);
    wire.write(bytes, true);
    expect(calls.pop()).toEqual(['write', bytes, true]);
    const into = new Uint8Array(3);
    wire.read(into);
    expect([...into]).toEqual([0x10, 0x11, 0x12]);
  });

  it('gives the ROMs of one search, and searches again from the first', () => {
    const wire = openOneWire(4);
    const rom = new Uint8Array(8);
    expect(wire.search(1, rom)).toBe(Code.Absent);
    expect(wire.search(0, rom)).toBe(Code.Ok);
    expect([...rom]).toEqual([0x28, 0xff, 0x4a, 0x3c, 0, 0, 0, 0x14]);
    roms = [];
    expect(wire.search(1, rom)).toBe(Code.Ok);
    expect([...rom]).toEqual([0x10, 0, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0x7f]);
    expect(wire.search(2, rom)).toBe(Code.Absent);
    expect(wire.search(0, rom)).toBe(Code.Absent);
    expect(calls.filter(([name]) => name === 'search')).toHaveLength(2);
  });
});
