// The question that `mote flash` ends with, typed on a console that is no fake of the loader's.
import { afterEach, expect, it } from 'vitest';
import { checkBoot } from '../../../flash/firmware/boot.ts';
import { openPort } from '../../../flash/port/port.ts';
import { startVirtualBoard, type VirtualBoard } from '../upload/virtual-board.ts';

let board: VirtualBoard | undefined;
afterEach(async () => {
  await board?.close();
  board = undefined;
});

const ask = (name: string) =>
  checkBoot({ open: () => openPort(name), port: name, patienceMs: 3000, everyMs: 100 });

it('an Espruino that runs says its version and board, however often it is asked', async () => {
  board = await startVirtualBoard();
  const first = await ask(board.port);
  expect(first).toEqual({ version: expect.stringMatching(/^2v\d+/), board: 'ESP32' });
  expect(await ask(board.port)).toEqual(first);
  // Nothing of the question stands on the console.
  expect(board.printed()).not.toMatch(/print\(/);
});

it('half a line that stands on the console does not spoil the answer', async () => {
  board = await startVirtualBoard();
  const port = await openPort(board.port);
  port.write('1+');
  while (!board.printed().includes('1+')) await new Promise((resolve) => setTimeout(resolve, 5));
  port.close();
  expect((await ask(board.port)).board).toBe('ESP32');
});
