// The README of the package leads nowhere where there is nothing.

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { packageReadme } from '../../bench/package-readme.ts';

const README = readFileSync('README.md', 'utf8');
const IN_PACKAGE = ['LICENSE', 'THIRD_PARTY.md'];
const linksOf = (text: string) => [...text.matchAll(/\]\((?!https?:)([^)]+)\)/g)].map(([, file]) => file);

it('links to what is in the package, and names what is in the source', () => {
  const text = packageReadme(README, (file) => IN_PACKAGE.includes(file));
  expect(linksOf(README).some((file) => file!.startsWith('docs/'))).toBe(true);
  expect(linksOf(text).filter((file) => !IN_PACKAGE.includes(file!))).toEqual([]);
  expect(linksOf(text)).toContain('THIRD_PARTY.md');
  expect(text).toContain('39 drivers (docs/sensors.md), each');
  expect(text).toContain('(all rules: docs/check-rules.md)');
  expect(text).toMatch(/^# Mote\n\nThis is the README of the source\. [^\n]+\n\nFirmware/);
});

it('changes nothing where everything is there', () => {
  expect(packageReadme(README, () => true)).toBe(README);
});
