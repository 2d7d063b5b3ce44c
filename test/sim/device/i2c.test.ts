import { expect, it } from 'vitest';
import { connectI2c } from '../../../sim/device/i2c.ts';

function bus() {
  const seen: [number[], number][] = [];
  const chip = {
    address: 0x76,
    present: true,
    write(bytes: Uint8Array | number[], now: number) {
      seen.push([Array.from(bytes), now]);
      return chip.present;
    },
    read(into: Uint8Array) {
      into.fill(7);
      return chip.present;
    },
  };
  const object = connectI2c(undefined, [chip], () => 42);
  return { object, chip, seen };
}

it('reaches a chip by its address', () => {
  const { object, seen } = bus();
  object.setup({ sda: 21, scl: 22, bitrate: 400000 });
  object.writeTo(0x76, Uint8Array.of(0xf4, 0x25));
  expect(seen).toEqual([[[0xf4, 0x25], 42]]);
  expect(object.readFrom(0x76, 2)).toEqual(Uint8Array.of(7, 7));
  expect(object.readReg(0x76, 0xd0, 1)).toEqual(Uint8Array.of(7));
  expect(seen.at(-1)).toEqual([[0xd0], 42]);
});

it('throws when nobody acknowledges', () => {
  const { object, chip } = bus();
  expect(() => object.writeTo(0x77, Uint8Array.of(1))).toThrow("slave doesn't ACK");
  expect(() => object.readFrom(0x77, 1)).toThrow("slave doesn't ACK");
  chip.present = false;
  expect(() => object.writeTo(0x76, Uint8Array.of(1))).toThrow("slave doesn't ACK");
  expect(() => object.readFrom(0x76, 1)).toThrow("slave doesn't ACK");
});

it('keeps the object that the engine has', () => {
  const own = {} as EngineI2c;
  expect(connectI2c(own, [], () => 0)).toBe(own);
});
