// Home Assistant drops a sensor whose unit does not go with its device class: all channels of all drivers, and what steps make of them.
// Source: https://developers.home-assistant.io/docs/core/entity/sensor/#available-device-classes and .../binary-sensor/

import { describe, expect, it } from 'vitest';
import type { ChannelMeta } from '../../src/ports/reading.ts';
import { createDiagnostics } from '../../src/sensors/diagnostics.ts';
import { createTotal } from '../../src/telemetry/stages/total.ts';
import { createUnit } from '../../src/telemetry/stages/unit.ts';
import { CASES } from '../sensors/cases/index.ts';
import { driverOf } from '../sensors/document.ts';

const UNITS: Readonly<Record<string, string>> = {
  aqi: '',
  atmospheric_pressure: 'cbar bar hPa mmHg inHg kPa mbar Pa psi',
  battery: '%',
  carbon_dioxide: 'ppm',
  current: 'A mA',
  distance: 'km m cm mm mi nmi yd in',
  duration: 'd h min s ms',
  energy: 'J kJ MJ mWh Wh kWh MWh',
  frequency: 'Hz kHz MHz GHz',
  humidity: '%',
  illuminance: 'lx',
  moisture: '%',
  pm1: 'µg/m³',
  pm25: 'µg/m³',
  pm10: 'µg/m³',
  power: 'mW W kW MW',
  precipitation: 'cm in mm',
  precipitation_intensity: 'in/d in/h mm/d mm/h',
  pressure: 'cbar bar hPa mmHg inHg kPa mbar Pa psi',
  signal_strength: 'dB dBm',
  speed: 'ft/s in/d in/h in/s km/h kn m/s mph mm/d mm/s',
  temperature: '°C °F K',
  volatile_organic_compounds_parts: 'ppm ppb',
  voltage: 'V mV µV kV',
  volume: 'L mL gal m³ ft³',
  volume_flow_rate: 'm³/h L/min L/h L/s gal/min',
  water: 'L gal m³ ft³',
  weight: 'kg g mg oz lb',
  wind_direction: '°',
  wind_speed: 'ft/s km/h kn m/s mph',
};

const BINARY =
  'battery cold connectivity door garage_door gas heat light lock moisture motion occupancy opening plug power presence problem running safety smoke sound tamper vibration window';

const utf8 = (text: string) => Buffer.from(text, 'latin1').toString('utf8');

/** @returns what Home Assistant would not take. */
function wrongWith(meta: ChannelMeta): string[] {
  const unit = utf8(meta.unit);
  const wrong: string[] = [];
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(meta.key)) wrong.push(`key ${meta.key}`);
  if (meta.kind === 'binary') {
    if (meta.deviceClass !== '' && !BINARY.split(' ').includes(meta.deviceClass)) {
      wrong.push(meta.deviceClass);
    }
    if (meta.min !== 0 || meta.max !== 1) wrong.push('range');
    return wrong;
  }
  if (meta.deviceClass === '') return wrong;
  const units = UNITS[meta.deviceClass];
  if (units === undefined || !units.split(' ').includes(unit)) wrong.push(`${meta.deviceClass} in "${unit}"`);
  return wrong;
}

describe('channels', () => {
  it.each(CASES)(
    'of $file have units that go with their device classes, and keys of their own',
    (driverCase) => {
      const { channels } = driverOf(driverCase);
      expect(channels.flatMap(wrongWith)).toEqual([]);
      expect(new Set(channels.map(({ key }) => key)).size).toBe(channels.length);
    },
  );

  it('of the mote itself, too', () => {
    const { channels } = createDiagnostics({ rssi: () => 0, freeMemory: () => 0, waiting: () => 0 }, 0);
    expect(channels.flatMap(wrongWith)).toEqual([]);
  });

  it('still do in other units, and as totals', () => {
    const all = CASES.flatMap((driverCase) => driverOf(driverCase).channels);
    const units = [
      '\xc2\xb0F',
      'K',
      'hPa',
      'kPa',
      'inHg',
      'mmHg',
      'cm',
      'in',
      'km/h',
      'kn',
      'kWh',
      'V',
      'A',
      'W',
      'gal',
    ];
    const steps = [createTotal(), ...units.map(createUnit)];
    const made = all.flatMap((meta) => steps.flatMap((step) => step(meta)?.channel ?? []));
    expect(made.length).toBeGreaterThan(20);
    expect(made.flatMap(wrongWith)).toEqual([]);
  });
});
