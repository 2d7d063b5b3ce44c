// The committed figures of the MQTT client are those of the client that is built now, and the pages say what the figures say.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { buildMeasured, COMBINATIONS, MEASURED } from '../../bench/mqtt/bundle.ts';
import {
  calibrationWarning,
  formatted,
  mqttPage,
  verdict,
  type MqttResult,
} from '../../bench/mqtt/report.ts';
import { sizePage, type SizeResult } from '../../bench/mqtt/size-page.ts';

const read = <T>(name: string) => JSON.parse(readFileSync(`bench/results/${name}.json`, 'utf8')) as T;
const speed = read<MqttResult>('mqtt');
const size = read<SizeResult>('size');

describe('figures of the MQTT client', () => {
  it('are of the bundle that is built now: npm run bench:mqtt', { timeout: 60_000 }, async () => {
    const { hash, bytes } = await buildMeasured(MEASURED);
    expect(speed.bundle).toEqual({ name: MEASURED.name, hash, bytes });
  });

  it.each(COMBINATIONS)(
    'are of the bundle $name that is built now: npm run bench:size',
    { timeout: 60_000 },
    async (combination) => {
      const { hash, bytes } = await buildMeasured(combination);
      expect(size.rows.find(({ name }) => name === combination.name)).toMatchObject({ hash, bytes });
    },
  );

  it('are of one bundle, in speed and in size: npm run bench:size', () => {
    expect(size.rows.map(({ name }) => name)).toEqual(COMBINATIONS.map(({ name }) => name));
    expect(size.rows.find(({ name }) => name === MEASURED.name)).toMatchObject({
      hash: speed.bundle.hash,
      bytes: speed.bundle.bytes,
    });
  });

  it('stand in the pages', async () => {
    for (const [file, text] of [
      ['docs/mqtt-benchmark.md', mqttPage(speed)],
      ['docs/size.md', sizePage(size)],
    ] as const) {
      expect(readFileSync(file, 'utf8'), file).toBe(await formatted(file, text));
    }
  });
});

describe('limits', () => {
  const row = {
    id: 'r',
    title: 'r',
    unit: 'thousand instructions',
    espruino: 577,
    tiny: null,
    limit: 100,
  } as const;
  const run = (calibration: number): MqttResult => ({ ...speed, calibration });

  it('move with the engine, instructions only', () => {
    expect(verdict({ ...row, mote: 101 }, run(577))).toContain('missed by 1.0 %');
    expect(verdict({ ...row, mote: 101 }, run(577 * 1.02))).toBe('met');
    expect(verdict({ ...row, mote: 101, unit: 'bytes' }, run(577 * 1.02))).toContain('missed by 1.0 %');
  });

  it('are not met by a client that is wrong', () => {
    expect(verdict({ ...row, mote: 'nothing sent' }, run(577))).toContain('wrong');
  });

  it('say when the engine is another one', () => {
    expect(calibrationWarning(run(577 * 1.049))).toBeUndefined();
    expect(calibrationWarning(run(577 * 1.051))).toContain('CONFIGURED DIFFERENTLY');
    expect(calibrationWarning(run(577 * 0.949))).toContain('CONFIGURED DIFFERENTLY');
  });
});
