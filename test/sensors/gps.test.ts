// The GPS driver beyond what all drivers must do: arithmetic, sentences in any stream, no fix, and the time of the fix.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createGpsChip } from '../../sim/chips/gps.ts';
import type { GpsChipOptions } from '../../sim/chips/gps.ts';
import { createQuantities, createStill } from '../../sim/environment/surroundings.ts';
import { createRig } from '../../sim/rig/rig.ts';
import { createUartLine } from '../../sim/rig/uart.ts';
import type { WallTime } from '../../src/ports/clock.ts';
import { Code } from '../../src/ports/codes.ts';
import { createGps } from '../../src/sensors/gps.ts';
import type { GpsOptions } from '../../src/sensors/gps.ts';
import { anyBytes, anyCuts, createHandUart, createReading, cut, sample, valuesOf } from './uart-bench.ts';

/** A sentence with its checksum: all characters between $ and * together. */
function sentence(body: string): string {
  const sum = [...body].reduce((all, char) => all ^ char.charCodeAt(0), 0);
  return `$${body}*${sum.toString(16).toUpperCase().padStart(2, '0')}\r\n`;
}

interface Said {
  lat?: string;
  lon?: string;
  time?: string;
  quality?: string;
  satellites?: string;
  hdop?: string;
  altitude?: string;
  status?: string;
  speed?: string;
  course?: string;
  date?: string;
  talker?: string;
}

const USUAL = {
  lat: '4807.038,N',
  lon: '01131.000,E',
  time: '123519.00',
  quality: '1',
  satellites: '08',
  hdop: '0.9',
  altitude: '545.4',
  status: 'A',
  speed: '022.4',
  course: '084.4',
  date: '230326',
  talker: 'GP',
};

function gga(said: Said = {}): string {
  const { talker, time, lat, lon, quality, satellites, hdop, altitude } = { ...USUAL, ...said };
  return sentence(
    `${talker}GGA,${time},${lat},${lon},${quality},${satellites},${hdop},${altitude},M,46.9,M,,`,
  );
}

function rmc(said: Said = {}): string {
  const { talker, time, lat, lon, status, speed, course, date } = { ...USUAL, ...said };
  return sentence(`${talker}RMC,${time},${status},${lat},${lon},${speed},${course},${date},003.1,W`);
}

const pair = (said: Said = {}): string => rmc(said) + gga(said);

/** A driver that listens, and what it makes of the chunks that come then. */
function after(chunks: string[], options: GpsOptions = {}) {
  const uart = createHandUart();
  const driver = createGps(uart, options);
  const out = createReading(driver);
  let now = 0;
  const clock = { now: () => now, advance: (ms: number) => void (now += ms) };
  let waits = 0;
  const { code } = sample(driver, clock, out, () => {
    if (++waits === 1) chunks.forEach(uart.give);
  });
  const time: WallTime = { day: -7, ms: -7 };
  driver.utc(time);
  return { code, values: valuesOf(out), time, uart, driver, out, clock };
}

const valuesFor = (said: Said): (number | null)[] => after([pair(said)]).values;

function bench(chipOptions: Partial<GpsChipOptions> = {}, seed = 5, startMs = 1000) {
  const truth = createQuantities();
  const rig = createRig(startMs);
  const chip = createGpsChip({ surroundings: createStill(truth), ...chipOptions });
  const line = createUartLine(rig, chip, { seed, room: 512 });
  const driver = createGps(line);
  const out = createReading(driver);
  const time: WallTime = { day: 0, ms: 0 };
  return { truth, rig, chip, line, driver, out, time, run: () => sample(driver, rig, out) };
}

describe('GPS, sentences', () => {
  it('reads the examples that everybody knows', () => {
    // As they stand in the standard's introductions, with another date.
    const known = '$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47\r\n';
    const { code, values } = after([
      known + sentence('GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230326,003.1,W'),
    ]);
    expect(code).toBe(0);
    // 22.4 knots are 11.5236 m/s.
    expect(values).toEqual([4811730, 1151667, 5454, 11524, 844, 8, 90]);
    expect(after(['$GPRMC,081836,A,3751.65,S,14507.36,E,000.0,360.0,130998,011.3,E*62\r\n']).code).toBe(
      Code.Timeout,
    );
  });

  it('reads both kinds from any talker, in any order, whatever comes between them', () => {
    for (const talker of ['GP', 'GN', 'GL', 'GA', 'GB', 'GQ', 'BD', 'GI', 'QZ']) {
      const said = { talker };
      const between = sentence(`${talker}GSV,3,1,11,03,03,111,00,04,15,270,00,06,01,010,00,13,06,292,00`);
      expect(after([rmc(said) + between + gga(said)]).code).toBe(0);
      expect(after([gga(said) + between + rmc(said)]).code).toBe(0);
    }
  });

  it('finds them behind and before any garbage, however the stream is cut', () => {
    const junk = anyBytes.filter((bytes) => !/GGA|RMC/.test(bytes));
    fc.assert(
      fc.property(junk, junk, junk, anyCuts, (before, between, behind, at) => {
        const { code, values } = after(cut(before + rmc() + between + gga() + behind, at));
        expect([code, values]).toEqual([0, [4811730, 1151667, 5454, 11524, 844, 8, 90]]);
      }),
      { numRuns: 300 },
    );
  });

  it('finds them behind a sentence that broke off anywhere, and without line ends', () => {
    const other = gga({ altitude: '1.0' });
    for (let at = 0; at < other.length - 2; at++) {
      const values = after([other.slice(0, at) + pair()]).values;
      expect(values[2]).toBe(5454);
    }
    expect(after([pair().replace(/[\r\n]/g, '')]).code).toBe(0);
  });

  it('takes no sentence with any single bit wrong, and none from garbage', () => {
    const good = gga();
    for (let bit = 0; bit < (good.length - 2) * 8; bit++) {
      const at = bit >> 3;
      const turned = String.fromCharCode(good.charCodeAt(at) ^ (1 << (bit & 7)));
      const { code, values } = after([rmc() + good.slice(0, at) + turned + good.slice(at + 1)]);
      // A letter of the checksum may be a small one.
      if (turned.toUpperCase() === good[at]!.toUpperCase() && at > good.length - 5) continue;
      expect(code, `bit ${bit}: ${values.join()}`).toBeLessThan(0);
    }
    fc.assert(fc.property(fc.array(anyBytes), (chunks) => void expect(after(chunks).code).toBeLessThan(0)));
    expect(after(['$GPGGA,'.repeat(500)]).code).toBe(Code.Timeout);
    expect(after([`$GPGGA,${'1'.repeat(3000)}*00`]).code).toBe(Code.Timeout);
    expect(after([`$GPGGA,${'*'.repeat(300)}`]).code).toBe(Code.Crc);
    expect(after([rmc() + gga().replace(/\*../, '*00')]).code).toBe(Code.Crc);
    expect(after(['']).code).toBe(Code.Absent);
  });

  it('survives any sentence with a right checksum', () => {
    const field = fc.oneof(
      fc.stringMatching(/^[0-9.\-NSEWAV]{0,12}$/),
      fc.constantFrom('', '.', '-', '-.', '99999999999999999999', '4807.038', 'N', 'E'),
      fc.string({ unit: fc.constantFrom(...'09.-,NEAx~ $'), maxLength: 20 }),
    );
    fc.assert(
      fc.property(fc.array(field, { maxLength: 16 }), fc.array(field, { maxLength: 16 }), (a, b) => {
        const { code, values, driver } = after([
          sentence(`GPGGA,${a.join()}`) + sentence(`GPRMC,${b.join()}`),
        ]);
        if (code !== 0) return;
        values.forEach((value, i) => {
          const { min, max } = driver.channels[i]!;
          if (value !== null) expect(value >= min && value <= max).toBe(true);
        });
      }),
      { numRuns: 500 },
    );
  });

  it("does not take a maker's own sentence for one of a satellite system", () => {
    expect(after([gga() + rmc({ talker: 'PG' })]).code).toBe(Code.Timeout);
    expect(after([gga() + rmc().replace('RMC', 'RMZ')]).code).toBe(Code.Timeout);
    expect(after([gga() + sentence('GPRMCX' + rmc().slice(7, -5))]).code).toBe(Code.Timeout);
  });

  it('does not pair sentences of different instants, nor what came before', () => {
    expect(after([gga() + rmc({ time: '123520.00' })]).code).toBe(Code.Timeout);
    expect(after([gga() + rmc({ time: '123519.20' })]).code).toBe(Code.Timeout);
    const next = { time: '123520.00', altitude: '7.0' };
    expect(after([gga() + pair(next)]).values[2]).toBe(70);
    // What follows the pair is for the next sample.
    expect(after([pair() + gga(next)]).values[2]).toBe(5454);
    const { uart, driver, clock, out } = after([pair()]);
    uart.give(pair({ altitude: '99.0' }));
    uart.give(rmc({ altitude: '99.0' }).slice(0, 30));
    let waits = 0;
    const { code } = sample(driver, clock, out, () => {
      if (++waits === 1) uart.give(rmc().slice(30) + pair({ altitude: '1.0' }));
    });
    expect([code, out.values[2]]).toEqual([0, 10]);
  });

  it('does not remember that a sentence was broken', () => {
    const { code, driver, clock, out } = after([gga().replace(/\*../, '*00')]);
    expect(code).toBe(Code.Crc);
    expect(sample(driver, clock, out).code).toBe(Code.Absent);
  });

  it('does not put a sentence together from two samples', () => {
    const { code, uart, driver, clock, out } = after([gga().slice(0, 30)]);
    expect(code).toBe(Code.Timeout);
    let waits = 0;
    const next = sample(driver, clock, out, () => {
      if (++waits === 1) uart.give(gga().slice(30) + rmc());
    });
    expect(next.code).toBe(Code.Timeout);
  });
});

describe('GPS, arithmetic', () => {
  /** Rounded to hundred-thousandths of a degree, halves up: exact, whatever the number of decimals. */
  function reference(degrees: number, minutes: number, decimals: string): number {
    const scale = 10n ** BigInt(decimals.length);
    const fine = BigInt(minutes) * scale + BigInt(decimals === '' ? 0 : decimals);
    const over = 60n * scale;
    return degrees * 100000 + Number((fine * 100000n * 2n + over) / (2n * over));
  }

  it('makes degrees of degrees and minutes exactly, with any number of decimals, on all hemispheres', () => {
    fc.assert(
      fc.property(
        fc.nat(89),
        fc.nat(179),
        fc.nat(59),
        fc.nat(59),
        fc.stringMatching(/^[0-9]{0,12}$/),
        fc.constantFrom('N', 'S'),
        fc.constantFrom('E', 'W'),
        (north, east, minutesNorth, minutesEast, decimals, ns, ew) => {
          const two = (n: number): string => String(n).padStart(2, '0');
          const tail = decimals === '' ? '' : `.${decimals}`;
          const [latitude, longitude] = valuesFor({
            lat: `${two(north)}${two(minutesNorth)}${tail},${ns}`,
            lon: `${String(east).padStart(3, '0')}${two(minutesEast)}${tail},${ew}`,
          });
          const lat = reference(north, minutesNorth, decimals);
          const lon = reference(east, minutesEast, decimals);
          expect(latitude).toBe(ns === 'S' ? 0 - lat : lat);
          expect(longitude).toBe(ew === 'W' ? 0 - lon : lon);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('rounds at the very edge between two steps', () => {
    // Half a step is 0.0003 minutes.
    expect(valuesFor({ lat: '0000.00029999999,N' })[0]).toBe(0);
    expect(valuesFor({ lat: '0000.0003,N' })[0]).toBe(1);
    expect(valuesFor({ lat: '0000.0003,S' })[0]).toBe(-1);
    expect(valuesFor({ lat: '4759.99999,N' })[0]).toBe(4800000);
    expect(valuesFor({ lat: '9000.0000,S', lon: '18000.0000,W' }).slice(0, 2)).toEqual([-9000000, -18000000]);
    expect(valuesFor({ lat: '0000.0000,N', lon: '00000.0000,E' }).slice(0, 2)).toEqual([0, 0]);
  });

  it('makes metres a second of knots', () => {
    fc.assert(
      fc.property(fc.nat(1100), fc.nat(999), (knots, thousandths) => {
        const exact = ((knots * 1000 + thousandths) * 1852) / 3600;
        const seen = valuesFor({ speed: `${knots}.${String(thousandths).padStart(3, '0')}` })[3];
        expect(Math.abs(seen! - exact)).toBeLessThanOrEqual(0.5);
      }),
      { numRuns: 500 },
    );
    expect(valuesFor({ speed: '0.004' })[3]).toBe(2);
    expect(valuesFor({ speed: '1' })[3]).toBe(514);
  });

  it('reads heights below the sea, rounds decimals, and goes once around', () => {
    expect(valuesFor({ altitude: '-12.3' })[2]).toBe(-123);
    expect(valuesFor({ altitude: '-0.26' })[2]).toBe(-3);
    expect(valuesFor({ altitude: '0.25' })[2]).toBe(3);
    expect(valuesFor({ altitude: '12' })[2]).toBe(120);
    expect(valuesFor({ course: '359.94' })[4]).toBe(3599);
    expect(valuesFor({ course: '359.95' })[4]).toBe(0);
    expect(valuesFor({ course: '360.0' })[4]).toBe(0);
    expect(valuesFor({ hdop: '12.345' })[6]).toBe(1235);
  });

  it('refuses what cannot be', () => {
    expect(after([pair({ lat: '9000.0100,N' })]).code).toBe(Code.Range);
    expect(after([pair({ lon: '18000.01,W' })]).code).toBe(Code.Range);
    expect(after([pair({ lat: '4860.0000,N' })]).code).toBe(Code.Range);
    expect(after([pair({ lat: '99999999999.0,N' })]).code).toBe(Code.Range);
    expect(after([pair({ speed: '99999' })]).code).toBe(Code.Range);
    expect(after([pair({ speed: '-1' })]).code).toBe(Code.Range);
    expect(after([pair({ course: '361.0' })]).code).toBe(Code.Range);
    expect(after([pair({ altitude: '999999999' })]).code).toBe(Code.Range);
    // Too large for 32 bits: what is left of them there would be 0.32704 degrees, 0.704 knots, 8 satellites.
    expect(after([pair({ lat: '4295000.0,N' })]).code).toBe(Code.Range);
    expect(after([pair({ speed: '4294968' })]).code).toBe(Code.Range);
    expect(after([pair({ satellites: '4294967304' })]).code).toBe(Code.Range);
  });
});

describe('GPS without a fix', () => {
  const NONE = [null, null, null, null, null];

  it('has no coordinates, and says how many satellites there are', () => {
    expect(valuesFor({ quality: '0' })).toEqual([...NONE, 8, null]);
    expect(valuesFor({ status: 'V' })).toEqual([...NONE, 8, null]);
    expect(valuesFor({ satellites: '02' })).toEqual([...NONE, 2, null]);
    expect(valuesFor({ lat: ',' })).toEqual([...NONE, 8, null]);
    expect(valuesFor({ lon: ',' })).toEqual([...NONE, 8, null]);
    expect(valuesFor({ lat: '4807.038,' })).toEqual([...NONE, 8, null]);
    expect(valuesFor({ lat: '4807.038,E' })).toEqual([...NONE, 8, null]);
    expect(valuesFor({ lat: '-4807.038,N' })).toEqual([...NONE, 8, null]);
    expect(valuesFor({ lat: '48x7.038,N' })).toEqual([...NONE, 8, null]);
    expect(valuesFor({ quality: '' })).toEqual([...NONE, 8, null]);
    // A receiver that was just switched on.
    const cold = '$GPRMC,,V,,,,,,,,,,N*53\r\n$GPGGA,,,,,,0,00,99.99,,,,,,*48\r\n';
    expect(after([cold])).toMatchObject({ code: 0, values: [...NONE, 0, null], time: { day: -1, ms: 0 } });
  });

  it('trusts fewer satellites, or more, as it is told', () => {
    expect(after([pair({ satellites: '05' })], { minSatellites: 6 }).values[0]).toBeNull();
    expect(after([pair({ satellites: '06' })], { minSatellites: 6 }).values[0]).toBe(4811730);
    expect(valuesFor({ satellites: '03' })[0]).toBe(4811730);
  });

  it('leaves out what is left out', () => {
    expect(valuesFor({ altitude: '', course: '', speed: '', hdop: '' })).toEqual([
      4811730,
      1151667,
      null,
      null,
      null,
      8,
      null,
    ]);
  });
});

describe('GPS, time', () => {
  it('is that of the fix', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: Date.UTC(2020, 0, 1) / 10, max: Date.UTC(2079, 11, 31) / 10 }),
        (hundredths) => {
          const ms = hundredths * 10;
          const text = new Date(ms).toISOString();
          const time = text.slice(11, 22).replace(/:/g, '');
          const date = text.slice(8, 10) + text.slice(5, 7) + text.slice(2, 4);
          expect(after([pair({ time, date })]).time).toEqual({
            day: Math.floor(ms / 86400000),
            ms: ms % 86400000,
          });
        },
      ),
      { numRuns: 400 },
    );
  });

  it('is unknown where the receiver does not know it', () => {
    const unknown = { day: -1, ms: 0 };
    expect(after([pair({ date: '060180' })]).time).toEqual(unknown);
    // 1024 weeks behind.
    expect(after([pair({ date: '120806' })]).time).toEqual(unknown);
    expect(after([pair({ date: '' })]).time).toEqual(unknown);
    expect(after([pair({ date: '230026' })]).time).toEqual(unknown);
    expect(after([pair({ date: '231326' })]).time).toEqual(unknown);
    expect(after([pair({ date: '000326' })]).time).toEqual(unknown);
    expect(after([pair({ date: '320326' })]).time).toEqual(unknown);
    expect(after([pair({ status: 'V' })]).time).toEqual(unknown);
    expect(after([pair({ time: '235960.00' })]).time).toEqual(unknown);
    expect(after([pair({ time: '240000.00' })]).time).toEqual(unknown);
    expect(after([pair({ time: '126000.00' })]).time).toEqual(unknown);
    expect(after([pair({ time: '' })]).time).toEqual(unknown);
  });

  it('does not outlive its sample', () => {
    const { driver, time, clock } = after([pair()]);
    expect(time.day).toBe(Date.UTC(2026, 2, 23) / 86400000);
    driver.start(clock.now());
    driver.utc(time);
    expect(time).toEqual({ day: -1, ms: 0 });
  });
});

describe('GPS on the simulated receiver', () => {
  it('gives a position within a second and a bit, whenever it is asked', () => {
    for (let seed = 1; seed < 8; seed++) {
      for (const isTalkative of [false, true]) {
        const { run, rig, truth, out, driver, time } = bench({ isTalkative, talker: 'GN' }, seed);
        for (let i = 0; i < 10; i++) {
          rig.advance(137 * i);
          truth.latitude = 4800000 - i * 1234567;
          truth.longitude = -17999999 + i * 2345678;
          rig.advance(1000);
          const { code, ms } = run();
          expect(code).toBe(0);
          expect(ms).toBeLessThan(2000);
          expect([...out.values.slice(0, 2)]).toEqual([truth.latitude, truth.longitude]);
          driver.utc(time);
          expect(time.day).toBe(Date.UTC(2026, 1, 28) / 86400000);
          expect(time.ms).toBeLessThanOrEqual(rig.now());
          expect(time.ms).toBeGreaterThan(rig.now() - 1700);
        }
      }
    }
  });

  it('keeps its place with any number of decimals, as far as these go', () => {
    for (let decimals = 2; decimals <= 7; decimals++) {
      const { run, truth, out } = bench({ decimals });
      for (const value of [4813712, 1, -1, 100000, 8999999]) {
        truth.latitude = value;
        expect(run().code).toBe(0);
        const off = Math.abs(out.values[0]! - value);
        expect(off).toBeLessThanOrEqual(decimals === 2 ? 9 : decimals === 3 ? 1 : 0);
      }
    }
  });

  it('has no position in a tunnel and after a loss of power, and comes back', () => {
    const { run, rig, chip, truth, out, driver, time } = bench({ slow: 100 });
    truth.satellites = 2;
    expect(run().code).toBe(0);
    expect(valuesOf(out)).toEqual([null, null, null, null, null, 2, null]);
    truth.satellites = 7;
    expect(run().code).toBe(0);
    // Standing, it has no course.
    expect(valuesOf(out)).toEqual([truth.latitude, truth.longitude, truth.altitude, 0, null, 7, 145]);
    chip.brownOut(rig.now());
    rig.advance(3000);
    expect(run().code).toBe(0);
    expect(valuesOf(out)).toEqual([null, null, null, null, null, 7, null]);
    driver.utc(time);
    expect(time.day).toBe(-1);
    rig.advance(30000);
    expect(run().code).toBe(0);
    expect(out.values[0]).toBe(truth.latitude);
  });

  it('counts days over the end of February and of a year', () => {
    for (const [day, wanted] of [
      [Date.UTC(2028, 1, 28), Date.UTC(2028, 1, 29)],
      [Date.UTC(2026, 1, 28), Date.UTC(2026, 2, 1)],
      [Date.UTC(2026, 11, 31), Date.UTC(2027, 0, 1)],
    ] as const) {
      const days = (day - Date.UTC(2000, 0, 1)) / 86400000;
      const { run, driver, time } = bench({ day: days }, 5, 86400000 - 2500);
      run();
      driver.utc(time);
      expect(time.day).toBe(day / 86400000);
      for (let i = 0; i < 4; i++) run();
      driver.utc(time);
      expect(time.day).toBe(wanted / 86400000);
    }
  });
});
