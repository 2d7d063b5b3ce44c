// Flash that is read over a board's console: what the firmware prints meanwhile, what is lost on the way, and ports that are none.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ExitCode, MoteError } from '../../../flash/errors.ts';
import { readFlash } from '../../../flash/port/flash.ts';
import { openPort } from '../../../flash/port/port.ts';
import { createRandom } from '../../../sim/network/random.ts';
import { writeFirmware } from '../build/fixture.ts';
import { startConsole, type Behaviour, type Console } from './console.ts';

const SEED = 51;
const BASE = 0x310000;
const random = createRandom(SEED);
const FLASH = Uint8Array.from({ length: 1000 }, () => random.integer(0, 255));

let board: Console | undefined;
afterEach(() => board?.close());

async function read(behaviour: Partial<Behaviour> = {}, from = 0, bytes = FLASH.length): Promise<Uint8Array> {
  board = await startConsole({ base: BASE, flash: FLASH, ...behaviour });
  const port = await openPort(board.name);
  try {
    return await readFlash(port, 'board', BASE + from, bytes, { answerMs: 150 });
  } finally {
    port.close();
  }
}

const failure = async (promise: Promise<unknown>): Promise<MoteError> => {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(MoteError);
  return error as MoteError;
};

describe('flash over a console', () => {
  it('comes in pieces, byte for byte', async () => {
    expect(await read()).toEqual(FLASH);
    expect(board!.commands).toHaveLength(Math.ceil(FLASH.length / 192));
  });

  it('may be a part', async () => {
    expect(await read({}, 100, 37)).toEqual(FLASH.slice(100, 137));
  });

  it('tells how far it is', async () => {
    board = await startConsole({ base: BASE, flash: FLASH });
    const port = await openPort(board.name);
    const seen: number[] = [];
    await readFlash(port, 'board', BASE, FLASH.length, { onProgress: (done) => seen.push(done) });
    port.close();
    expect(seen).toEqual([192, 384, 576, 768, 960, 1000]);
  });

  it('is told from what the firmware prints', async () => {
    const noise = (line: string) => `mote: online\r\nMOTE 1 2 AAAA\r\n>${line}\r\nMOTE`;
    expect(await read({ answer: noise })).toEqual(FLASH);
  });

  it('is asked for again where an answer is damaged, of something else, or lost', async () => {
    const damage = (line: string, number: number) => {
      if (number === 0) return line.replace(/[A-Za-z](?=[A-Za-z\d+/=]*$)/, (c) => (c === 'A' ? 'B' : 'A'));
      if (number === 2) return undefined;
      if (number === 5) return line.slice(0, -8);
      return line;
    };
    expect(await read({ answer: damage })).toEqual(FLASH);
    expect(board!.commands).toHaveLength(Math.ceil(FLASH.length / 192) + 3);
  });

  it('is not taken from an answer to what was asked before', async () => {
    let former = '';
    const late = (line: string) => {
      const both = `${former}\r\n${line}`;
      former = line;
      return both;
    };
    expect(await read({ answer: late })).toEqual(FLASH);
  });

  it('is not there where nobody answers', async () => {
    const error = await failure(read({ answer: () => undefined }));
    expect(error.what).toBe('no Espruino console answers there');
    expect(error.exitCode).toBe(ExitCode.Environment);
    expect(board!.commands).toHaveLength(3);
  });

  it('is not whole where the board falls silent, or the connection breaks', async () => {
    const silent = await failure(read({ answer: (line, number) => (number < 2 ? line : undefined) }));
    expect(silent.what).toBe('no answer after 384 of 1000 bytes');
    await board!.close();
    const broken = await failure(read({ breakAt: 2 }));
    expect(broken.what).toMatch(/^lost while it was read/);
  });
});

describe('a port', () => {
  it.each([
    ['tcp://127.0.0.1', /is no address/, /tcp:\/\/host:port/],
    ['tcp://:80', /is no address/, /tcp:\/\/host:port/],
    ['/no/such/port', /cannot open it/, /plugged in/],
  ])('%s is none, and that is said', async (name, what, fix) => {
    const error = await failure(openPort(name));
    expect(error.what).toMatch(what);
    expect(error.fix).toMatch(fix);
    expect(error.where).toBe(name);
  });

  it('where nobody listens is refused', async () => {
    const one = await startConsole({ base: 0, flash: FLASH });
    await one.close();
    const error = await failure(openPort(one.name));
    expect(error.what).toMatch(/ECONNREFUSED/);
    expect(error.fix).toMatch(/start what listens there/);
  });

  it('is no file', async () => {
    const file = join(writeFirmware({ 'main.ts': '' }), 'plain.bin');
    writeFileSync(file, 'x');
    expect((await failure(openPort(file))).what).toMatch(/cannot open it/);
  });
});
