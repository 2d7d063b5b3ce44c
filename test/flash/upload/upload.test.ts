// Uploads to the virtual board: what runs afterwards, what comes back.
import { afterEach, describe, expect, it } from 'vitest';
import { openBoard } from '../../../flash/upload/board.ts';
import { inspectBoard } from '../../../flash/upload/inspect.ts';
import { waitForVerdict } from '../../../flash/upload/verdict.ts';
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
