import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  addNote,
  addObservation,
  closingLine,
  createViewState,
  drawView,
  sparkline,
} from '../../../flash/sim/view.ts';

const observation = (topic: string, value: number | string, time = 1000) => ({
  topic,
  value,
  unit: 'Pa',
  time,
});

function draw(columns: number, fill: (state: ReturnType<typeof createViewState>) => void): string[] {
  const state = createViewState('weather-station on esp32', 'mqtt://127.0.0.1:1883', 0);
  fill(state);
  const figures = [{ label: 'packets', value: '7' }];
  return drawView(state, figures, columns, 3000).map(stripVTControlCharacters);
}

const ACCOUNT = {
  boots: 2,
  sampled: 40,
  refused: 1,
  stored: 39,
  sent: 42,
  acknowledged: 30,
  waiting: 5,
  oldest: 3,
  damaged: 1,
  overtaken: 0,
  duplicates: 8,
  connects: 2,
  cause: 1,
};

describe('view', () => {
  it('shows what the mote says of its readings and its link in sentences', () => {
    const text = draw(200, (state) => {
      addObservation(state, observation('m/account', JSON.stringify(ACCOUNT)));
      addObservation(state, observation('m/history', '[[0,31,0],[4,0,3],[0,1,90]]'));
      addObservation(state, observation('m/other/account', 'no account'));
    }).join('\n');
    expect(text).toContain(
      'account: 40 sampled, 1 refused; 39 stored = 30 acknowledged + 5 waiting + 4 dropped; 8 sent again',
    );
    expect(text).toContain('the board was started');
    expect(text).toContain('after 90 s: waits for the next try: the broker closed it');
    expect(text).toContain('m/other/account no account');
    expect(text).not.toContain('m/history');
  });

  it.each([
    [{ stored: 41 }, '; 2 missing;'],
    [{ since: 2 }, '; at least, since boot 2'],
    [{ unsure: true }, '; dropped may be more'],
  ])('says what is wrong with an account: %j', (over, words) => {
    const lines = draw(200, (state) => {
      addObservation(state, observation('m/account', JSON.stringify({ ...ACCOUNT, ...over })));
    });
    expect(lines.join('\n')).toContain(words);
  });

  it('shows topic, value, unit, count, age and how the value moved', () => {
    const lines = draw(100, (state) => {
      addObservation(state, observation('b/pressure', 101300));
      addObservation(state, observation('b/pressure', 101325));
      addObservation(state, observation('a/state', 'on'));
    });
    const text = lines.join('\n');
    expect(text).toMatch(/a\/state +on Pa +1 +2 s/);
    expect(text).toMatch(/b\/pressure +101325 Pa +2 +2 s +▁█/);
    expect(text.indexOf('a/state')).toBeLessThan(text.indexOf('b/pressure'));
    expect(text).toContain('packets 7');
    expect(text).toContain('3 messages');
  });

  it.each([40, 60, 80, 200])('stays within %i columns', (columns) => {
    const lines = draw(columns, (state) => {
      for (let i = 0; i < 50; i++) addObservation(state, observation('weather-1/outdoor/temperature', i));
      addNote(
        state,
        0,
        'connection lost: the other side sent bytes that MQTT 3.1.1 forbids: is it an MQTT broker?',
      );
    });
    const table = lines.filter((line) => /erature|connection/.test(line));
    expect(table).toHaveLength(2);
    for (const line of table) expect(line.trimEnd().length).toBeLessThanOrEqual(Math.max(columns, 52));
  });

  it('says that it waits, and keeps the last five notes', () => {
    const lines = draw(80, (state) => {
      for (let i = 0; i < 9; i++) addNote(state, 0, `note ${i}`);
    });
    expect(lines.join('\n')).toContain('waiting for the first message');
    expect(lines.filter((line) => line.includes('note')).map((line) => line.trim().slice(9))).toEqual([
      'note 4',
      'note 5',
      'note 6',
      'note 7',
      'note 8',
    ]);
  });

  it('draws flat lines in the middle', () => {
    expect(sparkline([5, 5, 5])).toBe('▄▄▄');
    expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7])).toBe('▁▂▃▄▅▆▇█');
  });

  it('ends with what arrived', () => {
    const state = createViewState('x', 'mqtt://h:1', 0);
    expect(closingLine(state, 1500)).toBe('stopped after 1.5 s: no telemetry arrived');
    addObservation(state, observation('t', 1));
    expect(closingLine(state, 1500)).toBe('stopped after 1.5 s: 1 message on 1 topic reached mqtt://h:1');
    addObservation(state, observation('u', 1));
    expect(closingLine(state, 1500)).toContain('2 messages on 2 topics');
  });
});
