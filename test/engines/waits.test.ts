// Two boards that are switched on in the same instant wait differently, by nothing but their serial numbers: in a real Espruino, and
// the virtual board draws the very same numbers, so that what a virtual fleet shows is what a real one does.

import { expect, it } from 'vitest';
import { esp32 } from '../../boards/esp32.ts';
import { createBoard } from '../../sim/board/board.ts';
import { compileBundle } from '../../sim/board/bundle.ts';
import { createVirtualWorld } from '../../sim/board/world.ts';
import { createNetwork } from '../../sim/network/network.ts';
import { describeEngine } from './describe-engine.ts';
import type { Engine } from './engines.ts';
import { program } from './programs.ts';

const FIRMWARE = 'bench/device/waits.ts';
const SERIALS = ['a4cf1200-0001', 'a4cf1200-0002', 'a4cf1200-0101'];

function onVirtualBoard(code: string, serial: string): string[] {
  const lines: string[] = [];
  const world = createVirtualWorld({ seed: 1, network: createNetwork() });
  const bundle = compileBundle(code);
  createBoard({ bundle, world, board: esp32, serial, onConsole: (line) => lines.push(line) }).powerOn();
  world.run(10);
  return lines;
}

function waits(engine: Engine): void {
  it('differ between boards, and are those of the virtual board', async () => {
    const firmware = await program(FIRMWARE);
    const seen = new Set<string>();
    for (const serial of SERIALS) {
      const board = `global.getSerial=function(){return"${serial}"};global.getTime=function(){return 0};`;
      const { lines, failure } = await engine.run([{ name: 'board', code: board }, firmware]);
      expect(failure).toBeUndefined();
      expect(lines).toEqual(onVirtualBoard(firmware.code, serial));
      expect(lines[0]).toMatch(/^waits( \d+){6}$/);
      seen.add(lines[0]!);
    }
    expect(seen.size).toBe(SERIALS.length);
  });
}

for (const name of ['espruino', 'espruino-mcu', 'espruino-assert']) describeEngine(name, waits);
