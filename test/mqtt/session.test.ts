// Which packet may come when, and what an acknowledgement means, whole tables at once.
import { describe, expect, it } from 'vitest';
import { idFrom, keyOf, NO_ID, NO_KEY, PUBACK, PUBCOMP, PUBREC } from '../../src/mqtt/form.ts';
import { First } from '../../src/mqtt/packet.ts';
import {
  awaitedFor,
  isInFlight,
  isLegalConnack,
  judgeStray,
  mayCome,
  State,
  Verdict,
} from '../../src/mqtt/session.ts';

const FIRSTS = Array.from({ length: 256 }, (_, first) => first);
const LENGTHS = [-1, 0, 1, 2, 3, 4, 5, 100, 268435455];

describe('headers', () => {
  it('are those of a CONNACK before the session, and none without a connection [MQTT-3.2.0-1]', () => {
    for (const first of FIRSTS) {
      for (const length of LENGTHS) {
        expect(mayCome(State.Connecting, first, length)).toBe(first === 0x20 && length === 2);
        expect(mayCome(State.Offline, first, length)).toBe(false);
        expect(mayCome(State.Opening, first, length)).toBe(false);
      }
    }
  });

  it('are those of a server once online, with the flags and the least length of each (table 2.2)', () => {
    const least = new Map<number, (length: number) => boolean>([
      [0xd0, (length) => length === 0],
      [0x90, (length) => length >= 3],
      ...[0x40, 0x50, 0x62, 0x70, 0xb0].map((first) => [first, (length: number) => length === 2] as const),
      ...[0x30, 0x31].map((first) => [first, (length: number) => length >= 3] as const),
      ...[0x32, 0x33, 0x34, 0x35, 0x3a, 0x3b, 0x3c, 0x3d].map(
        (first) => [first, (length: number) => length >= 5] as const,
      ),
    ]);
    for (const first of FIRSTS) {
      for (const length of LENGTHS) {
        expect([first, length, mayCome(State.Online, first, length)]).toEqual([
          first,
          length,
          least.get(first)?.(length) ?? false,
        ]);
      }
    }
  });
});

it('takes the CONNACKs that section 3.2.2 knows', () => {
  for (let flags = 0; flags < 256; flags++) {
    for (let code = 0; code < 256; code++) {
      const isClean = code <= 5 && flags === 0;
      expect(isLegalConnack(flags, code, true)).toBe(isClean);
      expect(isLegalConnack(flags, code, false)).toBe(isClean || (flags === 1 && code === 0));
    }
  }
});

describe('acknowledgements', () => {
  const id = idFrom(7);
  const other = idFrom(8);

  it('follow the QoS', () => {
    for (const first of [0x32, 0x33]) expect(awaitedFor(first, id)).toBe(keyOf(PUBACK, id));
    for (const first of [0x34, 0x35]) expect(awaitedFor(first, id)).toBe(keyOf(PUBREC, id));
  });

  it('that are not awaited are stray, repeated, or forbidden', () => {
    const ALL = [First.Puback, First.Pubrec, First.Pubcomp];
    const heads = [PUBACK, PUBREC, PUBCOMP] as const;
    for (const [index, waitsFor] of ALL.entries()) {
      const awaited = [NO_KEY, keyOf(heads[index] as typeof PUBACK, id), NO_KEY];
      expect(isInFlight(awaited, id)).toBe(true);
      expect(isInFlight(awaited, other)).toBe(false);
      for (const first of ALL) {
        expect(judgeStray(awaited, first, other)).toBe(Verdict.Stray);
        expect(judgeStray(awaited, first, NO_ID)).toBe(Verdict.Violation);
        if (first === waitsFor) continue;
        const isAgain = waitsFor === First.Pubcomp && first === First.Pubrec;
        expect(judgeStray(awaited, first, id)).toBe(isAgain ? Verdict.Repeated : Verdict.Violation);
      }
    }
    expect(judgeStray([], First.Puback, id)).toBe(Verdict.Stray);
    expect(judgeStray([keyOf(PUBCOMP, id)], First.Pubrec, id)).toBe(Verdict.Repeated);
    expect(judgeStray([keyOf(PUBACK, id)], First.Puback, NO_ID)).toBe(Verdict.Violation);
  });
});
