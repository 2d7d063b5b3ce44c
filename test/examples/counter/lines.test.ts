import { describe, expect, it } from 'vitest';
import { queuedLine, receivedLine } from '../../../examples/counter/lines.ts';

/** What a reader of standard output sees, who takes it for UTF-8 as JSON is. */
const read = (line: string): unknown => JSON.parse(Buffer.from(line, 'latin1').toString('utf8'));

describe('lines', () => {
  it('say which number is safe', () => {
    expect(queuedLine(2000000000)).toBe('{"ev":"queued","n":2000000000}');
  });

  it('show every byte of a payload as Latin-1, in one line', () => {
    for (let from = 0; from < 256; from += 64) {
      const payload = String.fromCharCode(...Array.from({ length: 64 }, (_, index) => from + index));
      const line = receivedLine('cmd/a', payload);
      expect(line).not.toMatch(/[\n\r]/);
      expect(read(line)).toEqual({ ev: 'recv', topic: 'cmd/a', payload });
    }
  });

  it('show the first 64 characters', () => {
    expect(read(receivedLine('cmd', 'x'.repeat(64) + 'y'))).toMatchObject({ payload: 'x'.repeat(64) });
    expect(read(receivedLine('cmd', ''))).toMatchObject({ payload: '' });
  });

  it('show a topic as the text that it is', () => {
    const topic = 'cmd/h\u00f6he "\\ \u20ac \ud83d\ude00';
    expect(read(receivedLine(Buffer.from(topic, 'utf8').toString('latin1'), ''))).toMatchObject({ topic });
  });
});
