// Every statement has its test, and docs/conformance.md says so. `npm run docs:conformance` writes the document.

import { describe, expect, it } from 'vitest';
import { conformanceDocument, DOCUMENT, findGaps, findTests, keyOf, readStatements } from './document.ts';
import { readTitles } from './titles.ts';

/** Statements about servers that a client helps to keep, which tests may name too. */
const ABOUT_SERVERS = ['3.1.1 MQTT-3.1.3-8', '3.1.1 MQTT-3.2.2-5', '3.1.1 MQTT-4.7.2-1'];

describe('the table of statements', () => {
  const statements = readStatements();
  const tests = findTests();
  const count = (version: string) => statements.filter((statement) => statement.version === version).length;

  it('has every statement once, each with a sentence', () => {
    expect([count('3.1.1'), count('5.0'), statements.length]).toEqual([85, 141, 226]);
    expect(new Set(statements.map(keyOf)).size).toBe(226);
    for (const { id, paraphrase } of statements) {
      expect(id).toMatch(/^MQTT-\d+\.\d+\.\d+-\d+$/);
      expect(paraphrase).toMatch(/^[#+A-Z].{15,}\.$/);
    }
  });

  it('has a test or a reason for each statement', () => {
    expect(findGaps(statements, tests)).toEqual([]);
  });

  it('has no reason where there is a test, and no test of a statement that it does not know', () => {
    const known = new Set(statements.map(keyOf));
    expect(statements.filter((some) => some.reason !== '' && tests.has(keyOf(some)))).toEqual([]);
    expect([...tests.keys()].filter((key) => !known.has(key) && !ABOUT_SERVERS.includes(key))).toEqual([]);
  });

  it.each([
    ['3.1.1', '5.0'],
    ['5.0', '3.1.1'],
  ])('would see a gap in %s', (version, other) => {
    const some = { id: 'MQTT-0.0.0-1', version, paraphrase: 'Something.', reason: '' };
    const key = keyOf(some);
    expect(findGaps([some], new Map())).toEqual([key]);
    expect(findGaps([some], new Map([[keyOf({ ...some, version: other }), []]]))).toEqual([key]);
    expect(findGaps([some], new Map([[key, []]]))).toEqual([]);
    expect(findGaps([{ ...some, reason: 'Because.' }], new Map())).toEqual([]);
  });

  it('is docs/conformance.md', async () => {
    await expect(await conformanceDocument()).toMatchFileSnapshot(DOCUMENT);
  });
});

describe('titles', () => {
  it.each([
    ['a test', "it('says [MQTT-1.2.3-4] and [MQTT-5.6.7-8]', () => {});", [['MQTT-1.2.3-4', 'MQTT-5.6.7-8']]],
    [
      'a suite',
      "describe('of [MQTT-1.2.3-4]', () => { test('one', f); it('two', f); });",
      [['MQTT-1.2.3-4'], ['MQTT-1.2.3-4']],
    ],
    ['a table', "it.each([['a [MQTT-1.2.3-4]', 1], ['b', 2]])('%s, well', f);", [['MQTT-1.2.3-4']]],
    [
      'a table of its own',
      "const ROWS = ['a [MQTT-1.2.3-4]'] as const; it.each(ROWS)('%s', f);",
      [['MQTT-1.2.3-4']],
    ],
    [
      'a table, in its second column',
      "it.each([['a', 'is [MQTT-1.2.3-4]'], ['b', '']])('%j: %s', f);",
      [['MQTT-1.2.3-4']],
    ],
    [
      'a title and its table',
      "it.each([['a [MQTT-1.2.3-4]']])('%s [MQTT-5.6.7-8]', f);",
      [['MQTT-5.6.7-8'], ['MQTT-1.2.3-4']],
    ],
    ['a skipped test', "it.skip('says [MQTT-1.2.3-4]', f); it.todo('[MQTT-1.2.3-4]');", []],
    ['a test that is skipped elsewhere', "it.skipIf(true)('says [MQTT-1.2.3-4]', f);", []],
    ['a skipped suite', "describe.skip('suite', () => { it('says [MQTT-1.2.3-4]', f); });", []],
    ['a comment', "// it('says [MQTT-1.2.3-4]')\nit('says nothing', f);", []],
  ])('of %s', (_what, source, ids) => {
    expect(readTitles(source).map((title) => title.ids)).toEqual(ids);
  });
});
