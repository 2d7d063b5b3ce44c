import { describe, expect, it } from 'vitest';
import { createStore } from '../../../examples/counter/store.ts';
import type { Progress } from '../../../examples/counter/store.ts';
import { createDisk } from './rig.ts';

const load = (texts: string[]): Progress | undefined => {
  const progress = { acked: -1, queued: -1 };
  return createStore(createDisk([...texts])).load(progress) ? progress : undefined;
};

describe('store', () => {
  it('has nothing where nothing was saved, and leaves what it was given', () => {
    const progress = { acked: 4, queued: 5 };
    expect(createStore(createDisk()).load(progress)).toBe(false);
    expect(progress).toEqual({ acked: 4, queued: 5 });
  });

  it('gives back what was saved last, however often, and stays small', () => {
    const disk = createDisk();
    let store = createStore(disk);
    for (let n = 1; n <= 1000; n++) {
      expect(store.save({ acked: n >> 1, queued: n })).toBe(true);
      expect(load(disk.texts)).toEqual({ acked: n >> 1, queued: n });
      if (n % 97 !== 0) continue;
      // A restart.
      store = createStore(disk);
      store.load({ acked: 0, queued: 0 });
    }
    expect(Math.max(...disk.texts.map((text) => text.length))).toBeLessThan(4000);
  });

  it('gives back this step or the one before, wherever a write was cut off', () => {
    for (let steps = 1; steps <= 410; steps++) {
      const disk = createDisk();
      const store = createStore(disk);
      for (let n = 1; n < steps; n++) store.save({ acked: n - 1, queued: n });
      const before = [...disk.texts];
      store.save({ acked: steps - 1, queued: steps });
      const written = disk.texts.findIndex((text, index) => text !== before[index]);
      const kept = before[written]!;
      const isAppended = kept !== '' && disk.texts[written]!.startsWith(kept);
      for (let end = isAppended ? kept.length : 0; end < disk.texts[written]!.length; end++) {
        const cut = [...before];
        cut[written] = disk.texts[written]!.slice(0, end);
        const found = load(cut);
        if (found === undefined) expect(steps).toBe(1);
        else expect([steps - 1, steps]).toContain(found.queued);
        // What comes after the cut counts, and nothing of the cut line does.
        const after = createDisk(cut);
        const resumed = createStore(after);
        resumed.load({ acked: 0, queued: 0 });
        resumed.save({ acked: steps, queued: steps + 1 });
        expect(load(after.texts)).toEqual({ acked: steps, queued: steps + 1 });
      }
    }
  });

  it('says when a disk is full, keeps what it has, and goes on when there is room again', () => {
    const disk = createDisk();
    const store = createStore(disk);
    for (let n = 1; n <= 5; n++) store.save({ acked: 0, queued: n });
    disk.full = true;
    for (let tries = 0; tries < 3; tries++) {
      expect(store.save({ acked: 0, queued: 6 })).toBe(false);
      expect(load(disk.texts)).toEqual({ acked: 0, queued: 5 });
    }
    disk.full = false;
    expect(store.save({ acked: 2, queued: 6 })).toBe(true);
    expect(load(disk.texts)).toEqual({ acked: 2, queued: 6 });
  });
});
