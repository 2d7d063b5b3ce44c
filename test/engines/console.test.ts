// A real Espruino whose flash is read over its console while it runs, as `mote outbox inspect PORT` does.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { espruinoLinux } from '../../boards/espruino-linux.ts';
import { inspectRegion } from '../../flash/outbox/layout.ts';
import { readFlash } from '../../flash/port/flash.ts';
import { openPort } from '../../flash/port/port.ts';
import { createNor, createNorPort } from '../../sim/nor.ts';
import { constant } from '../../src/bytes/bytes.ts';
import { prepareTopic } from '../../src/mqtt/form.ts';
import { createFlashBytes } from '../../src/outbox/flash-bytes.ts';
import { createFlashOutbox } from '../../src/outbox/flash.ts';
import { describeEngine } from './describe-engine.ts';
import { LIMIT_MS } from './engines.ts';

const { base, pageBytes, outbox: region } = espruinoLinux.flash!;
const RECORD_MAX = 200;
/** Enough of the region: a chunk takes the engine as long as it sleeps. */
const SIZE = 16 * pageBytes;

let server: Server | undefined;
let child: ChildProcess | undefined;
let folder: string | undefined;
afterEach(() => {
  child?.kill('SIGKILL');
  server?.close();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

/** @returns a region with messages in it. */
function fill(): Uint8Array {
  const nor = createNor({ base: 0, bytes: SIZE, pageBytes, programUnit: 4, ecc: false });
  const port = createNorPort(nor, 0, SIZE / pageBytes);
  const outbox = createFlashOutbox(createFlashBytes(port, RECORD_MAX + 64), RECORD_MAX);
  outbox.open(7);
  for (let i = 1; i <= 40; i++) outbox.append(prepareTopic('t', 0x32), constant(`message ${i}`));
  for (let i = 1; i <= 10; i++) outbox.acknowledge(i);
  const all = new Uint8Array(SIZE);
  nor.read(0, all);
  return all;
}

/** An engine that prints now and then, its console on a TCP port. @returns the port's name. */
function startEngine(path: string, cwd: string): Promise<string> {
  server = createServer((socket) => {
    child = spawn(path, { cwd, stdio: ['pipe', 'pipe', 'ignore'] });
    child.stdout!.pipe(socket);
    socket.pipe(child.stdin!);
    socket.on('error', () => {});
    child.stdin!.on('error', () => {});
    child.stdin!.write('setInterval(function () { print("a reading MOTE 1 2 3"); }, 20);\n');
  });
  return new Promise((resolve) => {
    server!.listen(0, '127.0.0.1', () => {
      resolve(`tcp://127.0.0.1:${(server!.address() as { port: number }).port}`);
    });
  });
}

describe.each(['espruino', 'espruino-mcu', 'espruino-assert'])('the console of %s', (name) => {
  describeEngine(name, (engine) => {
    it('has its flash read over its console, byte for byte', async () => {
      folder = mkdtempSync(join(tmpdir(), 'mote-console-'));
      const path = engine.find()!;
      const file = join(folder, 'espruino.flash');
      // An engine whose Storage is empty erases what stands behind it.
      writeFileSync(join(folder, 'main.js'), 'require("Storage").write("a", "b"); quit();\n');
      execFileSync(path, ['main.js'], { cwd: folder, stdio: 'ignore', timeout: LIMIT_MS });
      const whole = readFileSync(file);
      const filled = fill();
      whole.set(filled, region.address - base);
      writeFileSync(file, whole);
      const port = await openPort(await startEngine(path, folder));
      const read = await readFlash(port, 'engine', region.address, SIZE);
      port.close();
      expect(read).toEqual(filled);
      expect(inspectRegion(read, pageBytes, region.address).totals).toMatchObject({
        held: 30,
        acknowledged: 10,
      });
    });
  });
});
