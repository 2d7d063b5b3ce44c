// A minute of the soak (`npm run soak`), with a cut every ten seconds: nothing lost, first deliveries in order, memory flat.

import { expect, it } from 'vitest';
import { runSoak } from '../../bench/soak/run.ts';
import { describeEngine } from './describe-engine.ts';
import type { Engine } from './engines.ts';
import { MOSQUITTO_ENABLE, findMosquitto } from './mosquitto.ts';

const MOSQUITTO = { name: 'Mosquitto', enable: MOSQUITTO_ENABLE, isThere: findMosquitto() !== undefined };

function soak(engine: Engine): void {
  it('loses nothing it accepted, whatever is cut', async () => {
    const seed = Date.now() % 1_000_000;
    const lines: string[] = [];
    const result = await runSoak({
      binary: engine.find()!,
      minutes: 1,
      cutEverySec: 10,
      seed,
      onLine: (line) => lines.push(line),
    });
    console.log(`seed ${seed}: ${lines.join('\n')}`);
    expect(result.faults, `seed ${seed}`).toEqual([]);
    expect(result.lost, `seed ${seed}`).toBe(0);
    expect(Object.values(result.cuts).every((times) => times > 0)).toBe(true);
    expect(result.arrived).toBeGreaterThan(300);
  });
}

describeEngine('espruino', soak, MOSQUITTO);
