import { expect, it, vi } from 'vitest';
import { createLog } from '../../../sim/node/log.ts';
import { logContract } from '../../ports/contract.ts';

logContract(() => {
  const lines: string[] = [];
  return { log: createLog((line) => lines.push(line)), lines: () => lines };
});

it('prints on the console when it is given no other place', () => {
  const print = vi.spyOn(console, 'log').mockImplementation(() => {});
  createLog().write(1, 0);
  expect(print.mock.calls).toEqual([['#1 0']]);
  print.mockRestore();
});
