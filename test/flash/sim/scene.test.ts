import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readScene } from '../../../flash/sim/scene.ts';

const folder = mkdtempSync(join(tmpdir(), 'mote-scene-'));
afterAll(() => rmSync(folder, { recursive: true }));

function scene(text: string) {
  writeFileSync(join(folder, 'sim.json'), text);
  return readScene(folder);
}

describe('sim.json', () => {
  it('names chips, and is found beside a single file too', () => {
    const chips = [{ chip: 'bme280', bus: 1, address: 118 }];
    expect(scene(JSON.stringify({ chips, seed: 7 }))).toEqual({ chips, seed: 7 });
    writeFileSync(join(folder, 'main.ts'), '');
    expect(readScene(join(folder, 'main.ts')).chips).toEqual(chips);
  });

  it('may be left out', () => {
    expect(readScene(join(folder, 'nowhere'))).toEqual({ chips: [], seed: 1 });
    expect(scene('{}')).toEqual({ chips: [], seed: 1 });
  });

  it.each([
    ['{', 'not JSON'],
    ['[]', 'not an object'],
    ['{"chip":[]}', 'unknown key "chip"'],
    ['{"chips":{}}', '"chips" is not a list'],
    ['{"seed":-1}', '"seed" is not an integer'],
    ['{"chips":[1]}', 'a chip is not an object'],
    ['{"chips":[{"chip":"bmp999","bus":1,"address":118}]}', 'unknown chip "bmp999"; known: bme280'],
    ['{"chips":[{"chip":"bme280","bus":0,"address":118}]}', '"bus" of bme280'],
    ['{"chips":[{"chip":"bme280","bus":1,"address":"0x76"}]}', '"address" of bme280'],
    ['{"chips":[{"chip":"bme280","bus":1,"address":118,"x":1}]}', 'unknown key "x" of a chip'],
  ])('refuses %s', (text, what) => {
    expect(() => scene(text)).toThrowError(what);
  });
});
