// `mote monitor`: the console of a board, with times, sentences for log codes, and source lines for errors.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import type { Command } from 'commander';
import { displayName } from '../build/firmware.ts';
import { ExitCode, MoteError } from '../errors.ts';
import { addFirmwareOptions, firmwareOptions, type FirmwareFlags } from './options.ts';
import { createProgress } from './output.ts';

interface MonitorFlags extends FirmwareFlags {
  readonly port?: string;
  readonly firmware?: string;
  readonly board: string;
  readonly map?: string;
  readonly log?: string;
  readonly seconds?: string;
  readonly json?: boolean;
  readonly raw?: boolean;
  readonly reconnect: boolean;
}

export function addMonitor(program: Command): void {
  addFirmwareOptions(
    program
      .command('monitor')
      .description(
        'the console of a board: what it prints, and what you type; Ctrl-] or Ctrl-C twice ends it',
      )
      .option('--port <name>', 'serial port, pty or tcp://host:port; default: the only board there is')
      .option('--firmware <path>', 'what runs on the board: errors are shown with its source lines')
      .option('--board <id>', 'the board that firmware was built for', 'esp32')
      .option('--map <file>', 'the same from the source map that mote build wrote'),
  )
    .option('--log <file>', 'add every line to a file too')
    .option('--seconds <n>', 'end after this time')
    .option('--no-reconnect', 'end when the connection does')
    .option('--raw', 'show bytes as they come, escape sequences of the board too')
    .option('--json', 'print one JSON object a line')
    .action(runMonitor);
}

function usage(what: string, fix: string, where: string): MoteError {
  return new MoteError(what, fix, where, ExitCode.Usage);
}

function duration(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && value <= 86_400 * 24) return value * 1000;
  throw usage(`${JSON.stringify(text)} is not a whole number of seconds`, 'write --seconds 10', '--seconds');
}

/** Names of sources as a person finds them: a map in a file names them from its own folder. */
function withNames(map: string, name: (source: string) => string): string {
  const parsed = JSON.parse(map) as { sources: string[] };
  return JSON.stringify({ ...parsed, sources: parsed.sources.map(name) });
}

function readMap(path: string): { map: string; code: string | undefined } {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw usage(
      `cannot be read (${(error as NodeJS.ErrnoException).code})`,
      'name the .map that mote build wrote',
      path,
    );
  }
  try {
    const { mappings, sources } = JSON.parse(text) as { mappings: unknown; sources: unknown };
    if (typeof mappings !== 'string' || !Array.isArray(sources)) throw new Error('no mappings');
  } catch {
    throw usage('is no source map', 'name the .map that mote build wrote', path);
  }
  const program = path.replace(/\.map$/, '');
  const folder = dirname(path);
  return {
    map: withNames(text, (source) =>
      displayName(isAbsolute(source) ? source : join(process.cwd(), folder, source)),
    ),
    code: program !== path && existsSync(program) ? readFileSync(program, 'latin1') : undefined,
  };
}

async function buildMap(flags: MonitorFlags & { firmware: string }): Promise<{ map: string; code: string }> {
  const { build } = await import('../build/build.ts');
  const progress = createProgress();
  try {
    const { map, code } = await build({
      ...firmwareOptions(flags.firmware, flags),
      board: flags.board,
      onProgress: (step) => progress.step(step),
    });
    return { map, code };
  } finally {
    progress.clear();
  }
}

async function createTracerFor(flags: MonitorFlags) {
  const { firmware, map: path } = flags;
  if (firmware !== undefined && path !== undefined) {
    throw usage('two things say what runs on the board', 'leave --map or --firmware out', '--map');
  }
  if (firmware === undefined && path === undefined) return undefined;
  const { map, code } =
    path === undefined ? await buildMap({ ...flags, firmware: firmware! }) : readMap(path);
  const { createTracer } = await import('../monitor/trace.ts');
  return createTracer(map, code);
}

/** Let keys and pipes through to the board. @returns a function that gives the terminal back. */
function listen(
  type: (text: string) => void,
  keys: (text: string) => { send: string; ends: boolean },
  end: () => void,
) {
  const { stdin } = process;
  const terminal = stdin.isTTY;
  if (terminal) stdin.setRawMode(true);
  const restore = () => {
    if (terminal) stdin.setRawMode(false);
  };
  process.once('exit', restore);
  stdin.on('data', (bytes) => {
    const text = bytes.toString('latin1');
    // In this mode the terminal sends no signal; what comes through a pipe is no key.
    const { send, ends } = terminal ? keys(text) : { send: text, ends: false };
    if (send !== '') type(send);
    if (ends) end();
  });
  stdin.on('error', () => {});
  return () => {
    restore();
    stdin.removeAllListeners('data');
    stdin.pause();
    stdin.unref?.();
  };
}

async function runMonitor(flags: MonitorFlags): Promise<void> {
  const limit = duration(flags.seconds);
  if (flags.raw && flags.json) throw usage('cannot be both', 'leave --raw or --json out', '--raw');
  const tracer = await createTracerFor(flags);
  const { choosePort } = await import('../port/list.ts');
  const { openPort } = await import('../port/port.ts');
  const { createKeys } = await import('../monitor/keys.ts');
  const { startMonitor } = await import('../monitor/monitor.ts');
  const views = await import('../monitor/view.ts');
  const name = flags.port ?? (await choosePort(undefined)).path;

  let end = () => {};
  const ended = new Promise<void>((resolve) => (end = resolve));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);
  const timer = limit === undefined ? undefined : setTimeout(end, limit);
  const { stdout, stderr } = process;
  const shown = flags.json
    ? views.createJsonView(stdout)
    : flags.raw
      ? views.createRawView(stdout, stderr)
      : views.createTextView(stdout, stderr);
  let connected = () => {};
  const first = new Promise<void>((resolve) => (connected = resolve));
  const monitor = startMonitor({
    name,
    async open() {
      const port = await openPort(name);
      connected();
      return port;
    },
    view: flags.log === undefined ? shown : views.joinViews([shown, views.createLogView(flags.log)]),
    clock: {
      now: () => Date.now(),
      wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    },
    reconnect: flags.reconnect,
    tracer,
    ended,
  });
  // What is piped in waits for the board.
  let leave = () => {};
  void first.then(() =>
    setImmediate(
      () =>
        (leave = listen(
          monitor.type,
          createKeys(() => Date.now()),
          end,
        )),
    ),
  );
  try {
    await monitor.done;
  } finally {
    leave();
    clearTimeout(timer);
    if (stdout.isTTY) stdout.write('\r\x1b[K');
  }
}
