// What all commands print alike, and that nobody else's words do anything there.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { formatLooks } from '../../../flash/cli/doctor.ts';
import { asText } from '../../../flash/cli/flash.ts';
import { errorReport, formatSizes, reportError } from '../../../flash/cli/output.ts';
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

describe('words of a board', () => {
  const EVIL = '\x1b]0;evil\x07\x1b[2J\nerror: \u202eall fine';
  const SHOWN = '\\x1b]0;evil\\x07\\x1b[2J\\x0aerror: \\u202eall fine';

  it('are harmless in an error, and stay what they are for a program', () => {
    const error = new MoteError(`it says ${EVIL}`, `do ${EVIL}`, `tty ${EVIL}`);
    expect(report(error).text).toBe(`error: tty ${SHOWN}: it says ${SHOWN}\n  do: do ${SHOWN}\n`);
    expect(errorReport(error).error.what).toBe(`it says ${EVIL}`);
    vi.stubEnv('MOTE_DEBUG', '1');
    expect(report(error).text).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
  });

  it('are harmless in what mote doctor finds', () => {
    const looks = [{ what: EVIL, verdict: 'ok', found: EVIL, fix: EVIL } as const];
    const lines = formatLooks(looks, false).split('\n');
    expect(lines).toHaveLength(3);
    for (const line of lines.slice(0, 2)) expect(line).toContain(SHOWN);
    expect(lines.join('')).not.toMatch(/\p{Cc}/u);
  });

  it('are harmless in what mote flash says in the end', () => {
    const text = asText('tty', {
      chip: { name: 'ESP32', description: 'ESP32', mac: '00:00' },
      flashBytes: 0,
      plan: { pieces: [], kept: [], lost: [] },
      booted: { version: EVIL, board: EVIL },
      milliseconds: 0,
    });
    expect(text).toContain(`Espruino ${SHOWN} for ${SHOWN} runs`);
    expect(text).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
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
