import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { describe, expect, it } from 'vitest';
import { build } from '../../../flash/build/build.ts';
import { SAY, writeFirmware } from './fixture.ts';

const MAIN = `declare function say(value: unknown): void;
import { measure } from './measure.ts';
import settings from './settings.json';

function publish(name: string): void {
  say('published ' + name + settings.unit);
  say(30000);
  say('after the integer');
}

publish('one');
publish('two');
say(measure(4));
say(measure(5));
`;
const MEASURE = `// A comment that the bundle does not have.
export function measure(raw: number): string {
  let text = 'raw ';
  for (let i = 0; i < raw; i++) {
    text += 'digit';
  }
  return text + Math.floor(raw / 2);
}
`;

describe('source map', () => {
  it.each([true, false])('leads from tokens of the bundle to their lines (minify: %s)', async (minify) => {
    const firmware = writeFirmware({
      'main.ts': MAIN,
      'measure.ts': MEASURE,
      'settings.json': '{"unit":"degrees"}',
    });
    const { code, map } = await build({ firmware, minify });
    const trace = new TraceMap(map);
    const place = (token: string) => {
      const lines = code.split('\n');
      const line = lines.findIndex((text) => text.includes(token));
      const column = (lines[line] ?? '').indexOf(token);
      const { source, line: original } = originalPositionFor(trace, { line: line + 1, column });
      return `${source?.replace(`${firmware}/`, '')}:${original}`;
    };
    expect(place('"published')).toBe('main.ts:6');
    expect(place('30000')).toBe('main.ts:7');
    expect(place('"after the integer"')).toBe('main.ts:8');
    expect(place('"two"')).toBe('main.ts:12');
    expect(place('"raw "')).toBe('measure.ts:3');
    expect(place('"digit"')).toBe('measure.ts:5');
    expect(place('Math')).toBe('measure.ts:7');
  });

  it('carries the sources', async () => {
    const firmware = writeFirmware({ 'main.ts': `${SAY}say('here');\n` });
    const { map } = await build({ firmware });
    const { sources, sourcesContent } = JSON.parse(map) as { sources: string[]; sourcesContent: string[] };
    expect(sources).toEqual([`${firmware}/main.ts`]);
    expect(sourcesContent).toEqual([`${SAY}say('here');\n`]);
  });

  it('names sources from the current folder', async () => {
    const { map } = await build({ firmware: 'bench/device/publish.ts' });
    const { sources } = JSON.parse(map) as { sources: string[] };
    expect(sources).toContain('bench/device/publish.ts');
    expect(sources).toContain('src/mqtt/client.ts');
  });
});
