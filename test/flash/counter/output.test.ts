import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openOutput } from '../../../flash/counter/output.ts';
import { stateDirectory } from './program.ts';

function open(directory: string, first = 1) {
  let said = '';
  let complaints = '';
  const output = openOutput(
    directory,
    first,
    (text) => (said += text),
    (text) => (complaints += text),
  );
  return { ...output, said: () => said, complaints: () => complaints };
}

const line = (n: number) => `{"ev":"queued","n":${n}}`;

describe('output', () => {
  it('prints JSON lines, and hands all else to standard error', () => {
    const output = open(stateDirectory());
    output.print(line(1));
    output.print('{"ev":"recv","topic":"cmd","payload":"ERROR: \\u00ff"}');
    output.print('Uncaught Error: boom');
    output.print('ERROR: Connect failed (err 111)');
    output.print('');
    output.close();
    expect(output.said()).toBe(`${line(1)}\n{"ev":"recv","topic":"cmd","payload":"ERROR: \\u00ff"}\n`);
    expect(output.complaints()).toBe('Uncaught Error: boom\n');
  });

  it('passes over half a line, which the kill of an engine leaves', () => {
    const output = open(stateDirectory());
    output.print('{"ev":"queued","n":12');
    output.print('{');
    expect(output.said() + output.complaints()).toBe('');
    expect(output.next()).toBe(1);
  });

  it('knows after a kill which number comes next', () => {
    const directory = stateDirectory();
    const output = open(directory, 41);
    expect(output.next()).toBe(41);
    output.print(line(41));
    expect(output.next()).toBe(42);
    output.print('{"ev":"recv","topic":"cmd","payload":"7"}');
    expect(open(directory).next()).toBe(42);
  });

  it('stays with the first number, also when it was killed before it printed', () => {
    const directory = stateDirectory();
    open(directory, 1000);
    expect(open(directory, 7).next()).toBe(1000);
    expect(open(stateDirectory(), 0).next()).toBe(0);
  });

  it('begins where the note of a number was cut off', () => {
    const directory = stateDirectory();
    writeFileSync(join(directory, 'printed'), '  12');
    expect(open(directory, 5).next()).toBe(5);
  });
});
