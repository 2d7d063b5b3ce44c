import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EngineError, runEspruino } from '../../../sim/engine/espruino.ts';
import type { EspruinoMemory, EspruinoOptions } from '../../../sim/engine/espruino.ts';

const FAKE = fileURLToPath(new URL('./fake-espruino.mjs', import.meta.url));

let directory: string;
let lines: string[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mote-test-'));
  lines = [];
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const start = (bundle: string, more: Partial<EspruinoOptions> = {}) =>
  runEspruino({ binary: FAKE, prelude: [], bundle, onLine: (line) => lines.push(line), ...more });

describe('runEspruino', () => {
  it('runs prelude and bundle in order and gives their lines without banner and prompts', async () => {
    const engine = await start(
      'print(greeting);raw(">\\r\\x1b[Jfrom the idle loop\\r\\n>\\r\\x1b[J>mine\\r\\n>");quit();',
      { prelude: ['var greeting="hel";', 'greeting+="lo";', ''] },
    );
    const exit = await engine.exited;
    expect(lines).toEqual(['hello', 'from the idle loop', '>mine']);
    expect(exit).toEqual({ code: 0, signal: null, failures: [] });
  });

  it('runs a prelude from flash storage where memory is short, and leaves no trace of loading', async () => {
    const engine = await start(
      'print([...stored.keys()]);print(typeof moteSource,typeof moteMemory);quit();',
      {
        prelude: ['var a=1;', `print("long");//${'x'.repeat(50)}`],
      },
    );
    await engine.exited;
    expect(lines).toEqual(['long', 'prelude1.js,.bootcde', 'undefined undefined']);
  });

  it('keeps a last line that has no end', async () => {
    await (
      await start('raw("half a li");setTimeout(quit,20);')
    ).exited;
    expect(lines).toEqual(['half a li']);
  });

  it('leaves out a look at memory that the end of the engine cut off', async () => {
    const seen: EspruinoMemory[] = [];
    const engine = await start(`raw('@@mote:memory {"free":15,"usa');setTimeout(quit,20);`, {
      onMemory: (memory) => seen.push(memory),
    });
    await engine.exited;
    expect([lines, seen]).toEqual([[], []]);
  });

  it('gives every byte as one character', async () => {
    await (
      await start('process.stdout.write(Buffer.from([0xb0,0x43,10]));setTimeout(quit,20);')
    ).exited;
    expect(lines).toEqual(['\xb0C']);
  });

  it('reports memory apart from the lines', async () => {
    const seen: EspruinoMemory[] = [];
    let engine: Awaited<ReturnType<typeof start>> | undefined;
    const twice = new Promise<void>((resolve) => {
      void start('', {
        memoryEveryMs: 5,
        onMemory: (memory) => {
          if (seen.push(memory) === 2) resolve();
        },
      }).then((running) => (engine = running));
    });
    await twice;
    await engine?.close();
    expect(seen[0]).toMatchObject({ free: 15, usage: 10, total: 25, blocksize: 14 });
    expect(lines).toEqual([]);
  });

  it('quits by itself when its connection closes', async () => {
    const engine = await start('');
    expect(await engine.close()).toEqual({ code: 0, signal: null, failures: [] });
  });

  it('is killed when it does not quit', async () => {
    const engine = await start('ignoreClose();', { graceMs: 50 });
    expect(await engine.close()).toMatchObject({ code: null, signal: 'SIGKILL' });
  });

  it.each([
    ['an uncaught error', 'throw new Error("boom");', 'Uncaught Error: boom'],
    ['a failed assert', 'print("ASSERT FAILED AT jsvar.c:1");quit();', 'ASSERT FAILED AT jsvar.c:1'],
    ['memory used up', 'print("OUT OF MEMORY");quit();', 'OUT OF MEMORY'],
    ['an error of the engine', 'print("ERROR: No space");quit();', 'ERROR: No space'],
    ['an interrupt', 'print("Execution Interrupted");quit();', 'Execution Interrupted'],
  ])('tells of %s once', async (_, bundle, failure) => {
    const exit = await (await start(bundle)).exited;
    expect(exit.failures).toEqual([failure]);
    expect(lines).toContain(failure);
  });

  it('takes a refused connection for no failure of its own', async () => {
    const exit = await (await start('print("ERROR: Connect failed (err 111)");quit();')).exited;
    expect(exit.failures).toEqual([]);
  });

  it('leaves no file behind, but keeps what lies in a directory it was given', async () => {
    vi.stubEnv('TMPDIR', directory);
    await (
      await start('quit();')
    ).exited;
    vi.unstubAllEnvs();
    expect(readdirSync(directory)).toEqual([]);
    await (
      await start('quit();', { cwd: directory })
    ).exited;
    expect(existsSync(join(directory, '.bootcde'))).toBe(true);
  });

  describe('an engine that cannot be used', () => {
    const refused = async (more: Partial<EspruinoOptions>) => {
      const error = await start('', more).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(EngineError);
      expect((error as EngineError).fix).not.toBe('');
      return (error as EngineError).message;
    };
    const script = (text: string, mode = 0o755) => {
      const path = join(directory, 'engine');
      writeFileSync(path, text);
      chmodSync(path, mode);
      return path;
    };

    it('is missing', async () => {
      expect(await refused({ binary: join(directory, 'none') })).toMatch(/^no Espruino at .*none$/);
    });
    it('is a directory', async () => {
      expect(await refused({ binary: directory })).toMatch(/is not a program$/);
    });
    it('is not executable', async () => {
      expect(await refused({ binary: script('', 0o644) })).toMatch(/is not executable$/);
    });
    it('is no program of this machine', async () => {
      expect(await refused({ binary: script('\x7fELF of another machine') })).toMatch(/engine ended/);
    });
    it('is another program', async () => {
      const binary = script('#!/bin/sh\necho "what is $1?" >&2\nexit 3\n');
      expect(await refused({ binary })).toMatch(/ended with code 3 .*: what is mote-loader.js\?$/);
    });
    it('says nothing', async () => {
      const binary = script('#!/bin/sh\nexec sleep 60\n');
      expect(await refused({ binary, startMs: 50 })).toMatch(/did not start in 50 ms$/);
    });
  });
});
