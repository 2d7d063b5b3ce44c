import { describe, expect, it } from 'vitest';
import type { OneWireDevice } from '../../../sim/chips/onewire-device.ts';
import { createOneWireBus } from '../../../sim/rig/onewire.ts';
import { Code } from '../../../src/ports/codes.ts';

interface Recorder extends OneWireDevice {
  heard: number[];
  isOff: boolean;
  isShort: boolean;
  powered: boolean[];
}

function createDevice(rom: number[], answer: number[]): Recorder {
  let at = 0;
  const device: Recorder = {
    rom,
    heard: [],
    powered: [],
    isOff: false,
    isShort: false,
    isThere: () => !device.isOff,
    holdsLow: () => device.isShort,
    reset: () => void (at = 0),
    write: (byte) => void device.heard.push(byte),
    read: () => answer[at++] ?? 0xff,
    power: (isOn) => void device.powered.push(isOn),
  };
  return device;
}

function setUp() {
  const first = createDevice([0x28, 1, 2, 3, 4, 5, 6, 7], [0x50, 0x05]);
  const second = createDevice([0x28, 0, 2, 3, 4, 5, 6, 9], [0x91, 0x01]);
  return { first, second, wire: createOneWireBus([first, second], { now: () => 0 }) };
}

const read = (wire: { read(into: Uint8Array): void }, count: number): number[] => {
  const into = new Uint8Array(count);
  wire.read(into);
  return [...into];
};

describe('1-Wire bus of the rig', () => {
  it('finds devices in the order of a search, and again only from the first', () => {
    const { first, second, wire } = setUp();
    const rom = new Uint8Array(8);
    expect(wire.search(1, rom)).toBe(Code.Absent);
    expect(wire.search(0, rom)).toBe(Code.Ok);
    expect([...rom]).toEqual(second.rom);
    expect(wire.search(1, rom)).toBe(Code.Ok);
    expect([...rom]).toEqual(first.rom);
    expect(wire.search(2, rom)).toBe(Code.Absent);
    expect(wire.searches).toBe(1);
  });

  it('selects all, or one, or nobody', () => {
    const { first, second, wire } = setUp();
    wire.reset();
    wire.write(Uint8Array.of(0xcc, 0xbe));
    // Both talk: zeros win.
    expect(read(wire, 3)).toEqual([0x50 & 0x91, 0x05 & 0x01, 0xff]);
    wire.reset();
    wire.write(Uint8Array.of(0x55, ...second.rom, 0x4e));
    expect(read(wire, 2)).toEqual([0x91, 0x01]);
    wire.reset();
    wire.write(Uint8Array.of(0x55, 0x28, 9, 9, 9, 9, 9, 9, 9, 0x44));
    expect(read(wire, 1)).toEqual([0xff]);
    expect([first.heard, second.heard]).toEqual([[0xbe], [0xbe, 0x4e]]);
  });

  it('is empty without devices, and zeros when one holds it down', () => {
    const { first, second, wire } = setUp();
    first.isShort = true;
    expect(wire.reset()).toBe(Code.Ok);
    wire.write(Uint8Array.of(0xcc, 0xbe));
    expect(read(wire, 2)).toEqual([0, 0]);
    expect(wire.search(0, new Uint8Array(8))).toBe(Code.Absent);
    expect(second.heard).toEqual([]);
    first.isOff = true;
    second.isOff = true;
    expect(wire.reset()).toBe(Code.Absent);
    expect(wire.search(0, new Uint8Array(8))).toBe(Code.Absent);
  });

  it('holds the wire up until it is used again', () => {
    const { first, wire } = setUp();
    wire.reset();
    wire.write(Uint8Array.of(0xcc, 0x44), true);
    expect(first.powered.at(-1)).toBe(true);
    read(wire, 1);
    expect(first.powered.at(-1)).toBe(false);
  });
});
