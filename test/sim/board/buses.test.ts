import { describe, expect, it } from 'vitest';
import type { I2cDevice } from '../../../sim/chips/i2c-device.ts';
import type { OneWireDevice } from '../../../sim/chips/onewire-device.ts';
import { createRig, run } from './rig.ts';

/** A chip with 256 registers and a pointer that moves on. */
function createMemory(address: number): I2cDevice & { registers: Uint8Array; times: number[] } {
  const registers = new Uint8Array(256);
  const times: number[] = [];
  let pointer = 0;
  return {
    address,
    registers,
    times,
    write(bytes, now) {
      times.push(now);
      pointer = bytes[0]!;
      for (let i = 1; i < bytes.length; i++) registers[pointer++ & 255] = bytes[i]!;
      return true;
    },
    read(into, now) {
      times.push(now);
      for (let i = 0; i < into.length; i++) into[i] = registers[pointer++ & 255]!;
      return true;
    },
  };
}

describe('I2C', () => {
  it('carries writes, reads and register reads to the chip at the address', () => {
    const chip = createMemory(0x76);
    chip.registers.set([0x60, 0x61, 0x62], 0xd0);
    const { lines } = run(
      `
      I2C1.setup({ scl: D22, sda: D21, bitrate: 400000 });
      print(I2C1.readReg(0x76, 0xd0, 3));
      I2C1.writeTo(0x76, [0x10, 1, 2], 3);
      I2C1.writeTo({ address: 0x76, stop: false }, 0x11);
      print(I2C1.readFrom(0x76, 2), I2C1.readFrom({ address: 0x76 }, 1) instanceof Uint8Array);
      `,
      10,
      { i2c: { 1: [chip] } },
    );
    expect(lines).toEqual(['new Uint8Array([96, 97, 98])', 'new Uint8Array([2, 3]) true']);
    expect([...chip.registers.subarray(0x10, 0x13)]).toEqual([1, 2, 3]);
  });

  it('gives chips the time in whole milliseconds', () => {
    const chip = createMemory(0x76);
    run('I2C1.setup(); setTimeout(function () { I2C1.writeTo(0x76, 1); }, 12.7);', 100, {
      i2c: { 1: [chip] },
    });
    expect(chip.times).toEqual([12]);
  });

  it('throws with the words of the driver', () => {
    const refusing: I2cDevice = { address: 0x40, write: () => true, read: () => false };
    const said = (body: string, prepare: (rig: ReturnType<typeof createRig>) => void = () => undefined) => {
      const rig = createRig(`try { ${body} } catch (e) { print("" + e); }`, { i2c: { 1: [refusing] } });
      prepare(rig);
      rig.board.powerOn();
      return rig.lines.join();
    };
    expect(said('I2C1.writeTo(0x40, 1);')).toBe('Error: jshI2CWrite:, unknown error code 259');
    expect(said('I2C1.setup(); I2C1.writeTo(0x41, 1);')).toBe(
      "Error: jshI2CWrite: slave doesn't ACK the transfer",
    );
    expect(said('I2C1.setup(); I2C1.readReg(0x40, 1, 1);')).toBe(
      "Error: jshI2CRead: slave doesn't ACK the transfer",
    );
    expect(said('I2C2.setup(); I2C2.readFrom(0x40, 1);')).toBe(
      "Error: jshI2CRead: slave doesn't ACK the transfer",
    );
    expect(
      said('I2C1.setup(); I2C1.readFrom(0x40, 1);', ({ board }) => (board.bench.i2c(1).stuck = true)),
    ).toBe('Error: jshI2CRead:, Operation timeout because the bus is busy');
  });

  it('blocks a second on a bus that is stuck', () => {
    const { board, world, lines } = createRig(
      'I2C1.setup(); setTimeout(function () { print("timer at " + Math.round(getTime() * 10)); }, 1); try { I2C1.readFrom(1, 1); } catch (e) {}',
    );
    board.bench.i2c(1).stuck = true;
    board.powerOn();
    world.run(2000);
    expect(lines).toEqual(['timer at 10']);
  });

  it('lets chips come and go', () => {
    const chips: I2cDevice[] = [];
    const { board, world, lines } = createRig(
      'I2C1.setup(); setInterval(function () { try { I2C1.writeTo(0x76, 1); print("there"); } catch (e) { print("gone"); } }, 100);',
      { i2c: { 1: chips } },
    );
    board.powerOn();
    world.run(150);
    chips.push(createMemory(0x76));
    world.run(100);
    chips.length = 0;
    world.run(100);
    expect(lines).toEqual(['gone', 'there', 'gone']);
  });
});

describe('SPI', () => {
  it('reaches the device whose select pin is low', () => {
    const { board, lines } = createRig(`
      SPI1.setup({ sck: D18, miso: D19, mosi: D23 });
      print(SPI1.send([1, 2, 3], D5), SPI1.send(7, D5), SPI1.send([1], D4));
      digitalWrite(D5, 0);
      print(SPI1.send("ab") === "BC", SPI1.send(9));
      SPI1.write(1, [2], D5);
    `);
    const heard: number[][] = [];
    board.bench.spi(1).push({
      select: 5,
      transfer(out, into) {
        heard.push([...out]);
        into.set(out.map((byte) => (byte < 32 ? byte + 100 : byte - 31)));
      },
    });
    board.powerOn();
    expect(lines).toEqual(['new Uint8Array([101, 102, 103]) 107 new Uint8Array([255])', 'true 109']);
    expect(heard).toEqual([[1, 2, 3], [7], [97, 98], [9], [1, 2]]);
  });
});

describe('1-Wire', () => {
  const device = (rom: number[], answer: number[]): OneWireDevice & { heard: number[] } => {
    const heard: number[] = [];
    let at = 0;
    return {
      rom,
      heard,
      reset: () => (at = 0),
      write: (byte) => void heard.push(byte),
      read: () => answer[at++] ?? 0xff,
    };
  };

  it('finds, selects and reads devices', () => {
    const first = device([0x28, 1, 2, 3, 4, 5, 6, 7], [0x50, 0x05]);
    const second = device([0x28, 0, 2, 3, 4, 5, 6, 9], [0x91, 0x01]);
    const { board, lines } = createRig(`
      var wire = new OneWire(D4);
      print(wire.reset(), wire.search());
      wire.select("2800020304050609");
      wire.write(0xbe);
      print(wire.read(), wire.read(2));
      wire.reset();
      wire.write([0x55, 0x28, 1, 2, 3, 4, 5, 6, 7, 0x44]);
      print(wire.read(2));
      wire.reset(); wire.skip(); wire.write(0x44);
      print(new OneWire(D13).reset(), new OneWire(D13).search().length);
    `);
    board.bench.oneWire(4).push(first, second);
    board.powerOn();
    expect(lines).toEqual(
      [
        'true [ \n  "2800020304050609", \n  "2801020304050607"\n ]',
        '145 new Uint8Array([1, 255])',
        'new Uint8Array([80, 5])',
        'false 0',
      ]
        .join('\n')
        .split('\n'),
    );
    expect([first.heard, second.heard]).toEqual([
      [0x44, 0x44],
      [0xbe, 0x44],
    ]);
  });

  it('reads zeros from a wire that is held down, and nothing from devices that are gone', () => {
    const state = { isThere: true, holdsLow: true };
    const { board, world, lines } = createRig(`
      var wire = new OneWire(D4);
      function look() { print(wire.reset(), wire.search().length, wire.read()); }
      look(); setTimeout(look, 10); setTimeout(look, 20);
    `);
    const only = device([0x28, 1, 2, 3, 4, 5, 6, 7], []);
    board.bench.oneWire(4).push({
      ...only,
      isThere: () => state.isThere,
      holdsLow: () => state.holdsLow,
    });
    board.powerOn();
    state.holdsLow = false;
    world.run(15);
    state.isThere = false;
    world.run(15);
    expect(lines).toEqual(['true 0 0', 'true 1 255', 'false 0 255']);
  });

  it('tells devices whether the pin holds the wire up', () => {
    const powered: boolean[] = [];
    const { board } = createRig('var w = new OneWire(D4); w.write([0xcc, 0x44], true); w.read();');
    board.bench.oneWire(4).push({ ...device([1], []), power: (isOn) => void powered.push(isOn) });
    board.powerOn();
    expect(powered).toEqual([false, true, false]);
  });
});

describe('serial ports', () => {
  it('carry bytes both ways', () => {
    const { board, world, lines } = createRig(`
      Serial2.setup(9600, { rx: D16, tx: D17 });
      Serial2.on("data", function (d) { print(d); Serial2.write("got ", d.length, [33]); });
    `);
    let heard = '';
    const cable = board.bench.serial(2);
    cable.onData((bytes) => (heard += bytes));
    cable.write('lost before power');
    board.powerOn();
    cable.write('hel');
    cable.write('lo');
    world.run(10);
    expect(lines).toEqual(['hello']);
    expect(heard).toBe('got \x05!');
  });
});
