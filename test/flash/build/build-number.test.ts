// The number that a firmware takes its sources to be by.
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { buildCode } from '../../../flash/build/build-number.ts';
import { PACKAGE_ROOT } from '../../../flash/build/firmware.ts';

const FILE = join(PACKAGE_ROOT, 'src', 'link', 'build.ts');
const TEXT = 'export var BUILD = 0;\n';

const numberOf = (...sources: string[]) => {
  const modules = new Map(sources.map((code, i) => [`/somewhere/${i}.ts`, { code, map: '' }]));
  return Number(/BUILD = (\d+);/.exec(buildCode(FILE, TEXT, modules))![1]);
};

it('changes with the sources, and with nothing else', () => {
  expect(numberOf('a', 'b')).toBe(numberOf('b', 'a'));
  const numbers = Array.from({ length: 20 }, (_, i) => numberOf('a', `b${i}`));
  expect(new Set(numbers).size).toBe(20);
  for (const number of numbers) expect(number).toBeLessThan(65536);
});

it('leaves other modules as they are', () => {
  expect(buildCode('/other/build.ts', TEXT, new Map())).toBe(TEXT);
});
