import { afterEach, describe, expect, it, vi } from 'vitest';
import { formatSizes, reportError } from '../../../flash/cli/output.ts';
import { ExitCode, MoteError } from '../../../flash/errors.ts';

afterEach(() => vi.unstubAllEnvs());

/** @returns the exit code and what was written to stderr. */
function report(error: unknown): { code: number; text: string } {
  let text = '';
  const spy = vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  const code = reportError(error);
  spy.mockRestore();
  return { code, text };
}

describe('an error', () => {
  it('says what is wrong, where, and what to do', () => {
    const error = new MoteError('port in use', 'name another', '--port', ExitCode.Environment);
    const text = 'error: --port: port in use\n  do: name another\n';
    expect(report(error)).toEqual({ code: ExitCode.Environment, text });
  });

  it('that nobody expected is one line as well, with the way to its details', () => {
    const { code, text } = report(new TypeError('first\n  second'));
    expect(code).toBe(ExitCode.Firmware);
    expect(text).toMatch(/^error: unexpected: TypeError: first second\n {2}do: .*MOTE_DEBUG=1[^\n]*\n$/);
    expect(report('text').text).toMatch(/^error: unexpected: text\n/);
  });

  it('shows where it came from with MOTE_DEBUG=1', () => {
    vi.stubEnv('MOTE_DEBUG', '1');
    expect(report(new TypeError('wrong')).text).toMatch(/\n +at .*output\.test\.ts/);
  });
});

describe('size table', () => {
  it('shows each module and the total', () => {
    const sizes = [
      { module: 'src/long.ts', bytes: 750 },
      { module: 'a.ts', bytes: 250 },
    ];
    expect(formatSizes(sizes, 1000, 400)).toBe(
      '  src/long.ts     750   75 %\n  a.ts            250   25 %\n  total          1000  100 %  (gzip 400)',
    );
  });
});
