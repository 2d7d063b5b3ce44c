// Uploads to the virtual board: what runs afterwards, what comes back.
import { afterEach, describe, expect, it } from 'vitest';
import { ExitCode } from '../../../flash/errors.ts';
import { openBoard, type Board } from '../../../flash/upload/board.ts';
import { inspectBoard } from '../../../flash/upload/inspect.ts';
import { lockBoard } from '../../../flash/upload/lock.ts';
import { runFromRam } from '../../../flash/upload/ram.ts';
import { upload } from '../../../flash/upload/upload.ts';
import { judge, trialMs, waitForVerdict } from '../../../flash/upload/verdict.ts';
import { startVirtualBoard, type VirtualBoard } from './virtual-board.ts';
import { program, send, whoRuns } from './who.ts';

let on: VirtualBoard | undefined;
afterEach(async () => {
  await on?.close();
  on = undefined;
});

describe('an upload', () => {
  it('runs, stays over a restart, and uses both slots in turn', async () => {
    on = await startVirtualBoard();
    for (const [i, name] of ['one', 'two', 'three'].entries()) {
      expect(await send(on.port, program(name))).toMatchObject({ slot: i % 2, place: i, isSame: false });
      expect((await whoRuns(on.port)).name).toBe(name);
    }
    on.restart();
    expect((await whoRuns(on.port)).name).toBe('three');
    expect(await inspectBoard(on.port)).toMatchObject({
      bootCode: 'selector',
      health: 'healthy',
      board: 'ESP32',
    });
  });

  it('is refused when the choice file is full, and begins a new one with a compaction', async () => {
    on = await startVirtualBoard();
    await send(on.port, program('one'));
    const board = await openBoard(on.port);
    await board.ask('require("Storage").write("mote.choice",new Uint8Array(255*16),16)');
    await board.close();
    await expect(send(on.port, program('two'))).rejects.toThrow(/choice file is full.*--compact/);
    expect((await whoRuns(on.port)).name).toBe('one');
    const warnings: string[] = [];
    const done = await send(on.port, program('two'), { compact: true, warn: (text) => warnings.push(text) });
    expect(done).toMatchObject({ slot: 1, place: 1 });
    expect(warnings.join()).toMatch(/power cut erases everything/);
    on.restart();
    expect((await whoRuns(on.port)).name).toBe('two');
  });

  it('compacts nothing where even that would not make room', async () => {
    on = await startVirtualBoard();
    for (const name of ['zero', 'old']) await send(on.port, program(name));
    const known = { password: () => Promise.resolve('secret') };
    const board = await openBoard(on.port);
    await lockBoard(board, 'secret');
    await board.close();
    const again = await openBoard(on.port, known);
    const warnings: string[] = [];
    const sent = upload(again, {
      code: `${program('big')}/*${'y'.repeat(900 * 1024)}*/`,
      trialMin: 1,
      compact: true,
      warn: (text) => warnings.push(text),
    });
    await expect(sent).rejects.toThrow(/are needed in Storage, .*build a smaller program/);
    expect(warnings).toEqual([]);
    expect(await again.ask('[name,require("Storage").read("mote.a")!==undefined]')).toEqual(['old', true]);
    await again.close();
    const locked = await openBoard(on.port, known);
    expect(locked.isLocked).toBe(true);
    await locked.close();
  });

  it('that fails behind a compaction leaves the former program running, and the console locked', async () => {
    on = await startVirtualBoard();
    for (const name of ['zero', 'old']) await send(on.port, program(name));
    const board = await openBoard(on.port);
    await board.ask('require("Storage").write("mote.choice",new Uint8Array(254*16),32)');
    await lockBoard(board, 'secret');
    await board.close();
    const known = { password: () => Promise.resolve('secret') };
    const again = await openBoard(on.port, known);
    const onStep = (step: string) => {
      if (step.startsWith('writing')) throw new Error('the host has had enough');
    };
    const sent = upload(again, { code: program('new'), trialMin: 1, compact: true, onStep });
    await expect(sent).rejects.toThrow('the host has had enough');
    expect(await again.ask('name')).toBe('old');
    await again.close();
    const locked = await openBoard(on.port, known);
    expect(locked.isLocked).toBe(true);
    await locked.close();
  });

  it('leaves boot code of somebody else alone, unless it is told otherwise', async () => {
    on = await startVirtualBoard();
    const board = await openBoard(on.port);
    await board.ask('require("Storage").write(".bootcde","name=\'theirs\'")');
    await board.ask('require("Storage").write(".bootrst","0")');
    await board.close();
    await expect(send(on.port, program('ours'))).rejects.toThrow(/\.bootcde, \.bootrst.*--replace/);
    await send(on.port, program('ours'), { replace: true });
    on.restart();
    expect((await whoRuns(on.port)).name).toBe('ours');
  });

  it('is typed again when the program on trial has not reported', async () => {
    on = await startVirtualBoard();
    await send(on.port, program('good'));
    await send(on.port, program('silent', 'var says="moteHealthy";'));
    const warnings: string[] = [];
    const done = await send(on.port, program('third'), { warn: (text) => warnings.push(text) });
    expect(warnings.join()).toMatch(/has not reported yet: given up/);
    expect(done).toMatchObject({ slot: 1, place: 2 });
    expect((await whoRuns(on.port)).name).toBe('third');
  });

  it('goes back from a program that throws', async () => {
    on = await startVirtualBoard();
    await send(on.port, program('good'));
    const board = await openBoard(on.port);
    await send(on.port, program('bad', 'throw new Error("broken")')).catch(() => {});
    expect(await waitForVerdict(board, { slot: 1, place: 1 }, 10_000)).toBe('rejected');
    expect(await board.ask('name')).toBe('good');
    await board.close();
  });
});

describe('what is typed at a board', () => {
  /** What is around an expression on its line. */
  const AROUND = 45;

  it.each([
    ['plain text', 'z'],
    ['quotes', '"'],
    ['lines', '\n'],
    ['bytes of UTF-8', '\xc3\xa4'],
  ])('is no line of more than 500 characters: %s', async (_what, text) => {
    on = await startVirtualBoard();
    const board = await openBoard(on.port);
    let longest = 0;
    const ask: Board['ask'] = (expression, answerMs) => {
      longest = Math.max(longest, expression.length + AROUND);
      return board.ask(expression, answerMs);
    };
    const restart = (limitMs: number) => board.restart(limitMs);
    const code = `${program('long')}/*${text.repeat(500)}*/`;
    const { name, version, kind, isLocked, type, reset, attach, close } = board;
    const heard: Board = { name, version, kind, isLocked, type, reset, attach, close, ask, restart };
    await upload(heard, { code, trialMin: 1 });
    await runFromRam(heard, code);
    expect(await board.ask('name')).toBe('long');
    await board.close();
    expect(longest).toBeGreaterThan(300);
    expect(longest).toBeLessThanOrEqual(500);
  });
});

describe('a locked console', () => {
  it('is unlocked after each restart, and its password asked for once', async () => {
    on = await startVirtualBoard();
    await send(on.port, program('one'));
    const board = await openBoard(on.port);
    await lockBoard(board, 'secret');
    await board.close();
    const answers = ['wrong', 'secret'];
    const password = () => Promise.resolve(answers.shift());
    await expect(openBoard(on.port, { password })).rejects.toThrow(/not that of the console/);
    const again = await openBoard(on.port, { password });
    for (let i = 0; i < 2; i++) {
      await again.restart(10_000);
      expect(await again.ask('name')).toBe('one');
    }
    await again.close();
  });
});

describe('the verdict on an upload', () => {
  it('is waited for as long as a board may try: three times', () => {
    expect(trialMs(10)).toBeGreaterThanOrEqual(3 * 10 * 60_000);
    expect(trialMs(10)).toBeLessThan(4 * 10 * 60_000);
  });

  it('is good only of what reported, or has nothing to go back to', () => {
    const refusals = { exitCode: ExitCode.Firmware };
    expect(() => judge('healthy', true, 'ttyTEST')).not.toThrow();
    expect(() => judge('waiting', false, 'ttyTEST')).not.toThrow();
    expect(() => judge('rejected', true, 'ttyTEST')).toThrow(expect.objectContaining(refusals));
    expect(() => judge('waiting', true, 'ttyTEST')).toThrow(expect.objectContaining(refusals));
    expect(() => judge('waiting', true, 'ttyTEST')).toThrow(/^ttyTEST: .*still on trial.*mote doctor --port/);
  });
});

describe('a locked board', () => {
  const known = { password: async () => 'secret' };
  const lock = async (port: string) => {
    await send(port, program('old'));
    const board = await openBoard(port);
    await lockBoard(board, 'secret');
    await board.close();
  };

  it('has its password again as soon as what runs was ended for --ram', async () => {
    on = await startVirtualBoard();
    await lock(on.port);
    const board = await openBoard(on.port, known);
    await board.reset();
    // Whoever comes next finds the console as the pulled cable left it, and leaves it closed.
    await board.ask('(E.lockConsole(),1)').catch(() => {});
    await expect(openBoard(on.port)).rejects.toThrow(/locked with a password/);
    await board.close();
  });

  it('is said to be open when its password was torn, or is set by nobody', async () => {
    on = await startVirtualBoard();
    await lock(on.port);
    expect((await inspectBoard(on.port, known)).open).toEqual([]);
    const board = await openBoard(on.port, known);
    // In the place of the selector, as another tool would put it there.
    await board.ask('(require("Storage").erase(".bootcde"),require("Storage").write(".bootcde","1"))');
    await board.close();
    on.restart();
    expect((await inspectBoard(on.port)).open).not.toEqual([]);
  });

  it('is not closed to everybody by a password that was torn, when what runs is ended', async () => {
    on = await startVirtualBoard();
    await send(on.port, program('old'));
    const board = await openBoard(on.port);
    await board.ask('require("Storage").write("mote.lock","xxxxsecre\xff")');
    await board.reset();
    await board.close();
    expect((await inspectBoard(on.port)).open).not.toEqual([]);
  });
});
