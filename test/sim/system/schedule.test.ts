import { describe, expect, it } from 'vitest';
import { FAULT_KINDS, isPowerCut } from '../../../sim/system/faults.ts';
import {
  FAULTS_MIN,
  KINDS_MIN,
  MENDED_AT,
  drawSchedule,
  readSchedule,
  writeSchedule,
} from '../../../sim/system/schedule.ts';

describe('a schedule', () => {
  it('has enough faults of enough kinds, a power cut among them, and an end', () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 500; seed++) {
      const schedule = drawSchedule(seed);
      const kinds = new Set(schedule.map(({ kind }) => kind));
      for (const kind of kinds) seen.add(kind);
      expect(schedule.length).toBeGreaterThanOrEqual(FAULTS_MIN);
      expect(kinds.size).toBeGreaterThanOrEqual(KINDS_MIN);
      expect(schedule.some(({ kind }) => isPowerCut(kind))).toBe(true);
      const ends = schedule.filter(({ kind }) => !isPowerCut(kind)).map(({ at, forMs }) => at + forMs);
      expect(Math.max(...ends)).toBeLessThanOrEqual(MENDED_AT);
      expect([...schedule].sort((a, b) => a.at - b.at)).toEqual(schedule);
    }
    expect([...seen].sort()).toEqual(Object.keys(FAULT_KINDS).sort());
  });

  it('is the same for a seed, and another for another', () => {
    expect(drawSchedule(7)).toEqual(drawSchedule(7));
    expect(drawSchedule(7)).not.toEqual(drawSchedule(8));
  });

  it('can be written and read', () => {
    expect(readSchedule(writeSchedule(drawSchedule(3)))).toEqual(drawSchedule(3));
    expect(() => readSchedule('[{"at":1,"kind":"flood","forMs":0,"args":[]}]')).toThrow('fault 1');
  });
});
