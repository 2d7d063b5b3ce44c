// The emulator as a process of ours drives it: a fake of its script stands in, which evaluates what is typed at its console.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runEmulator } from '../../../sim/engine/emulator.ts';
import type { EmulatorOptions, RunningEmulator } from '../../../sim/engine/emulator.ts';
import type { EspruinoMemory } from '../../../sim/engine/espruino.ts';

const FAKE = fileURLToPath(new URL('./fake-emulator.cjs', import.meta.url));

let directory: string;
let lines: string[];
let failures: string[];
let memory: EspruinoMemory[];
const closing: (() => unknown)[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mote-test-'));
  lines = [];
  failures = [];
  memory = [];
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
  rmSync(directory, { recursive: true, force: true });
});

async function start(bundle: string, more: Partial<EmulatorOptions> = {}): Promise<RunningEmulator> {
  const engine = await runEmulator({
    script: FAKE,
    prelude: [],
    bundle,
    onLine: (line) => lines.push(line),
    onFailure: (line) => failures.push(line),
    onMemory: (now) => memory.push(now),
    memoryEveryMs: 1000,
    ...more,
  });
  closing.push(() => engine.close());
  return engine;
}

const until = (look: () => void) => vi.waitFor(look, { timeout: 5000, interval: 5 });

/** A server that keeps what came, and its connections. */
async function listen(onSocket: (socket: Socket) => void): Promise<number> {
  const server = createServer(onSocket);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  return (server.address() as AddressInfo).port;
}

const RECORDER = 'function moteNet(id,event,bytes){print(id+" "+event+" "+bytes)}';

describe('the emulator', () => {
  it('runs prelude and bundle in order, from its storage, and gives their lines and its memory', async () => {
    const long = `//${'x'.repeat(2000)}\nprint(greeting+"lo")`;
    await start(long, { prelude: ['greeting="hel"', 'print("second")'] });
    await until(() => expect(memory).toEqual([{ free: 15, usage: 10, total: 25, blocksize: 14 }]));
    expect(lines).toEqual(['second', 'hello']);
  });

  it('tells of an error, and goes on', async () => {
    await start('throw new Error("oh")');
    await until(() => expect(memory.length).toBe(1));
    expect(failures).toEqual(['Uncaught Error: oh']);
  });

  it('keeps flash as NOR flash does: a program clears bits, a page of 0xFF is an erase, outside is nothing', async () => {
    const engine = await start(
      'program(4096,[0xf0,0x0f]);program(4096,[0x3f]);print(peek(4096),peek(4097),peek(4098));' +
        'var page=[];for(var i=0;i<4096;i++)page.push(255);program(4096,page);print(peek(4096));' +
        'program(0x7fffff,[0,0]);print(peek(0x7fffff),peek(0x800000));',
    );
    await until(() => expect(lines.length).toBe(3));
    expect(lines).toEqual(['48 15 255', '255', '255 255']);
    expect(engine.counters).toEqual({ programs: 2, erases: 1 });
  });

  it('says when the engine stops by itself', async () => {
    const engine = await start('throw "abort"');
    expect(await engine.died).toBe('abort');
  });

  it('bridges connections: bytes of every value both ways, and the end', async () => {
    const all = Buffer.from(Array.from({ length: 1000 }, (_, i) => i & 255));
    const heard: Buffer[] = [];
    const port = await listen((socket) => {
      socket.on('data', (data) => {
        heard.push(data);
        if (Buffer.concat(heard).length === all.length) socket.end(all);
      });
    });
    await start(
      `${RECORDER};print("@@mote:net 7 open ${port} 127.0.0.1");` +
        `print("@@mote:net 7 write ${all.toString('base64')}")`,
    );
    await until(() => expect(lines.at(-1)).toBe('7 close '));
    expect(Buffer.concat(heard)).toEqual(all);
    const data = lines.filter((line) => line.startsWith('7 data '));
    expect(Buffer.concat(data.map((line) => Buffer.from(line.slice(7), 'base64')))).toEqual(all);
    expect(data.every((line) => line.length <= 7 + 512)).toBe(true);
    expect(lines.filter((line) => !line.startsWith('7 data '))).toEqual([
      '7 connect ',
      '7 drain ',
      '7 drain ',
      '7 close ',
    ]);
  });

  it('says why a connection is refused, and forgets one that the engine closed', async () => {
    const port = await listen((socket) => socket.on('error', () => {}));
    await start(
      `${RECORDER};print("@@mote:net 1 open 1 127.0.0.1");print("@@mote:net 2 open ${port} 127.0.0.1");` +
        'print("@@mote:net 2 close ");print("@@mote:net 2 write AAAA");print("@@mote:net 9 end ")',
    );
    await until(() => expect(lines).toContain('1 close ECONNREFUSED'));
    expect(lines.filter((line) => line.startsWith('2 close'))).toEqual([]);
  });

  it('ends our half of a connection', async () => {
    let ended = false;
    const port = await listen((socket) => socket.resume().on('end', () => (ended = true)));
    await start(`${RECORDER};print("@@mote:net 3 open ${port} 127.0.0.1");print("@@mote:net 3 end ")`);
    await until(() => expect(lines).toContain('3 close '));
    expect(ended).toBe(true);
  });

  it.each([
    ['is missing', undefined, /cannot read .* \(ENOENT\)/],
    ['is something else', 'var a = 1; Module.onRuntimeInitialized();', /is no emulator of Espruino/],
    ['is no script', '<html>', /is no emulator of Espruino: SyntaxError/],
    ['stops at once', 'Module.onAbort("out of memory")', /stopped: out of memory/],
  ])('refuses a script that %s', async (_, text, expected) => {
    const script = join(directory, 'emulator.js');
    if (text !== undefined) writeFileSync(script, text);
    await expect(start('', { script })).rejects.toMatchObject({
      message: expect.stringMatching(expected),
      fix: expect.stringContaining('ESPRUINO_EMULATOR'),
    });
  });
});
