// The monitor over a board that is there, goes and comes back, floods, and prints what it likes. Time is the test's own.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ExitCode, MoteError } from '../../../flash/errors.ts';
import { startMonitor, type Monitor } from '../../../flash/monitor/monitor.ts';
import {
  createJsonView,
  createLogView,
  createTextView,
  joinViews,
  type Output,
} from '../../../flash/monitor/view.ts';
import type { Port } from '../../../flash/port/port.ts';
import { openPty, SOCAT } from '../firmware/pty.ts';
import { start } from '../cli/run.ts';

const settle = () => new Promise((resolve) => setImmediate(resolve));

interface Output2 extends Output {
  text: string;
}
const output = (more: Partial<Output> = {}): Output2 => ({
  text: '',
  writableLength: 0,
  write(text: string) {
    this.text += text;
  },
  ...more,
});

/** A board that a test plugs in and out. */
function bench({ reconnect = true, plugged = true, out = output() } = {}) {
  let now = Date.UTC(2026, 0, 2, 3, 4, 5, 6);
  let isThere = plugged;
  const waits: (() => void)[] = [];
  const ports: Port[] = [];
  const typed: string[] = [];
  let end = () => {};
  const view = createJsonView(out);
  const monitor: Monitor = startMonitor({
    name: 'ttyTEST',
    async open() {
      if (!isThere) throw new MoteError('cannot open it', 'plug it in', 'ttyTEST', ExitCode.Environment);
      const port: Port = { write: (text) => typed.push(text), onText() {}, onEnd() {}, close() {} };
      ports.push(port);
      return port;
    },
    view,
    clock: {
      now: () => now,
      wait: (ms) =>
        new Promise((resolve) => {
          waits.push(() => {
            now += ms;
            resolve();
          });
        }),
    },
    reconnect,
    tracer: undefined,
    ended: new Promise((resolve) => (end = resolve)),
  });
  monitor.done.catch(() => {});
  return {
    monitor,
    typed,
    ports,
    says: () =>
      out.text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    print: (text: string) => ports.at(-1)!.onText(text),
    unplug(why: string) {
      isThere = false;
      ports.at(-1)!.onEnd(why);
    },
    plug: () => void (isThere = true),
    async pass(times = 1) {
      for (let n = 0; n < times; n++) {
        waits.splice(0).forEach((wake) => wake());
        await settle();
      }
    },
    end: () => end(),
  };
}

describe('the monitor', () => {
  it('shows lines with their time, and what log codes mean', async () => {
    const board = bench();
    await settle();
    board.print('hello\r\n#1 0\r\n#3 5000\r\n#999 4\r\nno #3 5000\r\n');
    const time = Date.UTC(2026, 0, 2, 3, 4, 5, 6);
    expect(board.says()).toEqual([
      { time, connected: 'connected to ttyTEST' },
      { time, line: 'hello' },
      { time, line: '#1 0', event: 1, detail: 0, sentence: 'firmware started' },
      { time, line: '#3 5000', event: 3, detail: 5000, sentence: expect.stringMatching(/5\.0 s/) },
      { time, line: '#999 4', event: 999, detail: 4, sentence: 'unknown event 999 (4)' },
      { time, line: 'no #3 5000' },
    ]);
    board.end();
    await board.monitor.done;
  });

  it('waits for a board that is unplugged, and goes on', async () => {
    const board = bench();
    await settle();
    board.print('half a li');
    board.unplug('no such device');
    await settle();
    await board.pass(5);
    board.monitor.type('lost');
    board.plug();
    await board.pass();
    board.print('back\n');
    board.monitor.type('kept');
    const says = board.says().map(({ line, connected, lost }) => line ?? connected ?? lost);
    expect(says).toEqual([
      'connected to ttyTEST',
      'half a li',
      'connection lost: no such device; waiting for it',
      'connected to ttyTEST again after 3.0 s',
      'back',
    ]);
    expect(board.typed).toEqual(['kept']);
    board.end();
    await board.monitor.done;
  });

  it('comes back again and again, and leaves no port behind', async () => {
    const board = bench();
    await settle();
    for (let n = 0; n < 50; n++) {
      board.print(`${n}\n`);
      board.unplug('gone');
      await settle();
      board.plug();
      await board.pass();
    }
    const lines = board.says().flatMap(({ line }) => (line === undefined ? [] : [Number(line)]));
    expect(lines).toEqual(Array.from({ length: 50 }, (_, n) => n));
    // What a former port says is nobody's.
    board.ports[0]!.onText('ghost\n');
    expect(board.says().at(-1)).not.toHaveProperty('line');
    board.end();
    await board.monitor.done;
  });

  it('ends with the connection where it is told to', async () => {
    const board = bench({ reconnect: false });
    await settle();
    board.unplug('reset by peer');
    await expect(board.monitor.done).rejects.toMatchObject({
      what: 'the connection ended: reset by peer',
      where: 'ttyTEST',
      exitCode: ExitCode.Environment,
    });
  });

  it('does not wait for a board that was never there', async () => {
    await expect(bench({ plugged: false }).monitor.done).rejects.toMatchObject({ what: 'cannot open it' });
  });

  it('ends at once, waiting or not', async () => {
    const board = bench();
    await settle();
    board.unplug('gone');
    await settle();
    board.end();
    await board.monitor.done;
    expect(board.ports).toHaveLength(1);
  });
});

describe('what is shown', () => {
  const time = new Date(2026, 0, 2, 3, 4, 5, 6).getTime();
  const line = (text: string, sentence?: string) => ({ time, text, sentence });

  it('in a pipe is a line each', () => {
    const out = output();
    const notes = output();
    const view = createTextView(out, notes);
    view.partial('>pri', 4);
    view.line(line('#1 0', 'firmware started'));
    view.line(line('raw'));
    view.place({ file: 'main.ts', line: 3, column: 5, text: 'go();' });
    view.note(time, 'lost', 'connection lost: x');
    expect(out.text).toBe(
      '03:04:05.006 firmware started (#1 0)\n03:04:05.006 raw\n               = main.ts:3:5: go();\n',
    );
    expect(notes.text).toBe('03:04:05.006 -- connection lost: x --\n');
  });

  it('on a terminal has the line that is being written below', () => {
    const out = output({ isTTY: true, columns: 33 });
    const view = createTextView(out, out);
    view.partial('>print', 3);
    expect(out.text).toBe(`\r\x1b[K${' '.repeat(13)}>print\x1b[3D`);
    out.text = '';
    view.partial('>print', 3);
    expect(out.text).toBe('');
    view.partial(`>${'x'.repeat(40)}y`, 42);
    expect(out.text).toBe(`\r\x1b[K${' '.repeat(13)}${'x'.repeat(18)}y`);
    out.text = '';
    view.line(line('done'));
    // Styled where the terminal is one for colours.
    // eslint-disable-next-line no-control-regex -- the terminal's own control characters
    expect(out.text.replace(/\x1b\[\d+m/g, '')).toBe('\r\x1b[K03:04:05.006 done\n');
  });

  it('is left out while nobody reads, and that is said', () => {
    const out = output();
    const view = createTextView(out, out);
    const full = { writableLength: 2 << 20 };
    Object.defineProperty(out, 'writableLength', { get: () => full.writableLength });
    for (let n = 0; n < 1000; n++) view.line(line(`flood ${n}`));
    expect(out.text).toBe('');
    full.writableLength = 0;
    view.line(line('calm'));
    expect(out.text).toBe('... 1000 lines were too fast to show ...\n03:04:05.006 calm\n');
  });

  it('goes to a file too, all of it', () => {
    const folder = mkdtempSync(join(tmpdir(), 'mote-log-'));
    const path = join(folder, 'board.log');
    const view = joinViews([
      createTextView(output({ writableLength: 2 << 20 }), output()),
      createLogView(path),
    ]);
    view.line(line('#1 0', 'firmware started'));
    view.line(line('raw'));
    const stamp = new Date(time).toISOString();
    expect(readFileSync(path, 'utf8')).toBe(`${stamp} firmware started (#1 0)\n${stamp} raw\n`);
    rmSync(folder, { recursive: true });
    expect(() => createLogView('/no/folder/x.log')).toThrow(/cannot be written \(ENOENT\)/);
  });
});

describe('mote monitor', () => {
  const closers: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });

  it('comes back to a TCP peer that was restarted', async () => {
    let socket: Socket | undefined;
    let greeting = 'first\n';
    const server = createServer((one) => {
      socket = one.on('error', () => {});
      one.write(greeting);
    });
    closers.push(
      () => server.close(),
      () => socket?.destroy(),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const monitor = start(['monitor', '--port', `tcp://127.0.0.1:${port}`, '--json']);
    await monitor.shown('first');
    greeting = '\x1b]0;evil\x07second\n';
    socket!.destroy();
    await monitor.shown('second');
    monitor.child.kill('SIGTERM');
    const { code, stdout } = await monitor.done;
    expect(code).toBe(0);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((text) => Object.keys(JSON.parse(text) as object)[1]),
    ).toEqual(['connected', 'line', 'lost', 'connected', 'line']);
    expect(stdout).toContain('\\\\x1b]0;evil\\\\x07second');
  });

  it.skipIf(SOCAT === undefined)('comes back to a serial port that was unplugged (needs socat)', async () => {
    const first = await openPty();
    closers.push(first.close);
    const monitor = start(['monitor', '--port', first.path]);
    await monitor.shown('connected');
    first.send('#1 0\r\n');
    await monitor.shown('firmware started');
    await first.pull();
    await monitor.shown('connection lost');
    const second = await openPty(first.path);
    closers.push(second.close);
    await monitor.shown('again after');
    second.send('and on\r\n');
    await monitor.shown('and on');
    monitor.child.kill('SIGINT');
    expect((await monitor.done).code).toBe(0);
  });

  it('says what is wrong with its options', async () => {
    const [map, both] = await Promise.all([
      start(['monitor', '--port', 'tcp://127.0.0.1:1', '--map', 'package.json']).done,
      start(['monitor', '--port', 'tcp://127.0.0.1:1', '--raw', '--json']).done,
    ]);
    expect(map).toMatchObject({ code: 2, stderr: expect.stringMatching(/package\.json: is no source map/) });
    expect(both.code).toBe(2);
    expect(both.stdout + both.stderr).toMatch(/cannot be both/);
  });
});
