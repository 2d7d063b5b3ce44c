// The models of what surrounds a board: the same at the same instant whatever was asked before, within what chips measure, and
// plausible to somebody who looks at the curve.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createDrive } from '../../../sim/environment/drive.ts';
import { createPlant } from '../../../sim/environment/plant.ts';
import { createRoom } from '../../../sim/environment/room.ts';
import { createSolar } from '../../../sim/environment/solar.ts';
import { daylight, sunHeight } from '../../../sim/environment/sun.ts';
import { createQuantities, createSurroundings } from '../../../sim/environment/surroundings.ts';
import type { Quantities, Surroundings } from '../../../sim/environment/surroundings.ts';
import { createVibration } from '../../../sim/environment/vibration.ts';
import { createWeatherDay } from '../../../sim/environment/weather-day.ts';
import { createWeather } from '../../../sim/environment/weather.ts';
import { MODELS } from './models.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const KEYS = Object.keys(createQuantities()) as (keyof Quantities)[];

/** What chips can show; beyond, a model is wrong. */
const LIMITS: Partial<Record<keyof Quantities, [number, number]>> = {
  temperature: [-40000, 60000],
  humidity: [5000, 100000],
  pressure: [60000, 110000],
  illuminance: [0, 120000000],
  co2: [400, 5000],
  moisture: [0, 100000],
  voltage: [2500, 4250],
  analog: [0, 3300],
  speed: [0, 30000],
  course: [0, 3599],
  satellites: [0, 20],
  latitude: [-9000000, 9000000],
  longitude: [-18000000, 18000000],
  contact: [0, 1],
  motion: [0, 1],
  button: [0, 1],
};

const times = (fromMs: number, count: number, stepMs: number): number[] =>
  Array.from({ length: count }, (_, i) => fromMs + i * stepMs);
const mean = (list: number[]): number => list.reduce((sum, x) => sum + x, 0) / list.length;
const spread = (list: number[]): number => Math.max(...list) - Math.min(...list);

function correlation(a: number[], b: number[]): number {
  const [ma, mb] = [mean(a), mean(b)];
  const covariance = mean(a.map((x, i) => (x - ma) * (b[i]! - mb)));
  return covariance / Math.sqrt(mean(a.map((x) => (x - ma) ** 2)) * mean(b.map((x) => (x - mb) ** 2)));
}

const all = (model: Surroundings, time: number): number[] => KEYS.map((key) => model[key](time));

describe.each(MODELS)('$name', ({ create }) => {
  it('is the same for one seed and instant, in whatever order it is asked', () => {
    fc.assert(
      fc.property(
        fc.nat(65535),
        fc.array(fc.nat(200 * DAY), { minLength: 2, maxLength: 8 }),
        (seed, instants) => {
          const model = create(seed);
          const forwards = instants.map((t) => all(model, t));
          const backwards = [...instants].reverse().map((t) => all(model, t));
          const fresh = instants.map((t) => all(create(seed), t));
          expect(backwards.reverse()).toEqual(forwards);
          expect(fresh).toEqual(forwards);
        },
      ),
      { numRuns: 15 },
    );
  });

  it('gives whole numbers of all quantities, small enough for every engine and within what chips measure', () => {
    fc.assert(
      fc.property(fc.nat(65535), fc.nat(800 * DAY), (seed, time) => {
        const model = create(seed);
        for (const key of KEYS) {
          const value = model[key](time);
          const [min, max] = LIMITS[key] ?? [-0x7ffffff, 0x7ffffff];
          expect(Number.isInteger(value), `${key} ${value}`).toBe(true);
          expect(value >= min && value <= max, `${key} ${value}`).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('differs from seed to seed, and not in what it does not know', () => {
    const [one, two] = [create(1), create(2)];
    const at = times(0, 60, 23 * MINUTE);
    const differing = KEYS.filter((key) => at.some((t) => one[key](t) !== two[key](t)));
    expect(differing.length).toBeGreaterThan(1);
    const quiet = createQuantities();
    const still = KEYS.filter((key) => !differing.includes(key));
    for (const key of still) expect([quiet[key], one[key](0)]).toContain(one[key](12 * HOUR));
  });
});

describe('weather day', () => {
  const model = createWeatherDay({ seed: 5, timeOfDayMs: 0, dayOfYear: 150 });
  const hours = times(0, 30 * 24, HOUR);
  const lux = (time: number): number => model.illuminance(time) / 1000;

  it('has the air of the weather', () => {
    const air = { temperature: 0, humidity: 0, pressure: 0 };
    const weather = createWeather({ seed: 5, timeOfDayMs: 0, dayOfYear: 150 });
    for (const time of [0, 12345678, 3 * DAY]) {
      weather.at(time, air);
      expect([model.temperature(time), model.humidity(time), model.pressure(time)]).toEqual([
        air.temperature,
        air.humidity,
        air.pressure,
      ]);
    }
  });

  it('is dark at night, bright at noon, and dusky between', () => {
    for (let day = 0; day < 30; day++) {
      expect(lux(day * DAY + 30 * MINUTE)).toBe(0);
      expect(lux(day * DAY + 12 * HOUR)).toBeGreaterThan(8000);
      expect(lux(day * DAY + 12 * HOUR)).toBeLessThan(110000);
    }
    const dawn = times(0, 8 * 60, MINUTE).map(lux);
    expect(dawn.filter((x) => x > 0 && x < 400).length).toBeGreaterThan(15);
    // No step at sunrise; later, clouds make some.
    const early = dawn.filter((x) => x < 4000);
    early.slice(1).forEach((x, i) => expect(x - early[i]!).toBeLessThan(800));
  });

  it('has longer days in summer than in winter, and none under a polar night', () => {
    const brightHours = (dayOfYear: number, latitude: number): number =>
      times(0, 24 * 6, 10 * MINUTE).filter((t) => sunHeight(dayOfYear * DAY + t, latitude) > 0).length / 6;
    expect(brightHours(172, 48)).toBeGreaterThan(14.5);
    expect(brightHours(172, 48)).toBeLessThan(17.5);
    expect(brightHours(355, 48)).toBeLessThan(9.5);
    expect(brightHours(355, 48)).toBeGreaterThan(6.5);
    expect(Math.abs(brightHours(80, 48) - 12)).toBeLessThan(1);
    expect(Math.abs(brightHours(172, 0) - 12)).toBeLessThan(0.5);
    expect(brightHours(355, 80)).toBe(0);
    expect(daylight(-0.2, 0)).toBe(0);
    expect(daylight(0, 0.5)).toBe(400);
  });

  it('is darker under clouds', () => {
    const noons = times(12 * HOUR, 60, DAY).map(lux);
    expect(Math.max(...noons)).toBeGreaterThan(2 * Math.min(...noons));
    expect(daylight(0.8, 1)).toBeLessThan(daylight(0.8, 0) / 4);
  });

  it('rains now and then, never backwards', () => {
    const tips = hours.map((time) => model.pulses(time));
    const rain = tips.slice(1).map((x, i) => x - tips[i]!);
    expect(Math.min(...rain)).toBe(0);
    const wet = rain.filter((x) => x > 0).length;
    expect(wet).toBeGreaterThan(20);
    expect(wet).toBeLessThan(0.3 * rain.length);
    // 20 to 300 mm a month.
    expect(tips.at(-1)! * 0.2794).toBeGreaterThan(20);
    expect(tips.at(-1)! * 0.2794).toBeLessThan(300);
    expect(model.pulses(0)).toBe(0);
  });

  it('has wind whose wheel turns as fast as its voltage says', () => {
    const windy = createWeatherDay({ seed: 5, pulses: 'wind' });
    const minutes = times(0, 2000, MINUTE);
    const turns = minutes.map((time) => windy.pulses(time));
    turns.slice(1).forEach((x, i) => expect(x).toBeGreaterThanOrEqual(turns[i]!));
    const byWheel = turns.slice(1).map((x, i) => ((x - turns[i]!) / 60) * (2400 / 3600));
    const byVoltage = minutes.slice(1).map((t) => ((windy.analog(t - MINUTE / 2) - 400) / 1600) * 32.4);
    expect(mean(byWheel)).toBeGreaterThan(1.5);
    expect(mean(byWheel)).toBeLessThan(6);
    expect(Math.max(...byWheel)).toBeGreaterThan(1.4 * mean(byWheel));
    expect(correlation(byWheel, byVoltage)).toBeGreaterThan(0.95);
    expect(Math.abs(mean(byWheel) - mean(byVoltage))).toBeLessThan(0.1);
  });
});

describe('room', () => {
  const model = createRoom({ seed: 3, timeOfDayMs: 0 });
  const minutes = times(0, 14 * 24 * 60, MINUTE);

  it('has more carbon dioxide in the evening than before dawn, and no room is fresher than the air outside', () => {
    const co2 = minutes.map((t) => model.co2(t));
    const at = (hour: number): number =>
      mean(minutes.filter((t) => Math.floor(t / HOUR) % 24 === hour).map((t) => model.co2(t)));
    expect(at(20)).toBeGreaterThan(at(5) + 300);
    expect(at(5)).toBeLessThan(550);
    expect(Math.max(...co2)).toBeGreaterThan(900);
    expect(Math.max(...co2)).toBeLessThan(2500);
    // The air of a room does not jump.
    co2.slice(1).forEach((x, i) => expect(Math.abs(x - co2[i]!)).toBeLessThan(30));
  });

  it('loses what people breathed out when they are gone', () => {
    for (let day = 0; day < 14; day++) {
      const night = times(day * DAY + HOUR, 8, 30 * MINUTE).map((t) => model.co2(t));
      night.slice(1).forEach((x, i) => expect(x).toBeLessThan(night[i]! + 15));
      expect(night.at(-1)!).toBeLessThan(560);
    }
  });

  it('has motion only where people are, light where they need it, and none at night', () => {
    const night = minutes.filter((t) => Math.floor(t / HOUR) % 24 < 4);
    expect(night.every((t) => model.motion(t) === 0)).toBe(true);
    expect(night.every((t) => model.illuminance(t) === 0)).toBe(true);
    const evening = minutes.filter((t) => Math.floor(t / HOUR) % 24 === 20);
    expect(mean(evening.map((t) => model.motion(t)))).toBeGreaterThan(0.3);
    evening
      .filter((t) => model.motion(t) === 1)
      .forEach((t) => {
        expect(model.illuminance(t)).toBeGreaterThan(100000);
      });
    // Where somebody moves, there is more to breathe out.
    const smooth = times(0, 14 * 24, HOUR);
    const moving = smooth.map((h) => mean(times(h, 60, MINUTE).map((t) => model.motion(t))));
    expect(
      correlation(
        moving,
        smooth.map((h) => model.co2(h + HOUR)),
      ),
    ).toBeGreaterThan(0.5);
  });

  it('opens its door shortly, and some times a day', () => {
    const seconds = times(0, 24 * 3600, SECOND).map((t) => model.contact(t));
    const openings = seconds.slice(1).filter((x, i) => x === 0 && seconds[i] === 1).length;
    expect(openings).toBeGreaterThan(5);
    expect(openings).toBeLessThan(80);
    expect(seconds.filter((x) => x === 0).length).toBe(openings * 12);
  });

  it('has particles, vapours and warmth when somebody cooks', () => {
    const fine = minutes.map((t) => model.pm25(t));
    const tvoc = minutes.map((t) => model.tvoc(t));
    expect(Math.max(...fine)).toBeGreaterThan(600);
    expect(mean(fine)).toBeLessThan(250);
    expect(correlation(fine, tvoc)).toBeGreaterThan(0.5);
    expect(
      correlation(
        tvoc,
        minutes.map((t) => model.gasResistance(t)),
      ),
    ).toBeLessThan(-0.8);
    minutes.forEach((t) => {
      expect(model.pm1(t)).toBeLessThanOrEqual(model.pm25(t));
      expect(model.pm25(t)).toBeLessThanOrEqual(model.pm10(t));
    });
    const temperatures = minutes.map((t) => model.temperature(t));
    expect(Math.min(...temperatures)).toBeGreaterThan(17000);
    expect(Math.max(...temperatures)).toBeLessThan(27000);
    expect(spread(temperatures)).toBeGreaterThan(1500);
  });
});

describe('plant', () => {
  const model = createPlant({ seed: 8, timeOfDayMs: 0 });
  const quarters = times(0, 40 * 24 * 4, 15 * MINUTE);
  const moisture = quarters.map((t) => model.moisture(t));

  it('dries slowly, and is watered quickly, every few days', () => {
    const steps = moisture.slice(1).map((x, i) => x - moisture[i]!);
    // A watering takes twenty minutes.
    const waterings = steps.filter((x, i) => x > 3000 && (steps[i - 1] ?? 0) <= 3000).length;
    expect(waterings).toBeGreaterThanOrEqual(8);
    expect(waterings).toBeLessThanOrEqual(11);
    const drying = steps.filter((x) => x < 3000);
    expect(mean(drying)).toBeLessThan(0);
    expect(Math.min(...steps)).toBeGreaterThan(-1500);
    expect(Math.max(...moisture)).toBeGreaterThan(60000);
    expect(Math.min(...moisture)).toBeGreaterThan(15000);
    expect(Math.min(...moisture)).toBeLessThan(40000);
  });

  it('weighs what the water weighs, and conducts what it conducts', () => {
    expect(
      correlation(
        moisture,
        quarters.map((t) => model.weight(t)),
      ),
    ).toBeGreaterThan(0.99);
    expect(
      correlation(
        moisture,
        quarters.map((t) => model.analog(t)),
      ),
    ).toBeLessThan(-0.99);
  });

  it('has sun on its sill, and soil that is warmed late', () => {
    const temperatures = quarters.map((t) => model.temperature(t));
    const light = quarters.map((t) => model.illuminance(t));
    expect(correlation(temperatures, light)).toBeGreaterThan(0.5);
    expect(light[0]).toBe(0);
    expect(spread(quarters.map((t) => model.probeTemperature(t)))).toBeLessThan(0.6 * spread(temperatures));
  });
});

describe('solar', () => {
  const summer = createSolar({ seed: 4, timeOfDayMs: 0, dayOfYear: 150 });
  const minutes = times(10 * DAY, 5 * 24 * 60, MINUTE);

  it('charges by day and empties by night', () => {
    const noon = times(12 * HOUR, 20, DAY).map((t) =>
      mean(times(t, 60, SECOND).map((s) => summer.current(s))),
    );
    const night = times(HOUR, 20, DAY).map((t) => mean(times(t, 60, SECOND).map((s) => summer.current(s))));
    // Full batteries take nothing.
    noon.forEach((x) => expect(x).toBeLessThan(25000));
    expect(Math.min(...noon)).toBeLessThan(-30000);
    night.forEach((x) => expect(Math.abs(x - 22000)).toBeLessThan(3000));
    const volts = times(10 * DAY, 48, HOUR).map((t) => summer.voltage(t + 5000));
    expect(Math.max(...volts.slice(12, 20))).toBeGreaterThan(volts[4]!);
  });

  it('has less voltage while it sends', () => {
    const seconds = times(2 * HOUR, 60, SECOND);
    const current = seconds.map((t) => summer.current(t));
    expect(current.filter((x) => x > 100000).length).toBe(2);
    expect(
      correlation(
        current,
        seconds.map((t) => summer.voltage(t)),
      ),
    ).toBeLessThan(-0.8);
  });

  it('lives through summer, and is weak in a dark winter', () => {
    const low = Math.min(...minutes.map((t) => summer.voltage(t)));
    expect(low).toBeGreaterThan(3500);
    const winter = createSolar({ seed: 4, dayOfYear: 330, latitude: 58 });
    expect(winter.voltage(40 * DAY)).toBeLessThan(3500);
    const back = times(0, 200, DAY).map((t) => winter.voltage(t));
    expect(back.at(-1)).toBeGreaterThan(3600);
  });

  it('is full and empty at the ends', () => {
    const rich = createSolar({ seed: 4, dayOfYear: 150, panel: 2000 });
    expect(rich.voltage(6 * HOUR + 5000)).toBe(4190);
    expect(rich.current(6 * HOUR + 5000)).toBe(0);
    const poor = createSolar({ seed: 4, panel: 0 });
    expect(poor.voltage(100 * DAY + 5000)).toBeLessThan(3151);
  });
});

describe('vibration', () => {
  const model = createVibration({ seed: 6, hz: 20 });
  const minutes = times(0, 3000, MINUTE);
  /** Peak to peak within a tenth of a second. */
  const shaking = (time: number): number => spread(times(time, 100, 1).map((t) => model.accelerationX(t)));

  it('runs and stands', () => {
    const strengths = minutes.map((t) => shaking(t + 30 * SECOND));
    const running = strengths.filter((x) => x > 5000).length;
    const standing = strengths.filter((x) => x < 20).length;
    expect(running + standing).toBe(minutes.length);
    expect(running).toBeGreaterThan(0.3 * minutes.length);
    expect(standing).toBeGreaterThan(0.3 * minutes.length);
  });

  it('shakes at its frequency, along and around all axes', () => {
    const start = minutes.find((t) => shaking(t + 30 * SECOND) > 5000)! + 30 * SECOND;
    for (const key of [
      'accelerationX',
      'accelerationY',
      'accelerationZ',
      'rotationX',
      'rotationY',
    ] as const) {
      const wave = times(start, 2000, 1).map((t) => model[key](t));
      const middle = mean(wave);
      /** Of a sine and a cosine: how much of the wave has this frequency. */
      const share = (hz: number): number => {
        const angle = (2 * Math.PI * hz) / 1000;
        const sine = mean(wave.map((x, i) => (x - middle) * Math.sin(angle * i)));
        const cosine = mean(wave.map((x, i) => (x - middle) * Math.cos(angle * i)));
        return Math.hypot(sine, cosine);
      };
      [7, 13, 17, 23, 31, 50].forEach((hz) => expect(share(20)).toBeGreaterThan(8 * share(hz)));
    }
  });

  it('feels gravity at rest, warms up when it runs, and takes most when it starts', () => {
    const standing = minutes.find((t) => shaking(t + 30 * SECOND) < 20)! + 30 * SECOND;
    expect(Math.abs(model.accelerationZ(standing) - 9807)).toBeLessThan(20);
    expect(Math.abs(model.accelerationX(standing))).toBeLessThan(20);
    expect(model.current(standing)).toBeLessThan(30000);
    const heat = minutes.map((t) => model.probeTemperature(t));
    expect(spread(heat)).toBeGreaterThan(8000);
    const current = minutes.map((t) => model.current(t + 30 * SECOND));
    const later = minutes.map((t) => model.probeTemperature(t + 8 * MINUTE));
    expect(correlation(current, later)).toBeGreaterThan(0.3);
    const starts = times(0, 20000, SECOND).map((t) => model.current(t));
    expect(Math.max(...starts)).toBeGreaterThan(4000000);
  });
});

describe('drive', () => {
  const model = createDrive({ seed: 2 });
  const seconds = times(0, 6000, SECOND);

  /** Millimetres north and east from one second to the next. */
  const stepOf = (t: number): [number, number] => [
    (model.latitude(t + SECOND) - model.latitude(t)) * 1111.95,
    (model.longitude(t + SECOND) - model.longitude(t)) * 1111.95 * Math.cos((48.137 * Math.PI) / 180),
  ];

  it('moves as fast as it says, and in the direction that it says', () => {
    for (const t of seconds) {
      const [north, east] = stepOf(t);
      const way = Math.hypot(north, east);
      const speed = model.speed(t + 500);
      // Positions are rounded to a metre and a bit, and a stop may lie between.
      expect(Math.abs(way - speed)).toBeLessThan(2500);
      if (speed < 8000 || model.course(t) !== model.course(t + SECOND)) continue;
      const course = (Math.atan2(east, north) * 180) / Math.PI;
      const off = Math.abs(((course - model.course(t) / 10 + 540) % 360) - 180);
      expect(off).toBeLessThan(10);
    }
    const long = seconds.filter((t) => model.speed(t) > 12000 && model.speed(t + 10 * SECOND) > 12000);
    for (const t of long.filter((t) => model.course(t) === model.course(t + 10 * SECOND))) {
      const north = model.latitude(t + 10 * SECOND) - model.latitude(t);
      const east =
        (model.longitude(t + 10 * SECOND) - model.longitude(t)) * Math.cos((48.137 * Math.PI) / 180);
      const course = (Math.atan2(east, north) * 180) / Math.PI;
      expect(Math.abs(((course - model.course(t) / 10 + 540) % 360) - 180)).toBeLessThan(1);
    }
  });

  it('stops, and drives as cars in towns do', () => {
    const speeds = seconds.map((t) => model.speed(t));
    expect(Math.max(...speeds)).toBeGreaterThan(13000);
    expect(Math.max(...speeds)).toBeLessThan(18000);
    const standing = speeds.filter((x) => x === 0).length;
    expect(standing).toBeGreaterThan(100);
    expect(standing).toBeLessThan(0.5 * speeds.length);
    speeds.slice(1).forEach((x, i) => expect(Math.abs(x - speeds[i]!)).toBeLessThan(6000));
  });

  it('feels what its speed does', () => {
    const moving = seconds.filter((t) => model.speed(t) > 0 && model.speed(t + SECOND) > 0);
    const felt = moving.map((t) => model.accelerationX(t + 500));
    const done = moving.map((t) => model.speed(t + SECOND) - model.speed(t));
    expect(correlation(felt, done)).toBeGreaterThan(0.9);
  });

  it('goes round, and stays in its town', () => {
    const latitudes = seconds.map((t) => model.latitude(t));
    expect(latitudes[0]).toBe(4813712);
    expect(spread(latitudes)).toBeLessThan(6000);
    expect(spread(latitudes)).toBeGreaterThan(1000);
    const home = seconds.filter((t) => model.latitude(t) === 4813712 && model.longitude(t) === 1157549);
    expect(home.at(-1)).toBeGreaterThan(1000 * SECOND);
  });

  it('has tunnels without a fix, and a sky elsewhere', () => {
    const satellites = seconds.map((t) => model.satellites(t));
    const covered = satellites.filter((x) => x < 3).length;
    expect(covered).toBeGreaterThan(20);
    expect(covered).toBeLessThan(0.2 * satellites.length);
    expect(Math.max(...satellites)).toBeGreaterThan(8);
    // It drives in them.
    expect(seconds.filter((t) => model.satellites(t) < 3).every((t) => model.speed(t) > 0)).toBe(true);
  });
});

describe('surroundings of a part', () => {
  it('are a quiet room in all else', () => {
    const some = createSurroundings({ co2: (time) => time });
    expect(some.co2(77)).toBe(77);
    expect(some.pressure(77)).toBe(createQuantities().pressure);
    expect(Object.keys(some).sort()).toEqual([...KEYS].sort());
  });
});
