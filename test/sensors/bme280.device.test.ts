// The program for engines on Node, so that it is right before any engine sees it; and its vectors against the data sheet.

import { expect, it, vi } from 'vitest';
import { humidityDouble, pressureDouble, temperatureDouble } from './bme280-reference.ts';
import { BME280_VECTORS } from './bme280-vectors.ts';

it.each(BME280_VECTORS.map((vector, i) => [i, vector] as const))(
  'vector %i is what the formulas of the data sheet say',
  (_i, { trim, temperature, humidity, pressure, values }) => {
    const { degrees, fine } = temperatureDouble(trim, temperature);
    const t = degrees * 1000;
    const h = humidityDouble(trim, fine, humidity) * 1000;
    const p = pressureDouble(trim, fine, pressure);
    if (values === null) expect(t > 85000 || p > 110000).toBe(true);
    else [t, h, p].forEach((value, i) => expect(Math.abs(value - values[i])).toBeLessThanOrEqual(0.5));
  },
);

it('runs to its end without a failure', async () => {
  const lines: string[] = [];
  vi.stubGlobal('print', (line: string) => lines.push(line));
  await import('./bme280.device.ts');
  vi.unstubAllGlobals();
  expect(lines.filter((line) => !/^(ok|=) /.test(line))).toEqual(['end']);
  expect(lines.filter((line) => line.startsWith('ok '))).toHaveLength(18);
  expect(lines.filter((line) => line.startsWith('= '))).toHaveLength(10);
});
