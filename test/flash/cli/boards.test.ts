// `mote boards`: the list, one board, and what is said when there is no such board.
import { describe, expect, it } from 'vitest';
import { boards } from '../../../boards/index.ts';
import { esp32C3 } from '../../../boards/esp32-c3.ts';
import { ExitCode } from '../../../flash/errors.ts';
import { mote } from './run.ts';

describe('mote boards', () => {
  it('lists every board with what it is known for', async () => {
    const { code, stdout, stderr } = await mote(['boards']);
    expect([code, stderr]).toEqual([0, '']);
    for (const { id, name } of boards) expect(stdout).toContain(`${id}: ${name}\n`);
    expect(stdout).toContain('at most 4095 variables of 13 bytes');
    expect(stdout).toMatch(/jerryscript[^]*outbox +RAM\n/);
  });

  it('shows one board, with the reason of its outbox and its sources', async () => {
    const { code, stdout } = await mote(['boards', 'esp32-c3']);
    expect(code).toBe(0);
    expect(stdout).toContain('64 KB at 0x310000: the partition table keeps it');
    expect(stdout).toContain('espruino-esp32c3.bin at 0x10000 (dio, 80 MHz)');
    expect(stdout).toContain('D11 to D17 (the flash in the module)');
    for (const source of esp32C3.sources) expect(stdout).toContain(`  ${source}\n`);
  });

  it('gives the data as JSON', async () => {
    const one = await mote(['boards', 'esp32-c3', '--json']);
    expect(JSON.parse(one.stdout)).toEqual(JSON.parse(JSON.stringify(esp32C3)));
    const all = JSON.parse((await mote(['boards', '--json'])).stdout) as { boards: { id: string }[] };
    expect(all.boards.map(({ id }) => id)).toEqual(boards.map(({ id }) => id));
  });

  it('names the boards when there is no such board', async () => {
    const { code, stderr } = await mote(['boards', 'esp31']);
    expect(code).toBe(ExitCode.Usage);
    expect(stderr).toMatch(/^error: boards: unknown board "esp31"\n {2}do: use one of esp32, /);
  });
});
