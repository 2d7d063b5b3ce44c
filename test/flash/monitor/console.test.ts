// What a board prints becomes lines, and harmless; what is typed becomes keys, and pieces that its buffer takes.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createKeys } from '../../../flash/monitor/keys.ts';
import { createConsoleLine } from '../../../flash/monitor/line.ts';
import { createPace } from '../../../flash/monitor/pace.ts';
import { safeText } from '../../../flash/monitor/safe.ts';

const SEED = 72;

function lines(...pieces: string[]): { done: string[]; open: string; cursor: number } {
  const done: string[] = [];
  const line = createConsoleLine((text) => done.push(text));
  for (const piece of pieces) line.feed(piece);
  const { text, cursor } = line.current();
  return { done, open: text, cursor };
}

describe('a line of the console', () => {
  it('ends where it ends, however it comes', () => {
    const text = '#5 0\r\n>\r\x1b[Jdug 2\r\nlast';
    expect(lines(text)).toEqual({ done: ['#5 0', 'dug 2'], open: 'last', cursor: 4 });
    expect(lines(...text)).toEqual(lines(text));
  });

  it('is edited as Espruino edits it', () => {
    // Typed "prnt", two left, an i; then a letter taken back.
    expect(lines('>prnt', '\x1b[2D', 'int', '\x1b[2D')).toMatchObject({ open: '>print', cursor: 4 });
    expect(lines('>abc\b \b')).toMatchObject({ open: '>ab ', cursor: 3 });
    expect(lines('>abc\b\x1b[J')).toMatchObject({ open: '>ab', cursor: 3 });
    expect(lines('>a\x1b[9C\x1b[D\x1b[D\x1b[D\x1b[D!')).toMatchObject({ open: '!a', cursor: 1 });
  });

  it('keeps sequences that are none of these as text', () => {
    expect(lines('a\x1b[31mb\x1b]0;t\x07\n').done).toEqual(['a\x1b[31mb\x1b]0;t\x07']);
    const waiting = lines('a\x1b[12');
    expect(waiting).toMatchObject({ open: 'a' });
  });

  it('that never ends is cut', () => {
    const { done, open } = lines('x'.repeat(10_000));
    expect(done.map((text) => text.length)).toEqual([4096, 4096]);
    expect(open).toHaveLength(10_000 - 8192);
  });

  it('is handed over at the end of a connection, but for a prompt', () => {
    const done: string[] = [];
    const line = createConsoleLine((text) => done.push(text));
    line.feed('half\x1b[');
    line.flush();
    line.feed('>');
    line.flush();
    line.feed('next\n');
    expect(done).toEqual(['half\x1b[', 'next']);
  });

  it('is the same in any pieces', () => {
    const part = fc.constantFrom(
      'a',
      '\r',
      '\n',
      '\b',
      '\x1b[J',
      '\x1b[3D',
      '\x1b[C',
      '\x1b',
      '[',
      '7',
      '\xc3',
      '>',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 40 }), fc.integer({ min: 1, max: 5 }), (parts, size) => {
        const text = parts.join('');
        const pieces = text.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? [];
        expect(lines(...pieces)).toEqual(lines(text));
      }),
      { seed: SEED, numRuns: 300 },
    );
  });
});

describe('text of a board', () => {
  it('is shown as it is where it is text', () => {
    expect(safeText('23.5 \xc2\xb0C\tok')).toBe('23.5 °C\tok');
  });

  it.each([
    ['\x1b]0;title\x07', '\\x1b]0;title\\x07'],
    ['\x1b]52;c;cm0gLXJm\x07', '\\x1b]52;c;cm0gLXJm\\x07'],
    ['a\rb', 'a\\x0db'],
    ['\xff\xfe\x9b31m', '\\xff\\xfe\\x9b31m'],
    // The same control character as UTF-8, and text that runs backwards.
    ['\xc2\x9b31m', '\\x9b31m'],
    ['\xe2\x80\xaeabc', '\\u202eabc'],
    ['caf\xe9', 'caf\\xe9'],
  ])('%j is made harmless', (bytes, text) => {
    expect(safeText(bytes)).toBe(text);
  });

  it('has nothing in it that a terminal obeys, whatever it was', () => {
    const byte = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code));
    fc.assert(
      fc.property(fc.array(byte), (bytes) => {
        // A tab may stay.
        expect(safeText(bytes.join('')).replaceAll('\t', '')).toMatch(
          /^[^\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]*$/u,
        );
      }),
      { seed: SEED, numRuns: 300 },
    );
  });
});

describe('keys', () => {
  it('go to the board, and two Ctrl-C or Ctrl-] end it', () => {
    let now = 0;
    const keys = createKeys(() => now);
    expect(keys('print(1)\r')).toEqual({ send: 'print(1)\r', ends: false });
    expect(keys('\x03')).toEqual({ send: '\x03', ends: false });
    now = 1500;
    expect(keys('\x03')).toEqual({ send: '\x03', ends: false });
    now = 2000;
    expect(keys('\x03')).toEqual({ send: '', ends: true });
    expect(createKeys(() => now)('a\x1db')).toEqual({ send: 'a', ends: true });
  });
});

describe('what is sent', () => {
  it('goes in pieces, one in its time, and not to a board that came after', async () => {
    const sent: string[] = [];
    const waits: (() => void)[] = [];
    const pace = createPace(
      (text) => sent.push(text),
      () => new Promise((resolve) => waits.push(resolve)),
    );
    const tick = async () => {
      waits.splice(0).forEach((wake) => wake());
      await new Promise((resolve) => setImmediate(resolve));
    };
    const lengths = () => sent.map((text) => text.length);
    pace.send('x'.repeat(600));
    expect(lengths()).toEqual([256]);
    await tick();
    pace.send('yy');
    await tick();
    await tick();
    expect(lengths()).toEqual([256, 256, 90]);
    pace.send('x'.repeat(600));
    pace.reset();
    pace.send('new');
    await tick();
    await tick();
    expect(sent.slice(3)).toEqual(['x'.repeat(256), 'new']);
  });
});
