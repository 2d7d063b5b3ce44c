import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Code } from '../../../src/ports/codes.ts';
import type { CountStore } from '../../../src/ports/count-store.ts';
import { installEngine, loadPort, removeEngine } from './engine.ts';

const { openCountStore } = await loadPort<{ openCountStore(name: string): CountStore }>('count-store');

let files: Map<string, string>;
/** What a write does in the place of writing. */
let tear: ((name: string, text: string) => void) | undefined;

beforeEach(() => {
  files = new Map();
  tear = undefined;
  const Storage = {
    read: (name: string) => files.get(name),
    write(name: string, text: string) {
      if (tear) tear(name, text);
      else files.set(name, text);
      return true;
    },
  };
  const CRC32 = (text: string) => crc32(Buffer.from(text, 'latin1'));
  installEngine({ E: { CRC32 } }, { Storage });
});

afterEach(removeEngine);

const loaded = (store = openCountStore('rain')) => {
  const parts = Int32Array.of(-1, -1);
  const code = store.load(parts);
  return code === 0 ? [...parts] : code;
};

describe('count store in files', () => {
  it('is empty at first, and has what was saved last, over starts', () => {
    expect(loaded()).toBe(Code.Empty);
    for (let life = 0; life < 9; life++) {
      const store = openCountStore('rain');
      loaded(store);
      for (let i = 0; i <= life % 4; i++) {
        expect(store.save(Int32Array.of(0x7ffffff - life, life * 10 + i))).toBe(Code.Ok);
      }
      expect(loaded()).toEqual([0x7ffffff - life, life * 10 + (life % 4)]);
    }
    expect([...files.keys()].sort()).toEqual(['rain0', 'rain1']);
  });

  it('has the one before when the power fails in the middle of a write, and goes on from there', () => {
    for (let before = 1; before < 6; before++) {
      for (let left = -1; left < 24; left++) {
        files.clear();
        tear = undefined;
        const store = openCountStore('rain');
        loaded(store);
        for (let i = 1; i <= before; i++) store.save(Int32Array.of(i, 7));
        let whole = '';
        tear = (name, text) => {
          whole = text;
          // The file is forgotten first; then it is there in part.
          files.delete(name);
          if (left >= 0) {
            files.set(name, text.slice(0, left) + '\xff'.repeat(Math.max(0, text.length - left)));
          }
        };
        expect(store.save(Int32Array.of(99, 7))).toBe(left >= whole.length ? Code.Ok : Code.Full);
        tear = undefined;
        const after = openCountStore('rain');
        expect(loaded(after)).toEqual([left >= whole.length ? 99 : before, 7]);
        after.save(Int32Array.of(100, 7));
        expect(loaded()).toEqual([100, 7]);
      }
    }
  });

  it.each(['', ',', '1,2,3', '1,2,3,4', '1,2,3,4,5'])('takes no damaged file for a count: %j', (text) => {
    files.set('rain0', text).set('rain1', text);
    expect(loaded()).toBe(Code.Empty);
  });

  it('says so when there is no room, and has what was there', () => {
    const store = openCountStore('rain');
    store.save(Int32Array.of(1, 0));
    tear = () => {
      throw new Error('Too big');
    };
    expect(store.save(Int32Array.of(2, 0))).toBe(Code.Full);
    expect(loaded()).toEqual([1, 0]);
  });
});
