// A start of the device program test/ports/device/outbox.device.ts in a real Espruino, whose process is killed at a write to its flash.
// What tears is ours: a write that is cut is a write of its first bytes, and then the engine is held until it is dead; half an
// erase is put into the file afterwards. All else is the engine's own.

import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { espruinoLinux } from '../../boards/espruino-linux.ts';
import { runEspruino } from '../../sim/engine/espruino.ts';
import { program } from './programs.ts';

export const FLASH_FILE = 'espruino.flash';
const FLASH = espruinoLinux.flash!;
const LIMIT_MS = 60_000;
/** Messages, so many that each page is erased and used again. */
export const TO = 16;
const HELD = '@held';

/** A write or an erase, as it was about to happen. */
export interface Operation {
  readonly kind: 'write' | 'erase';
  readonly address: number;
  readonly bytes: number;
}

/** Where the power goes away: at the operation of this number, from 1, when some of its bytes are done. */
export interface Cut {
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

export interface Start {
  readonly operations: Operation[];
  /** How many of them the outbox needed to open: what a start repairs. */
  readonly opening: number;
  /** What the program printed. */
  readonly lines: string[];
  readonly wasCut: boolean;
}

/** What runs before the program: FROM and TO, and the engine's own flash behind something that tells of it and cuts it. */
function prelude(from: number, cut: Cut | undefined): string {
  const { at, from: first, to } = cut ?? { at: 0, from: 0, to: 0 };
  const isWhole = first === 0 && to === FLASH.pageBytes;
  return `var FROM=${from},TO=${TO};
(function(){
  var flash=require("Flash"),write=flash.write,erase=flash.erasePage,count=0,blank="\\xff\\xff\\xff\\xff";
  function hold(){print("${HELD}");for(;;);}
  flash.write=function(data,address){
    print("@write "+address+" "+data.length);
    var isCut=++count===${at};
    if(isCut&&${to}<data.length)data=data.substr(0,${to})+blank.substr(0,-${to}&3);
    if(data.length>0)write.call(flash,data,address);
    if(isCut)hold();
  };
  flash.erasePage=function(address){
    print("@erase "+address+" ${FLASH.pageBytes}");
    var isCut=++count===${at};
    if(!isCut||${isWhole})erase.call(flash,address);
    if(isCut)hold();
  };
})();`;
}

/** Start an engine in the directory `cwd`, and kill it when it has come to its end, or to the cut. */
export async function start(binary: string, cwd: string, from: number, cut?: Cut): Promise<Start> {
  const { code } = await program('test/ports/device/outbox.device.ts', { board: espruinoLinux.id });
  const lines: string[] = [];
  let done = () => {};
  const finished = new Promise<void>((resolve) => (done = resolve));
  const timer = setTimeout(done, LIMIT_MS);
  const engine = await runEspruino({
    binary,
    cwd,
    graceMs: 0,
    prelude: [prelude(from, cut)],
    bundle: code,
    onLine(line) {
      lines.push(line);
      if (line === 'end' || line === HELD) done();
    },
  });
  await Promise.race([finished, engine.exited]);
  clearTimeout(timer);
  const { failures } = await engine.close();
  expect(failures).toEqual([]);
  const last = lines.at(-1);
  if (last !== 'end' && last !== HELD) expect.fail(`came to no end: ${lines.slice(-5).join('; ')}`);
  const readOperations = (of: readonly string[]) =>
    of.flatMap((line): Operation[] => {
      const match = /^@(write|erase) (\d+) (\d+)$/.exec(line);
      return match === null
        ? []
        : [{ kind: match[1] as Operation['kind'], address: Number(match[2]), bytes: Number(match[3]) }];
    });
  const opened = lines.findIndex((line) => line.startsWith('open '));
  return {
    operations: readOperations(lines),
    opening: readOperations(lines.slice(0, Math.max(opened, 0))).length,
    lines: lines.filter((line) => !line.startsWith('@')),
    wasCut: last === HELD,
  };
}

/** What an erase that is cut has done: bytes `from` to `to` of its page. The engine does all of one, or nothing. */
export function finishErase(cwd: string, { kind, address, bytes }: Operation, { from, to }: Cut): void {
  if (kind !== 'erase' || to - from === bytes) return;
  const file = openSync(join(cwd, FLASH_FILE), 'r+');
  writeSync(file, new Uint8Array(to - from).fill(0xff), 0, to - from, address - FLASH.base + from);
  closeSync(file);
}
