// Uploads to the real engine: what runs afterwards, what comes back, and what is left when the power goes away at any program of its
// flash. `npm run test:upload` cuts everywhere; without it, a sample.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, it, vi } from 'vitest';
import { build } from '../../flash/build/build.ts';
import { startBroker } from '../../flash/sim/broker.ts';
import { openBoard } from '../../flash/upload/board.ts';
import type { MoteError } from '../../flash/errors.ts';
import { inspectBoard } from '../../flash/upload/inspect.ts';
import { lockBoard } from '../../flash/upload/lock.ts';
import { runFromRam } from '../../flash/upload/ram.ts';
import { upload, type UploadOptions, type Uploaded } from '../../flash/upload/upload.ts';
import { waitForVerdict } from '../../flash/upload/verdict.ts';
import { writeFirmware } from '../flash/build/fixture.ts';
import { describeEngine } from './describe-engine.ts';
import {
  compileCutter,
  createEspruinoBoard,
  saveFlash,
  TEARS,
  type Cut,
  type EspruinoBoard,
} from '../../bench/espruino-board.ts';

const folder = mkdtempSync(join(tmpdir(), 'mote-upload-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const isFull = process.env['MODE'] === 'full';
const FIX = { name: 'gcc', enable: 'install gcc', isThere: existsSync('/usr/bin/gcc') };

/** Espruino on Linux dies now and then of being typed at, oftener on a loaded machine: docs/upload.md. Nothing else is tried again. */
let hasDied = false;
const AGAIN = { retry: { count: 3, condition: () => hasDied } };

/** A program that says who it is, and that it works. */
const program = (name: string, rest = 'global.moteHealthy&&moteHealthy();') =>
  `var name="${name}";print("I am ${name}");${rest}`;

describeEngine(
  'espruino',
  (engine) => {
    const binary = engine.find()!;
    let board: EspruinoBoard | undefined;
    afterEach(async () => {
      hasDied = board?.isOn() === false;
      await board?.close();
      board = undefined;
    });

    async function send(port: string, code: string, options: Partial<UploadOptions> = {}): Promise<Uploaded> {
      const connection = await openBoard(port);
      try {
        return await upload(connection, { code, trialMin: 1, ...options });
      } finally {
        await connection.close();
      }
    }

    /** @returns what runs on the board. */
    async function whoRuns(port: string): Promise<{ name: string | undefined; files: number }> {
      const connection = await openBoard(port);
      try {
        const name = await connection.ask<string | null>('global.name||null');
        const files = await connection.ask<number>('require("Storage").list().length');
        return { name: name ?? undefined, files };
      } finally {
        await connection.close();
      }
    }

    /** Do what needs a board that is on. Espruino on Linux dies now and then of being typed at: that is one more loss of power. */
    async function surviving<T>(on: EspruinoBoard, task: () => Promise<T>): Promise<T> {
      for (let tries = 1; ; tries++) {
        try {
          return await task();
        } catch (error) {
          if (on.isOn() || tries === 3) throw error;
          on.start();
        }
      }
    }

    async function fresh(image?: string, cutter?: string): Promise<EspruinoBoard> {
      board = await createEspruinoBoard(binary, { ...(image && { image }), ...(cutter && { cutter }) });
      return board;
    }

    it('runs what was uploaded, keeps it over a restart, and uses both slots in turn', AGAIN, async () => {
      const on = await fresh();
      on.start();
      for (const [i, name] of ['one', 'two', 'three'].entries()) {
        const done = await send(on.port, program(name));
        expect(done).toMatchObject({ slot: i % 2, place: i, isSame: false });
        expect((await whoRuns(on.port)).name).toBe(name);
      }
      await on.stop();
      on.start();
      expect((await whoRuns(on.port)).name).toBe('three');
      expect(await send(on.port, program('three'))).toMatchObject({ isSame: true, place: 2 });
      const report = await inspectBoard(on.port);
      expect(report).toMatchObject({ bootCode: 'selector', health: 'healthy', board: 'LINUX' });
      expect(report.open).toHaveLength(1);
    });

    it('leaves functions in flash', AGAIN, async () => {
      const on = await fresh();
      on.start();
      const long = `/*${'x'.repeat(4000)}*/`;
      await send(
        on.port,
        `var before=process.memory().usage;${program('flash')}function big(){${long}return 1}var after=process.memory().usage;`,
      );
      const connection = await openBoard(on.port);
      expect(await connection.ask<number>('after-before')).toBeLessThan(30);
      expect(await connection.ask<number>('E.getSizeOf(big)')).toBeLessThan(8);
      expect(await connection.ask<number>('big()')).toBe(1);
      await connection.close();
    });

    it.each([
      ['throws as it starts', 'throw new Error("broken")'],
      ['throws later', 'setTimeout(function(){throw new Error("late")},300)'],
    ])('goes back from a program that %s', AGAIN, async (_, rest) => {
      const on = await fresh();
      on.start();
      await send(on.port, program('good'));
      const connection = await openBoard(on.port);
      const done = await upload(connection, { code: program('bad', rest), trialMin: 1 }).catch(() => ({
        slot: 1 as const,
        place: 1,
      }));
      expect(await waitForVerdict(connection, done, 20_000)).toBe('rejected');
      expect(await connection.ask('name')).toBe('good');
      await connection.close();
    });

    it(
      'goes back from a program that never reports, and from one that the power goes away from',
      AGAIN,
      async () => {
        const on = await fresh();
        on.start();
        await send(on.port, program('good'));
        await send(on.port, program('silent', 'moteHealthy;'));
        for (let tries = 2; tries <= 3; tries++) {
          await on.stop();
          on.start();
          expect((await whoRuns(on.port)).name).toBe('silent');
        }
        await on.stop();
        on.start();
        expect((await whoRuns(on.port)).name).toBe('good');
      },
    );

    it(
      'keeps a mote from its first session on, and gives one up that has none in its time',
      AGAIN,
      async () => {
        const broker = await startBroker(0);
        const on = await fresh();
        on.start();
        const mote = async (port: number) => {
          const text = `import { startMote } from 'mote-sdk/espruino';
startMote({ id: 'm', broker: { host: '127.0.0.1', port: ${port} }, sensors: [] });
`;
          const folder = writeFirmware({ 'main.ts': text });
          return (await build({ firmware: folder, board: 'espruino-linux' })).code;
        };
        const good = await mote(broker.port);
        const lonely = await mote(1);
        const connection = await openBoard(on.port);
        try {
          expect(
            await waitForVerdict(connection, await upload(connection, { code: good, trialMin: 1 }), 20_000),
          ).toBe('healthy');
          const done = await upload(connection, { code: lonely, trialMin: 1 });
          expect(done.reports).toBe(true);
          expect(await waitForVerdict(connection, done, 90_000)).toBe('rejected');
          expect(on.printed()).toContain('not healthy after 1 min');
          expect(await connection.ask<number>('moteBoot.slot')).toBe(0);
        } finally {
          await connection.close();
          await broker.close();
        }
      },
    );

    it('is refused where boot code of somebody else is, unless told otherwise', AGAIN, async () => {
      const on = await fresh();
      on.start();
      const connection = await openBoard(on.port);
      await connection.ask('require("Storage").write(".bootcde","name=\'theirs\'")');
      await connection.close();
      await expect(send(on.port, program('ours'))).rejects.toThrow(/\.bootcde.*--replace/);
      await on.stop();
      on.start();
      expect((await whoRuns(on.port)).name).toBe('theirs');
      const warnings: string[] = [];
      await send(on.port, program('ours'), { replace: true, warn: (text) => warnings.push(text) });
      expect(warnings.join()).toMatch(/replaced/);
      expect((await whoRuns(on.port)).name).toBe('ours');
    });

    it('is refused with figures where there is no room, and has room after a compaction', AGAIN, async () => {
      const on = await fresh();
      on.start();
      const size = 70_000;
      const large = (name: string) => program(name) + `/*${'y'.repeat(size)}*/`;
      await send(on.port, large('one'));
      await send(on.port, large('two'));
      await send(on.port, large('three'));
      const refused = await send(on.port, large('four')).catch((error: MoteError) => error);
      expect(String(refused)).toMatch(
        /\d+ bytes are needed in Storage, and \d+ are free; --compact would free \d+/,
      );
      expect((await whoRuns(on.port)).name).toBe('three');
      const warnings: string[] = [];
      const done = await send(on.port, large('four'), { compact: true, warn: (text) => warnings.push(text) });
      expect(warnings.join()).toMatch(/power cut erases everything/);
      expect(done.place).toBe(1);
      expect((await whoRuns(on.port)).name).toBe('four');
    });

    it('runs from memory, and leaves what is stored', AGAIN, async () => {
      const on = await fresh();
      on.start();
      await send(on.port, program('stored'));
      const connection = await openBoard(on.port);
      await runFromRam(connection, program('tried', ''));
      expect(await connection.ask('name')).toBe('tried');
      await expect(runFromRam(connection, 'var x=y.z')).rejects.toThrow(/throws as it starts/);
      await connection.restart(10_000);
      expect(await connection.ask('name')).toBe('stored');
      await connection.close();
    });

    it.each([
      ['is looked at', (port: string) => inspectBoard(port)],
      [
        'gets an upload that is refused',
        async (port: string) => {
          const connection = await openBoard(port, { canInterrupt: true });
          await connection.close();
        },
      ],
    ])('goes on as it did when a busy program %s', AGAIN, async (_, visit) => {
      const on = await fresh();
      on.start();
      // Busy for 3 s of every 4.5.
      const tick =
        'function tick(){n++;print("n="+n);var t=getTime()+3;while(getTime()<t){n=n}setTimeout(tick,1500)}';
      await send(on.port, program('busy', `var n=0;${tick}setTimeout(tick,1500);`));
      await vi.waitFor(() => expect(on.printed()).toContain('n=2'), { timeout: 20_000, interval: 20 });
      await visit(on.port);
      const before = on.printed().length;
      await vi.waitFor(() => expect(on.printed().slice(before)).toMatch(/n=\d/), { timeout: 15_000 });
      expect(on.printed()).not.toMatch(/debug>|Execution Interrupted/);
    });

    it('has a program go on that stands in the debugger', AGAIN, async () => {
      const on = await fresh();
      on.start();
      const connection = await openBoard(on.port);
      connection.type('setTimeout(function(){debugger;print("went"+" on")},300)');
      await vi.waitFor(() => expect(on.printed()).toContain('debug>'), { timeout: 10_000 });
      await connection.close();
      expect((await inspectBoard(on.port)).board).toBe('LINUX');
      expect(on.printed()).toContain('went on');
    });

    it('is typed into a console that floods, and that has half a line on it', AGAIN, async () => {
      const on = await fresh();
      on.start();
      await send(
        on.port,
        program(
          'flood',
          'setInterval(function(){print("noise MOTE 1 2 AAAA "+Math.random())},5);global.moteHealthy&&moteHealthy();',
        ),
      );
      const connection = await openBoard(on.port);
      connection.type('1;function half(){');
      await connection.close();
      await send(on.port, program('calm'));
      expect((await whoRuns(on.port)).name).toBe('calm');
    });

    it('asks for a password once it is locked', AGAIN, async () => {
      const on = await fresh();
      on.start();
      await send(on.port, program('locked'));
      const connection = await openBoard(on.port);
      await lockBoard(connection, 'se"cret');
      await connection.close();
      await expect(openBoard(on.port)).rejects.toThrow(/locked with a password/);
      await on.stop();
      on.start();
      await expect(openBoard(on.port, { password: async () => 'wrong' })).rejects.toThrow(
        /not that of the console/,
      );
      const report = await inspectBoard(on.port, { password: async () => 'se"cret' });
      expect(report.open).toEqual([]);
      const again = await openBoard(on.port, { password: async () => 'se"cret' });
      await upload(again, { code: program('after'), trialMin: 1 });
      expect(await again.ask('name')).toBe('after');
      await again.reset();
      await again.close();
      await expect(openBoard(on.port)).rejects.toThrow(/locked with a password/);
    });

    it('leaves the old or the new program at every cut of the power', async () => {
      const cutter = compileCutter(binary, folder);
      const base = await fresh();
      base.start();
      for (const name of ['zero', 'old']) {
        await surviving(base, async () => {
          await send(base.port, program(name));
          expect((await whoRuns(base.port)).name).toBe(name);
        });
      }
      await base.stop();
      const image = join(folder, 'base.flash');
      saveFlash(base, image);
      await base.close();

      const code = program('new') + `/*${'z'.repeat(1200)}*/`;
      const seen = new Set<string>();
      let isOver = false;
      for (let operation = 1; !isOver; operation++) {
        for (const tear of isFull ? TEARS : [TEARS[operation % TEARS.length]!]) {
          const cut: Cut = { operation, tear };
          const at = JSON.stringify(cut);
          const on = await fresh(image, cutter);
          on.start(cut);
          await send(on.port, code).catch(() => {});
          await new Promise((resolve) => setTimeout(resolve, 100));
          isOver = on.isOn();
          await on.stop();
          if (isOver) break;
          on.start();
          const after = await surviving(on, () => whoRuns(on.port));
          expect(['old', 'new'], at).toContain(after.name);
          expect(on.printed(), at).not.toMatch(/corrupt/);
          expect(after.files, at).toBeGreaterThanOrEqual(3);
          seen.add(after.name!);
          // And the next upload is as good as any.
          await surviving(on, () => send(on.port, program('next')));
          expect((await surviving(on, () => whoRuns(on.port))).name, at).toBe('next');
          await on.stop();
          on.start();
          expect((await surviving(on, () => whoRuns(on.port))).name, at).toBe('next');
          await on.close();
        }
      }
      expect([...seen].sort()).toEqual(['new', 'old']);
    });
  },
  FIX,
);
