// The data of espruino-linux, asked of that engine; and what a file in Storage takes, which the build counts with for every board.

import { expect, it } from 'vitest';
import { espruinoLinux } from '../../boards/espruino-linux.ts';
import { checkFit } from '../../flash/build/fit.ts';
import { execute } from '../flash/check/pairs.ts';
import { describeEngine } from './describe-engine.ts';

const ASK = `
function has(name) { return typeof global[name] !== "undefined"; }
function count(prefix, from) { var n = from; while (has(prefix + n)) n++; return n - from; }
var flash = require("Flash"), storage = require("Storage"), memory = process.memory();
var page = flash.getPage(${espruinoLinux.flash!.base});
var before = storage.getFree();
storage.write("a", "0123456789");
var small = before - storage.getFree();
storage.write("b", E.toString(new Uint8Array(1000)));
print("@@" + JSON.stringify({
  flash: process.env.FLASH, storage: process.env.STORAGE, page: page, free: flash.getFree(),
  vars: memory.total, varBytes: memory.blocksize, console: process.env.CONSOLE,
  pins: count("D", 0), i2c: count("I2C", 1), spi: count("SPI", 1), serial: count("Serial", 1),
  small: small, large: before - storage.getFree() - small
}));
quit();
`;

describeEngine('espruino', (engine) => {
  it('is what boards/espruino-linux.ts says', async () => {
    const { output } = await execute(engine.find() as string, ASK);
    const said = JSON.parse(/@@(.*)/.exec(output)?.[1] ?? 'null') as Record<string, unknown>;
    const { flash, heap, pins, buses, console: at } = espruinoLinux;
    const area = ({ address, bytes }: { address: number; bytes: number }) => ({
      addr: address,
      length: bytes,
    });
    expect(said).toEqual({
      flash: flash!.bytes,
      storage: flash!.storage.bytes,
      page: area({ address: flash!.base, bytes: flash!.pageBytes }),
      free: flash!.reportedFree.map(area),
      ...heap,
      console: at.device,
      pins: pins.count,
      ...buses,
      // A header of 32 bytes, and whole words.
      small: 32 + 12,
      large: 32 + 1000,
    });
  });

  it('takes two copies of the largest bundle that a build lets pass, and 8 KB beside them', async () => {
    const { storage, outbox } = espruinoLinux.flash!;
    const room = storage.bytes - outbox.bytes;
    let bytes = 1000;
    const passes = (length: number) =>
      checkFit(espruinoLinux, length, [], 'x').every(({ rule }) => rule !== 'board-storage');
    while (passes(bytes + 1)) bytes++;
    const program = `var s = require("Storage"), before = s.getFree();
s.write("a", "", 0, ${bytes}); s.write("b", "", 0, ${bytes});
print("@@" + (before - s.getFree())); quit();`;
    const { output } = await execute(engine.find() as string, program);
    const taken = Number(/@@(\d+)/.exec(output)?.[1]);
    expect(taken).toBeGreaterThan(room - 8192 - 8);
    expect(taken).toBeLessThanOrEqual(room - 8192);
  });
});
