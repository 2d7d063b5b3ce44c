// What a view of a fleet says and in which order, without a browser: commands and answers, what is wrong with an address, the list.

import { describe, expect, it } from 'vitest';
import { codeText } from '../../flash/codes.ts';
import { composeCommand, replyText, sensorsOf } from '../../flash/page/assets/fleet-command.js';
import { createModel } from '../../flash/page/assets/fleet-model.js';
import { createSelection, type Order } from '../../flash/page/assets/fleet-order.js';
import { createSeries } from '../../flash/page/assets/fleet-series.js';
import { addressTrouble, refused, silent, unreachable } from '../../flash/page/assets/fleet-trouble.js';
import { ageText } from '../../flash/page/assets/fleet-words.js';
import { pageCodes } from '../../flash/page/codes.ts';
import { Code } from '../../src/ports/codes.ts';

const NOW = 1_800_000_000_000;
const codes = pageCodes();

describe('commands', () => {
  it('are what docs/commands.md says', () => {
    expect(composeCommand('read', 7, '', undefined)).toBe('{"id":7}');
    expect(composeCommand('read', 7, 'air', 5)).toBe('{"id":7,"sensor":"air"}');
    expect(composeCommand('interval', 100_000_001, 'air', 5000)).toBe('{"id":1,"sensor":"air","ms":5000}');
    expect(composeCommand('identify', 1, 'air', 2000)).toBe('{"id":1,"ms":2000}');
    expect(composeCommand('restart', 1, 'air', 2000)).toBe('{"id":1}');
  });

  it('are answered in the sentences of the host', () => {
    expect(replyText('{"result":0,"command":"interval","id":7}', codes)).toBe('interval 7: carried out');
    const refusal = '{"result":-14,"command":"interval","id":8,"at":34,"refused":1}';
    expect(replyText(refusal, codes)).toBe(
      `interval 8: not carried out: ${codeText(Code.BadValue)}, at byte 34; 1 refused since its start`,
    );
    const flood = `commands: not carried out: ${codeText(Code.Busy)}; 988 refused since its start`;
    expect(replyText('{"result":-21,"refused":988}', codes)).toBe(flood);
    expect(replyText('<b>', codes)).toBe('not understood: <b>');
  });
});

describe('an address', () => {
  it.each(['ws://127.0.0.1:9001', 'wss://broker.example/mqtt', 'ws://[::1]:8083/mqtt'])(
    'may be %s',
    (address) => {
      expect(addressTrouble(address)).toBeUndefined();
    },
  );

  it.each([
    '',
    'broker',
    'mqtt://broker:1883',
    'http://broker',
    'ws://',
    'ws://u:secret@broker',
    'ws://broker#x',
  ])('may not be %j, and its password is not repeated', (address) => {
    const trouble = addressTrouble(address)!;
    expect(trouble.what).not.toBe('');
    expect(JSON.stringify(trouble)).not.toContain('secret');
  });

  it('of the port for MQTT without WebSocket is known by its number', () => {
    expect(unreachable('ws://broker:1883').fix).toContain('1883 is the port of MQTT without WebSocket');
    expect(unreachable('wss://broker').what).toContain('broker, port 443');
    expect(silent('ws://broker:9001/').fix).toContain('/mqtt');
  });

  it('that refuses says why', () => {
    expect(refused(5, false).what).toBe('the broker wants a user name and a password');
    expect(refused(4, true).what).toBe('the broker does not take this user name and password');
    expect(refused(3, true).what).toBe('the broker says that it is not available');
    expect(refused(99, true).what).toContain('99');
  });
});

describe('the list', () => {
  const model = createModel(codes, { reading() {}, reply() {} });
  const publish = (topic: string, payload: string) => model.handle(topic, payload, true, NOW);
  const account = (waiting: number, stored: number, cause: number) =>
    JSON.stringify({
      ...Object.fromEntries(codes.counts.map((name) => [name, 0])),
      ...{ waiting, stored, cause },
    });
  for (const id of ['m-10', 'm-2', 'm-1', 'm-3']) {
    publish(`${id}/status`, id === 'm-3' ? 'offline' : 'online');
  }
  publish('m-10/account', account(5, 5, 3));
  publish('m-2/account', account(1, 2, 10));
  const select = createSelection(codes);
  const ids = (order: Partial<Order>) =>
    select(model.motes, { text: '', only: 'all', column: 'name', isUp: true, ...order }, NOW).map(
      ({ id }) => id,
    );

  it('counts the numbers in names', () => {
    expect(ids({})).toEqual(['m-1', 'm-2', 'm-3', 'm-10']);
    expect(ids({ isUp: false })).toEqual(['m-10', 'm-3', 'm-2', 'm-1']);
  });

  it('has those first that want a person', () => {
    expect(ids({ column: 'state' })).toEqual(['m-3', 'm-1', 'm-2', 'm-10']);
    expect(ids({ column: 'account' })).toEqual(['m-2', 'm-10', 'm-1', 'm-3']);
    expect(ids({ column: 'cause' })).toEqual(['m-10', 'm-2', 'm-1', 'm-3']);
  });

  it('is narrowed by text, also of causes, and by what is so', () => {
    expect(ids({ text: ' M-1' })).toEqual(['m-1', 'm-10']);
    expect(ids({ text: 'half-open' })).toEqual(['m-10']);
    expect(ids({ only: 'missing' })).toEqual(['m-2']);
    expect(ids({ only: 'waiting' })).toEqual(['m-2', 'm-10']);
    expect(ids({ only: 'silent' })).toEqual(['m-1', 'm-3']);
    expect(ids({ only: 'offline' })).toEqual(['m-3']);
    publish('m-4/status', 'offline');
    expect(ids({ only: 'offline' })).toEqual(['m-3', 'm-4']);
  });

  it('knows sensors by topics and statuses', () => {
    publish('m-1/air/status', 'online');
    expect(sensorsOf(model.motes.get('m-1')!)).toEqual(['air']);
  });
});

describe('what is watched', () => {
  it('stands where it was taken, once, and has an end', () => {
    const series = createSeries();
    for (const at of [1000, 3000, 2000, 3000]) series.add('t', at, at);
    expect(series.of('t').times).toEqual([1, 2, 3]);
    for (let at = 4000; at < 2_000_000; at += 1000) series.add('t', at, 1);
    expect(series.of('t').times).toHaveLength(600);
    expect(series.of('t').times.at(-1)).toBe(1999);
    expect(series.of('other').times).toEqual([]);
  });

  it('has an age', () => {
    expect(ageText(undefined, NOW)).toBe('before this page');
    expect(ageText(NOW + 500, NOW)).toBe('now');
    expect(ageText(NOW - 90_000, NOW)).toBe('90 s ago');
    expect(ageText(NOW - 600_000, NOW)).toBe('10 min ago');
    expect(ageText(NOW - 5_400_000 * 2, NOW)).toBe('3 h ago');
    expect(ageText(NOW - 864_000_000, NOW)).toBe('10 d ago');
  });
});
