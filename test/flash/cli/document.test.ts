// docs/cli.md is what the command line says of itself: `npm run docs:cli` writes it.

import { format, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../../../flash/cli/main.ts';
import { EXIT_MEANINGS, ExitCode } from '../../../flash/errors.ts';
import { cliPage, leavesOf } from './document.ts';

const FILE = new URL('../../../docs/cli.md', import.meta.url).pathname;

describe('the page of the command line', () => {
  it('is what the commands say: npm run docs:cli', async () => {
    const text = await format(cliPage(createProgram()), {
      ...(await resolveConfig(FILE)),
      parser: 'markdown',
    });
    await expect(text).toMatchFileSnapshot(FILE);
  });

  it('names every exit code once', () => {
    expect(Object.keys(EXIT_MEANINGS)).toEqual(Object.keys(ExitCode));
    expect(new Set(Object.values(ExitCode)).size).toBe(Object.keys(ExitCode).length);
  });

  it('has --json on every command', () => {
    const without = leavesOf(createProgram()).filter(
      ([, command]) => !command.options.some(({ long }) => long === '--json'),
    );
    expect(without.map(([words]) => words)).toEqual([]);
  });
});
