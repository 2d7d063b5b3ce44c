// A firmware that fails on a real Espruino, out of its Storage, and the monitor that names the line of its source.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { build } from '../../flash/build/build.ts';
import { startMonitor } from '../../flash/monitor/monitor.ts';
import { createTracer, type Place } from '../../flash/monitor/trace.ts';
import { openPort } from '../../flash/port/port.ts';
import { writeFirmware } from '../flash/build/fixture.ts';
import { describeEngine } from './describe-engine.ts';
import { LIMIT_MS } from './engines.ts';

const LINES = [
  'interface Deep {',
  '  readonly value: { readonly more: number } | undefined;',
  '}',
  'const places: Deep[] = [{ value: { more: 1 } }, { value: undefined }];',
  'let at = 0;',
  'function dig(place: Deep): number {',
  '  const { value } = place;',
  '  return value!.more + 1; // digs',
  '}',
  'function refuse(text: string): void {',
  '  if (text.length > 3) throw new Error(text); // refuses',
  '}',
  'function tick(): void {',
  "  print('#' + 1, at);",
  "  if (at === 2) refuse('on purpose'); // asks",
  '  setTimeout(tick, 100);',
  '  at++;',
  "  print('dug', dig(places[at - 1]!));",
  '}',
  'setTimeout(tick, 100);',
];
const lineOf = (mark: string) => LINES.findIndex((line) => line.endsWith(`// ${mark}`)) + 1;

let server: Server | undefined;
let child: ChildProcess | undefined;
let folder: string | undefined;
afterEach(() => {
  child?.kill('SIGKILL');
  server?.close();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

/** Put a program into Storage, and start the engine with its console on a TCP port. @returns the port's name. */
async function startEngine(path: string, file: string, code: string): Promise<string> {
  folder = mkdtempSync(join(tmpdir(), 'mote-monitor-'));
  const run =
    file === '.bootcde'
      ? ''
      : `require("Storage").write(".bootcde",'eval(require("Storage").read("${file}"))');`;
  const write = `require("Storage").write("${file}",${JSON.stringify(code)});${run}quit();\n`;
  writeFileSync(join(folder, 'put.js'), write);
  execFileSync(path, ['put.js'], { cwd: folder, stdio: 'ignore', timeout: LIMIT_MS });
  server = createServer((socket) => {
    child = spawn(path, { cwd: folder, stdio: ['pipe', 'pipe', 'ignore'] });
    child.stdout!.pipe(socket);
    socket.pipe(child.stdin!);
    socket.on('error', () => {});
    child.stdin!.on('error', () => {});
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe.each(['espruino', 'espruino-mcu', 'espruino-assert'])('the monitor of %s', (name) => {
  describeEngine(name, (engine) => {
    // A time of its own: an engine that says nothing more is waited for until then.
    it.each(['.bootcde', 'mote.a'])(
      'names the source lines of errors in code out of %s',
      async (file) => {
        const { code, map } = await build({
          firmware: writeFirmware({ 'main.ts': LINES.join('\n') }),
          board: 'espruino-linux',
        });
        expect(code.split('\n').length).toBeLessThan(3);
        const port = await startEngine(engine.find()!, file, code);
        const places: Place[] = [];
        const sentences: string[] = [];
        let end = () => {};
        const ended = new Promise<void>((resolve) => (end = resolve));
        const monitor = startMonitor({
          name: port,
          open: () => openPort(port),
          view: {
            bytes() {},
            line: ({ sentence, text }) => {
              if (sentence !== undefined) sentences.push(sentence);
              if (text === 'typed 2') end();
            },
            place(place) {
              places.push(place);
              // Two levels of the second error are the last that is awaited; what is typed then goes to the engine.
              if (place.line === lineOf('refuses')) {
                setTimeout(() => monitor.type('print("typed",1+1)\n'), 300);
              }
            },
            partial() {},
            note: (_time, kind, text) => {
              if (kind === 'map') throw new Error(text);
            },
          },
          clock: { now: Date.now, wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) },
          reconnect: false,
          tracer: createTracer(map, code),
          ended,
        });
        await monitor.done;
        const found = places.map(({ line }) => line);
        expect(found).toContain(lineOf('digs'));
        expect(found).toContain(lineOf('refuses'));
        expect(places.every((place) => place.file.endsWith('main.ts'))).toBe(true);
        expect(places.find(({ line }) => line === lineOf('digs'))!.text).toMatch(
          /^return value!\.more \+ 1;/,
        );
        expect(sentences[0]).toBe('firmware started');
      },
      60_000,
    );
  });
});
