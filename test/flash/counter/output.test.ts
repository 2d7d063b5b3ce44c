import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openOutput } from '../../../flash/counter/output.ts';
import { stateDirectory } from './program.ts';

function open(directory: string) {
  let said = '';
  let complaints = '';
  const output = openOutput(
    directory,
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

  it('prints after a kill what was promised and not printed before it', () => {
    const directory = stateDirectory();
    open(directory).print(line(41));
    const output = open(directory);
    output.catchUp(44);
    expect(output.said()).toBe(`${line(42)}\n${line(43)}\n${line(44)}\n`);
    const again = open(directory);
    again.catchUp(44);
    expect(again.said()).toBe('');
  });

  it('prints nothing afterwards where it never printed', () => {
    const output = open(stateDirectory());
    output.catchUp(1000);
    expect(output.said()).toBe('');
    const directory = stateDirectory();
    writeFileSync(join(directory, 'printed'), '  12');
    const cut = open(directory);
    cut.catchUp(1000);
    expect(cut.said()).toBe('');
  });
});
