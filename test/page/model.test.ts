// What the page makes of events before anything is drawn: readings by channel with their gaps, and the one sentence at the top.

import { describe, expect, it } from 'vitest';
import type { AccountFigures, FlashEvent, StateEvent } from '../../flash/stage/events.ts';
import { sumText } from '../../flash/page/assets/account.js';
import { createChannels, drawn } from '../../flash/page/assets/channels.js';
import { visible } from '../../flash/page/assets/dom.js';
import { durationText, exactTimeText, timeText } from '../../flash/page/assets/format.js';
import { withImplied } from '../../flash/page/assets/lanes.js';
import { verdict } from '../../flash/page/assets/overview.js';
import { ACCOUNT, ONLINE, reading, state } from './made-events.ts';

const ALL = [0, 1e9] as const;

describe('readings of a channel', () => {
  it('stand in the order in which they were taken, whenever they arrived', () => {
    const model = createChannels();
    model.take(reading('a/t', 1000, 1));
    model.take(reading('a/t', 3000, 3));
    model.take(reading('a/t', 2000, 2, { t: 9000, isLate: true }));
    const [channel] = model.channels();
    expect(drawn(channel!, ...ALL)).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
    expect(channel!.late).toEqual([{ at: 2, t: 9, value: 2 }]);
    expect(channel!.lateCount).toBe(1);
  });

  it('have an empty place where some are missing', () => {
    const model = createChannels();
    for (const at of [1, 2, 3, 10, 11]) model.take(reading('a/t', at * 1000, at));
    expect(drawn(model.channels()[0]!, ...ALL)).toEqual([
      [1, 2, 3, 6.5, 10, 11],
      [1, 2, 3, null, 10, 11],
    ]);
  });

  it('are drawn from one before the picture to one behind it', () => {
    const model = createChannels();
    for (let at = 1; at <= 100; at++) model.take(reading('a/t', at * 1000, at));
    expect(drawn(model.channels()[0]!, 49.5, 52)[0]).toEqual([49, 50, 51, 52, 53]);
  });

  it('are counted, and not drawn twice, when they come again', () => {
    const model = createChannels();
    model.take(reading('a/t', 1000, 1));
    model.take(reading('a/t', 1000, 1, { isAgain: true }));
    expect(model.channels()[0]).toMatchObject({ count: 2, values: [1] });
  });

  it('have an end: readings, channels and texts', () => {
    const model = createChannels();
    for (let at = 0; at < 9000; at++) model.take(reading('a/t', at * 1000, at, { isLate: true }));
    const [channel] = model.channels();
    expect(channel!.values.length).toBeLessThan(4000);
    expect(channel!.values.at(-1)).toBe(8999);
    expect(channel!.late.length).toBeLessThan(500);
    expect(channel!.count).toBe(9000);
    for (let topic = 0; topic < 1000; topic++) model.take(reading(`t/${topic}`, 1, 1));
    expect(model.channels().length + model.texts().length + model.left()).toBe(1001);
    expect(model.left()).toBeGreaterThan(800);
  });
});

describe('the sentence at the top', () => {
  const after = (...more: StateEvent[]) => {
    const states = new Map<string, StateEvent>();
    for (const event of [...ONLINE, ...more] as StateEvent[]) {
      for (const one of withImplied(event)) states.set(one.of, one);
    }
    return states;
  };
  const headline = (states: Map<string, StateEvent>, account?: AccountFigures, flash?: FlashEvent) =>
    verdict(states, account, flash).headline;
  const flash = (bytes: number): FlashEvent => ({
    type: 'flash',
    t: 1,
    pageSize: 1000,
    pages: [{ page: 0, address: 0, state: 'written', used: bytes, free: 1000 - bytes }],
    records: [{ page: 0, at: 0, bytes, state: 'live', label: '' }],
    programs: 0,
    erases: 0,
    totals: { held: 1, acknowledged: 0, damaged: 0 },
  });

  it('says that readings arrive from a board into which nobody can look', () => {
    const states = after(state('power', 2000, 'on'));
    states.delete('session');
    expect(verdict(states, undefined, undefined, true).headline).toBe('Readings arrive.');
    expect(verdict(states, undefined, undefined, false).headline).toBe(
      'The mote is on its way to the broker.',
    );
  });

  it.each([
    ['All is well.', after()],
    ['The mote is on its way to the broker.', after(state('session', 2000, 'login'))],
    ['The power is off.', after(state('broker', 2000, 'down'), state('power', 2000, 'off'))],
    ['The broker is away.', after(state('broker', 2000, 'down'), state('session', 2001, 'offline'))],
    ['There is no Wi-Fi.', after(state('wifi', 2000, 'lost'), state('link', 2001, 'closed'))],
    ['There is no connection.', after(state('link', 2000, 'failed'))],
    ['There is no session with the broker.', after(state('session', 2000, 'refused'))],
    ['A sensor fails.', after(state('sensor', 2000, 'unplugged', 'air'))],
    ['All is well.', after(state('sensor', 2000, 'unplugged'), state('sensor', 2001, 'plugged in'))],
    [
      'The mote sleeps between its readings.',
      after(state('link', 2000, 'closed'), state('power', 2001, 'asleep')),
    ],
    [
      'The mote sleeps between its readings.',
      after(state('power', 2001, 'asleep'), state('power', 3000, 'on')),
    ],
    ['The broker is away.', after(state('power', 2001, 'asleep'), state('broker', 3000, 'down'))],
  ])('is "%s"', (expected, states) => {
    expect(headline(states)).toBe(expected);
  });

  it('names what was lost before anything else, and a flash that is nearly full', () => {
    expect(headline(after(state('power', 1, 'off')), { ...ACCOUNT, accepted: 3, lost: 1 })).toBe(
      '1 reading lost.',
    );
    expect(headline(after(), ACCOUNT, flash(600))).toBe('All is well.');
    expect(headline(after(), ACCOUNT, flash(800))).toBe('The outbox in flash is nearly full.');
  });
});

describe('words', () => {
  it('say whether an account adds up', () => {
    expect(sumText({ ...ACCOUNT, accepted: 5, delivered: 3, held: 2 })).toBe(
      'It adds up: 5 accepted = 3 delivered + 2 waiting + 0 lost.',
    );
    expect(sumText({ ...ACCOUNT, accepted: 5, delivered: 3 })).toContain('It does not add up, 2 are missing');
  });

  it('show what is in a text, and not more than is good', () => {
    expect(visible('a\u0000b\u001bc\u007f\n')).toBe('a\u2400b\u241bc\u2421\u240a');
    expect(visible('\u202eevil\u2066')).toBe('\u27e8U+202E\u27e9evil\u27e8U+2066\u27e9');
    expect(visible('x'.repeat(30), 10)).toBe(`${'x'.repeat(10)}\u2026 (20 characters more)`);
  });

  it('tell times', () => {
    expect([timeText(0), timeText(3_723_999), exactTimeText(3_723_250)]).toEqual([
      '0:00:00',
      '1:02:03',
      '1:02:03.250',
    ]);
    expect([320, 12_000, 200_000, 180_000, 7_800_000, 7_200_000].map(durationText)).toEqual([
      '320 ms',
      '12 s',
      '3 min 20 s',
      '3 min',
      '2 h 10 min',
      '2 h',
    ]);
  });
});
