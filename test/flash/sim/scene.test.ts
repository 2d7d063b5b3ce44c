import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readScene } from '../../../flash/sim/scene.ts';
import { CHIPS } from '../../../sim/scene/chips.ts';

const folder = mkdtempSync(join(tmpdir(), 'mote-scene-'));
afterAll(() => rmSync(folder, { recursive: true }));

function scene(text: string) {
  writeFileSync(join(folder, 'sim.json'), text);
  return readScene(folder);
}

const chips = (...list: object[]) => JSON.stringify({ chips: list });

/** @returns the example in the error that `text` leads to. */
function advice(text: string): string {
  try {
    scene(text);
  } catch (error) {
    return (error as { fix: string }).fix;
  }
  return expect.fail('an error was expected');
}

describe('sim.json', () => {
  it('names chips, and is found beside a single file too', () => {
    const chips = [{ chip: 'bme280', bus: 1, address: 118 }];
    expect(scene(JSON.stringify({ chips, seed: 7 }))).toEqual({ chips, environment: 'weather', seed: 7 });
    writeFileSync(join(folder, 'main.ts'), '');
    expect(readScene(join(folder, 'main.ts')).chips).toEqual(chips);
  });

  it('may be left out', () => {
    const nothing = { chips: [], environment: 'weather', seed: 1 };
    expect(readScene(join(folder, 'nowhere'))).toEqual(nothing);
    expect(scene('{}')).toEqual(nothing);
  });

  it('need not name the usual address of a chip', () => {
    expect(scene(chips({ chip: 'sht4x', bus: 2 })).chips).toEqual([{ chip: 'sht4x', bus: 2, address: 0x44 }]);
  });

  it('names the environment', () => {
    expect(scene('{"environment":"weather"}').environment).toBe('weather');
  });

  it('lets chips share a bus, and one address on two buses', () => {
    const list = [
      { chip: 'bme280', bus: 1, address: 118 },
      { chip: 'bme280', bus: 1, address: 119 },
      { chip: 'bme280', bus: 2, address: 118 },
      { chip: 'sht4x', bus: 1, address: 68 },
    ];
    expect(scene(chips(...list)).chips).toEqual(list);
  });

  it.each([
    ['{', 'not JSON'],
    ['[]', 'not an object'],
    ['{"chip":[]}', 'unknown key "chip"'],
    ['{"chips":{}}', '"chips" is not a list'],
    ['{"seed":-1}', '"seed" is not an integer'],
    ['{"environment":"venus"}', /unknown environment "venus"; known: .*weather/],
    ['{"environment":7}', 'unknown environment 7'],
    ['{"environment":"toString"}', 'unknown environment "toString"'],
    ['{"chips":[1]}', 'a chip is not an object'],
    ['{"chips":[[]]}', 'a chip is not an object'],
    ['{"chips":[{"bus":1}]}', /unknown chip undefined; known: .*bme280/],
    ['{"chips":[{"chip":"toString"}]}', 'unknown chip "toString"'],
    [
      '{"chips":[{"chip":"bmp999","bus":1,"address":118}]}',
      /unknown chip "bmp999"; known: .*bme280.*, sht4x/,
    ],
    ['{"chips":[{"chip":"bme280","address":118}]}', '"bus" of bme280 is missing: it is 1, 2 or 3'],
    ['{"chips":[{"chip":"bme280","bus":0,"address":118}]}', '"bus" of bme280 is not 1, 2 or 3'],
    ['{"chips":[{"chip":"bme280","bus":1,"address":"0x76"}]}', '"address" of bme280'],
    [
      '{"chips":[{"chip":"bme280","bus":1,"address":68}]}',
      '"address" of bme280 is not 118 or 119 (0x76 or 0x77)',
    ],
    ['{"chips":[{"chip":"bme280","bus":1,"address":118,"x":1}]}', 'unknown key "x" of a chip'],
    [
      chips({ chip: 'bme280', bus: 1 }, { chip: 'sht4x', bus: 1 }, { chip: 'bme280', bus: 1 }),
      'bme280 and bme280 are both at address 118 of I2C bus 1',
    ],
  ])('refuses %s', (text, what) => {
    expect(() => scene(text)).toThrowError(what);
  });

  it.each([
    [
      [
        { chip: 'ds18b20', pin: 4 },
        { chip: 'ds18s20', pin: 4 },
      ],
      'ds18b20 and ds18s20 are both at serial number 1 of the wire at pin 4',
    ],
    [
      [
        { chip: 'ds18b20', pin: 4 },
        { chip: 'contact', pin: 4 },
      ],
      'ds18b20 and contact are both at pin 4',
    ],
    [
      [
        { chip: 'pms7003', port: 2 },
        { chip: 'gps', port: 2 },
      ],
      'pms7003 and gps are both at serial port 2',
    ],
    [
      [
        { chip: 'max31855', bus: 1, select: 5 },
        { chip: 'hc-sr04', trigger: 4, echo: 5 },
      ],
      'max31855 and hc-sr04 are both at pin 5',
    ],
    [
      [
        { chip: 'max31855', bus: 1, select: 5 },
        { chip: 'hx711', bus: 1 },
      ],
      'max31855 and hx711 are both at SPI bus 1',
    ],
    [[{ chip: 'hc-sr04', trigger: 4, echo: 4 }], 'hc-sr04 and hc-sr04 are both at pin 4'],
    [[{ chip: 'dht22', pin: 99 }], '"pin" of dht22 is not a pin from 0 to 63'],
    [[{ chip: 'dht22' }], '"pin" of dht22 is missing: it is a pin from 0 to 63'],
    [[{ chip: 'gps', port: 9 }], '"port" of gps is not a serial port from 1 to 6'],
    [[{ chip: 'ds18b20', pin: 4, serial: -1 }], '"serial" of ds18b20 is not an integer from 0 to 65535'],
  ])('refuses the chips of %j', (list, what) => {
    expect(() => scene(chips(...list))).toThrowError(what);
  });

  it('lets devices share a wire, and chips with a select a bus', () => {
    const list = [
      { chip: 'ds18b20', pin: 4, serial: 1 },
      { chip: 'ds18b20', pin: 4, serial: 2 },
      { chip: 'ds18b20', pin: 6, serial: 1 },
      { chip: 'max31855', bus: 1, select: 5 },
      { chip: 'max6675', bus: 1, select: 7 },
    ];
    expect(scene(chips(...list)).chips).toEqual(list);
  });

  it('shows how a chip is written that is written wrong', () => {
    expect(advice(chips({ chip: 'sht4x' }))).toBe('write {"chip":"sht4x","bus":1,"address":68}');
  });

  it.each(Object.keys(CHIPS))('gives an example of %s that it takes', (chip) => {
    const example = JSON.parse(advice(chips({ chip, nonsense: 1 })).replace('write ', '')) as object;
    expect(scene(chips(example)).chips).toEqual([example]);
  });
});
