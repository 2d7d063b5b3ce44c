import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { build } from '../../../flash/build/build.ts';
import { CHOSEN, minifyCode } from '../../../flash/build/minify.ts';
import { bundleOf, runBundle, SAY, writeFirmware } from './fixture.ts';

const bundle = (main: string, more: Record<string, string> = {}) =>
  build({ firmware: writeFirmware({ 'main.ts': SAY + main, ...more }) });

const RECORD = `const record = { temperature: 21, humidity: 45 };
function sum(r: { temperature: number; humidity: number }): number { return r.temperature + r.humidity; }
say(sum(record));
say([record]);
`;

it('a return that ends its function keeps its semicolon: Espruino looks for a value otherwise', async () => {
  const source = `say = function (x) { for (; x > 0; x--) if (x < 5) return; };
    say2 = function (x) { while (x--) say(x); if (x) { say(1); return; } say(2); };`;
  const { code } = await minifyCode(bundleOf(source), CHOSEN);
  expect(code).toMatch(/return;}/);
  expect(code).not.toMatch(/return}/);
});

describe('property names', () => {
  it('are shortened everywhere where nothing looks at them', async () => {
    const { code, warnings } = await bundle(`${RECORD}`);
    expect(code).not.toMatch(/temperature|humidity/);
    expect(warnings).toEqual([]);
    expect(runBundle(code).said[0]).toBe(66);
  });

  it.each([
    ['JSON.stringify', 'say(JSON.stringify(record));', '{"temperature":21,"humidity":45}'],
    ['Object.keys', 'say(Object.keys(record).join());', 'temperature,humidity'],
    ['for-in', "let all = ''; for (const key in record) all += key; say(all);", 'temperaturehumidity'],
    ['the in operator', "say('humidity' in record);", true],
    ['hasOwnProperty', "say(record.hasOwnProperty('humidity'));", true],
    [
      'a computed property name',
      "const key: string = 'humi' + 'dity'; say((record as { [name: string]: number })[key]);",
      45,
    ],
    [
      'JSON.parse',
      'const read = JSON.parse(\'{"temperature":1,"humidity":2}\') as { temperature: number; humidity: number }; say(sum(read));',
      3,
    ],
  ])('stay where the firmware looks at them with %s, and the build says so', async (construct, use, said) => {
    const { code, warnings } = await bundle(RECORD + use);
    expect(code).toMatch(/temperature/);
    expect(runBundle(code).said).toEqual([66, [{ temperature: 21, humidity: 45 }], said]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatchObject({ severity: 'warning', line: expect.any(Number) });
    expect(warnings[0]?.message).toContain(construct);
  });

  it('stay in all files of the firmware', async () => {
    const { code } = await bundle(
      `import { createReading } from './reading.ts';
import { elapsedSince, type Timed } from './time.ts';
declare function begin(): Timed;
say(JSON.stringify(createReading())); declare const late: boolean;
if (late) say(elapsedSince(begin()));`,
      {
        'reading.ts': 'export function createReading() { return { values: [1], takenAt: 7 }; }',
        'time.ts': `export interface Timed { startedAt: number }
export function elapsedSince(timed: Timed): number { return timed.startedAt; }`,
      },
    );
    expect(runBundle(`var late = false;${code}`).said).toEqual(['{"values":[1],"takenAt":7}']);
    expect(code).toMatch(/startedAt/);
  });

  it('are shortened in Mote itself, which looks at none', async () => {
    const { code, warnings } = await build({ firmware: 'examples/weather-station' });
    expect(warnings).toEqual([]);
    expect(code).not.toMatch(/deviceClass|clientId|intervalMs/);
  });

  it('stay where a type of Mote is looked at', async () => {
    const { code } = await bundle(
      `import type { WallTime } from 'mote-sdk/ports/clock';
import type { ChannelMeta } from 'mote-sdk/ports/reading';
function show(time: WallTime, channel: ChannelMeta): void { say(JSON.stringify([time, channel])); }
import { fill } from './fill.ts';
show({ day: 1, ms: 2 }, fill());`,
      {
        'fill.ts': `import type { ChannelMeta } from 'mote-sdk/ports/reading';
export function fill(): ChannelMeta {
  return { key: 'k', unit: 'm', deviceClass: 'd', decimals: 3, precision: 2, min: 0, max: 9 };
}`,
      },
    );
    expect(runBundle(code).said).toEqual([
      '[{"day":1,"ms":2},{"key":"k","unit":"m","deviceClass":"d","decimals":3,"precision":2,"min":0,"max":9}]',
    ]);
  });

  it('stay where they are written in quotes, wherever else they stand', async () => {
    const { code, warnings } = await bundle(
      `const o = { 'quotedName': 1, plainName: 2 }; o.plainName = 3; say(o.quotedName); say(o['plainName']);`,
    );
    expect(runBundle(code).said).toEqual([1, 3]);
    expect(warnings).toEqual([]);
  });

  it('stay where a key is one of a few texts', async () => {
    const { code, warnings } = await bundle(
      `const o = { firstKey: 1, secondKey: 2, thirdName: 3 };
function get(key: 'firstKey' | 'secondKey'): number { return o[key]; }
say(get('firstKey') + get('secondKey') + o.thirdName);`,
    );
    expect(runBundle(code).said).toEqual([6]);
    expect(code).not.toMatch(/thirdName/);
    expect(warnings).toEqual([]);
  });

  it('stay on values without a type, and in objects given away without one', async () => {
    const { code } = await bundle(
      'declare const engine: any;\nengine.openDoor({ doorWidth: 5 });\nsay({ insideName: 1 });',
    );
    expect(code).toMatch(/\.openDoor\(\{doorWidth:5\}\)/);
    expect(code).toMatch(/insideName/);
  });

  it('stay where the engine declares them', async () => {
    const { code } = await bundle(
      "const text = 'abc'; say(text.charCodeAt(0) + new Uint8Array(3).length); say(Math.floor(2.5));",
    );
    expect(runBundle(code).said).toEqual([100, 2]);
  });

  it('do not make the settings longer, whose keys JSON puts in quotes', async () => {
    const { code } = await bundle("import settings from './settings.json';\nsay(settings.longestName);", {
      'settings.json': '{"longestName":{"innermostName":1}}',
    });
    expect(code).not.toMatch(/longestName/);
  });
});

it('gives no variable a name that is a word of Espruino, however many there are', async () => {
  // All names of two letters and more.
  const count = 4000;
  const parts = Array.from({ length: count }, (_, i) => `var part${i} = base() + ${i};`).join('\n');
  const uses = Array.from({ length: count }, (_, i) => `use(part${i}, part${i});`).join('\n');
  const { code } = await minifyCode(bundleOf(`${parts}\n${uses}`), CHOSEN);
  expect(code).not.toMatch(/\b(let|of|static)\b(?!\$)/);
  // Each variable has a name of its own.
  const seen: number[] = [];
  let next = 0;
  runInNewContext(code, { base: () => 1000 * next++, use: (value: number) => seen.push(value) });
  expect(seen).toEqual(Array.from({ length: count }, (_, i) => 1001 * i));
});
