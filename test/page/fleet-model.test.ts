// A fleet from messages: the discovery of the examples, and what motes publish, become motes; whatever else comes is counted.

import { readFileSync, readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { missingIn, readMoteAccount } from '../../flash/account.ts';
import { closeText } from '../../flash/codes.ts';
import { historyText } from '../../flash/history.ts';
import {
  closeText as shownClose,
  readAccount,
  readHistory,
  sumText,
  transitionText,
  verdictText,
} from '../../flash/page/assets/fleet-account.js';
import { createModel } from '../../flash/page/assets/fleet-model.js';
import { causeOf, nameOf, stateOf, takenAt, valueText } from '../../flash/page/assets/fleet-mote.js';
import { sumOf } from '../../flash/page/assets/fleet-sum.js';
import { pageCodes } from '../../flash/page/codes.ts';

/** As a browser gets them. */
const codes = JSON.parse(JSON.stringify(pageCodes())) as ReturnType<typeof pageCodes>;
const NOW = 1_800_000_000_000;

function createFleet(motesMax?: number) {
  const read: string[] = [];
  const replies: string[] = [];
  const model = createModel(
    codes,
    {
      reading: (mote, channel) => read.push(`${mote.id} ${channel.announced.key}`),
      reply: (mote, payload) => replies.push(`${mote.id} ${payload}`),
    },
    motesMax,
  );
  const kept = (topic: string, payload: string, now = NOW) => model.handle(topic, payload, true, now);
  const live = (topic: string, payload: string, now = NOW) => model.handle(topic, payload, false, now);
  const mote = (id: string) => model.motes.get(id)!;
  const value = (id: string, key: string) => valueText(mote(id).channels.get(key)!);
  const unknown = () => [...model.unknowns.byReason()].map(([why, { count }]) => `${count} ${why}`);
  return { model, kept, live, mote, value, unknown, read, replies };
}
type Fleet = ReturnType<typeof createFleet>;

const DISCOVERY = 'test/examples/discovery';
function announce({ kept }: Fleet, name: string) {
  const said = JSON.parse(readFileSync(`${DISCOVERY}/${name}.json`, 'utf8')) as {
    topic: string;
    payload: object;
  }[];
  for (const { topic, payload } of said) kept(topic, JSON.stringify(payload));
}

const ACCOUNT = {
  boots: 3,
  sampled: 40,
  refused: 0,
  stored: 30,
  sent: 31,
  acknowledged: 26,
  waiting: 3,
  oldest: 1,
  damaged: 0,
  overtaken: 0,
  duplicates: 1,
  connects: 4,
  cause: 10,
};

describe('a fleet from messages', () => {
  // An energy meter reads InfluxDB lines: it announces nothing.
  const announcing = readdirSync(DISCOVERY).filter(
    (file) => readFileSync(`${DISCOVERY}/${file}`).length > 10,
  );
  it.each(announcing.map((file) => file.replace('.json', '')))(
    'finds the mote of examples/%s and follows each of its state topics',
    (name) => {
      const fleet = createFleet();
      announce(fleet, name);
      expect(fleet.unknown()).toEqual([]);
      expect(fleet.model.motes.size).toBe(1);
      const [mote] = fleet.model.motes.values();
      const followed = new Set(fleet.model.topics.wanted());
      expect(mote!.channels.size).toBeGreaterThan(1);
      for (const { announced } of mote!.channels.values()) {
        expect(followed).toContain(announced.topic);
        expect(announced.topic.startsWith(`${mote!.id}/`)).toBe(true);
      }
      expect(followed).not.toContain(`${mote!.id}/+`);
    },
  );

  it('shows a value with its unit, and since when it is so', () => {
    const fleet = createFleet();
    announce(fleet, 'plant');
    fleet.live('plant-1/pot/temperature', '{"value":21.5,"unit":"°C","time":1799999000}');
    fleet.kept('plant-1/supply/voltage', '{"value":3.7,"unit":"V","time":null}');
    expect(nameOf(fleet.mote('plant-1'))).toBe('Plant');
    expect(fleet.value('plant-1', 'pot_temperature')).toBe('21.5 °C');
    expect(fleet.value('plant-1', 'supply_voltage')).toBe('3.70 V');
    const { channels } = fleet.mote('plant-1');
    expect(takenAt(channels.get('pot_temperature')!)).toBe(1_799_999_000_000);
    expect(takenAt(channels.get('supply_voltage')!)).toBeUndefined();
    expect(fleet.read).toEqual(['plant-1 pot_temperature', 'plant-1 supply_voltage']);
  });

  it('reads a message of a group into all channels that have something to say', () => {
    const fleet = createFleet();
    announce(fleet, 'gps-tracker');
    fleet.live('tracker-1/position', '{"latitude":51.5,"longitude":-0.12,"time":1799999000}');
    expect(fleet.value('tracker-1', 'position_latitude')).toBe('51.50000 °');
    expect(fleet.value('tracker-1', 'position_altitude')).toBe('–');
    expect(fleet.unknown()).toEqual([]);
  });

  it('reads a line of InfluxDB by the template that Mote announces for it', () => {
    const fleet = createFleet();
    const template =
      "{% set found = value | regex_findall('[ ,]temperature=([-0-9.]+)') %}{% if found | length %}{{ found[0] }}{% endif %}";
    const said = { stat_t: 'a/out', val_tpl: template, unit_of_meas: '°C', dev: {}, o: { name: 'mote-sdk' } };
    fleet.kept('homeassistant/sensor/a/out_temperature/config', JSON.stringify(said));
    fleet.live('a/out', 'out,device=a humidity=4,temperature=-3.25 1799999000');
    expect(fleet.value('a', 'out_temperature')).toBe('-3.25 °C');
  });

  it('follows a mote that announces nothing by its id, and stops guessing when it announces', () => {
    const fleet = createFleet();
    fleet.kept('plant-1/status', 'online');
    fleet.model.settle(NOW + 2999);
    expect([...fleet.model.topics.wanted()]).not.toContain('plant-1/+/+');
    fleet.model.settle(NOW + 3000);
    expect(fleet.model.topics.changes().add).toEqual(expect.arrayContaining(['plant-1/+', 'plant-1/+/+']));
    fleet.live('plant-1/pot/temperature', '{"value":20,"unit":"°C"}');
    fleet.live('plant-1/position', '{"latitude":51.5,"longitude":-0.12}');
    fleet.live('plant-1/energy', '{"boots":4}');
    fleet.live('plant-1/config/reported', '{"state":"default"}');
    expect([...fleet.mote('plant-1').channels.keys()]).toEqual([
      'pot/temperature',
      'position latitude',
      'position longitude',
    ]);
    expect(fleet.value('plant-1', 'pot/temperature')).toBe('20 °C');
    announce(fleet, 'plant');
    expect(fleet.model.topics.changes().drop).toEqual(
      expect.arrayContaining(['plant-1/+', 'plant-1/+/+', 'plant-1/status']),
    );
    expect([...fleet.mote('plant-1').channels.keys()]).not.toContain('pot/temperature');
  });

  it('forgets a channel that is taken away, and a device', () => {
    const fleet = createFleet();
    announce(fleet, 'plant');
    announce(fleet, 'gps-tracker');
    fleet.model.topics.changes();
    fleet.live('homeassistant/sensor/plant-1/pot_temperature/config', '');
    fleet.live('homeassistant/device/tracker-1/config', '');
    expect(fleet.model.topics.changes().drop).toEqual(
      expect.arrayContaining(['plant-1/pot/temperature', 'tracker-1/position']),
    );
    expect(fleet.mote('plant-1').channels.has('pot_temperature')).toBe(false);
    expect(fleet.mote('tracker-1').channels.size).toBe(0);
  });

  it('knows who is online, offline, asleep, and who should have been there', () => {
    const fleet = createFleet();
    const state = (now = NOW) => stateOf(fleet.mote('plant-1'), now);
    fleet.kept('plant-1/history', '[]');
    expect(state()).toBe('unknown');
    fleet.kept('plant-1/status', 'online');
    expect(state()).toBe('online');
    fleet.kept('plant-1/sleep', `{"asleep_until":${NOW / 1000 + 3600},"seconds":3600}`);
    expect(state()).toBe('asleep');
    expect(state(NOW + 2 * 3600_000 + 60_000)).toBe('overdue');
    fleet.live('plant-1/account', JSON.stringify(ACCOUNT), NOW + 3601_000);
    expect(state(NOW + 3602_000)).toBe('online');
    fleet.live('plant-1/status', 'offline');
    expect(state()).toBe('offline');
    fleet.live('plant-1/soil/status', 'offline');
    expect([...fleet.mote('plant-1').sensors]).toEqual([['soil', false]]);
    fleet.kept('homeassistant/status', 'online');
    expect([...fleet.model.motes.keys()]).toEqual(['plant-1']);
  });

  it('finds motes whose id has levels, by their discovery', () => {
    const fleet = createFleet();
    const said = { stat_t: 'site/7/air/t', val_tpl: '{{ value_json.value }}', o: { name: 'mote-sdk' } };
    fleet.kept('homeassistant/sensor/site_7/air_t/config', JSON.stringify(said));
    expect([...fleet.model.topics.wanted()]).toEqual(
      expect.arrayContaining(['site/7/air/t', 'site/7/account', 'site/7/+/status']),
    );
    fleet.kept('site/7/status', 'online');
    fleet.kept('site/7/air/status', 'online');
    expect(stateOf(fleet.mote('site/7'), NOW)).toBe('online');
    expect([...fleet.mote('site/7').sensors.keys()]).toEqual(['air']);
    expect(fleet.model.motes.size).toBe(1);
  });

  it('hands replies on, of motes that are known', () => {
    const fleet = createFleet();
    fleet.kept('plant-1/status', 'online');
    fleet.live('plant-1/reply', '{"result":0}');
    fleet.live('nobody/reply', '{"result":0}');
    expect(fleet.replies).toEqual(['plant-1 {"result":0}']);
  });
});

describe('the sum of a fleet', () => {
  it('counts states, accounts and causes, and readings a second', () => {
    const fleet = createFleet();
    for (let i = 0; i < 5; i++) {
      fleet.kept(`m-${i}/status`, i < 3 ? 'online' : 'offline');
      if (i === 4) continue;
      const account = { ...ACCOUNT, waiting: i === 1 ? 1 : 3, cause: i < 2 ? 3 : 10 };
      fleet.kept(`m-${i}/account`, JSON.stringify(account));
    }
    fleet.kept('m-4/history', '[[0,31,0],[4,0,0],[0,10,90],[2,0,1]]');
    const sum = sumOf(fleet.model.motes.values(), codes, NOW);
    expect(sum).toMatchObject({ motes: 5, addUp: 3, missing: 1, silent: 1, waiting: 10 });
    expect(sum.states).toMatchObject({ online: 3, offline: 2 });
    expect(sum.causes).toEqual([
      [10, 3],
      [3, 2],
    ]);
    expect(causeOf(fleet.mote('m-4'), codes)).toBe(10);

    fleet.model.settle(NOW + 4000);
    for (let at = 0; at < 10_000; at += 250) {
      fleet.live('m-0/air/t', '{"value":1}', NOW + 10_000 + at);
      fleet.kept('m-1/air/t', '{"value":1}', NOW + 10_000 + at);
    }
    expect(fleet.model.rate.aSecond(NOW + 20_000)).toBe(4);
    expect(fleet.model.rate.aSecond(NOW + 60_000)).toBe(0);
  });

  it('says what an account says, as the host does', () => {
    const count = fc.nat(1000);
    const counts = fc.record(
      Object.fromEntries(Object.keys(ACCOUNT).map((name) => [name, count])) as Record<string, typeof count>,
    );
    const given = fc.option(fc.record({ rejected: count, expired: count }), { nil: {} });
    fc.assert(
      fc.property(counts, given, (all, more) => {
        const payload = JSON.stringify({ ...all, ...more });
        const account = readAccount(payload, codes)!;
        expect(account.missing).toBe(missingIn(readMoteAccount(payload)!));
        expect(verdictText(account) === 'adds up').toBe(account.missing === 0);
      }),
    );
    const account = readAccount(JSON.stringify(ACCOUNT), codes)!;
    expect(`${verdictText(account)}; ${sumText(account, codes)}`).toBe(
      'adds up; 30 stored = 26 acknowledged + 3 waiting + 1 oldest + 0 damaged + 0 overtaken',
    );
    expect(verdictText({ ...account, missing: 1 })).toBe('does not add up: 1 message is missing');
  });

  it('says the history and the causes in the sentences of the host', () => {
    const transition = fc.tuple(fc.nat(9), fc.nat(256), fc.nat(600_000));
    fc.assert(
      fc.property(fc.array(transition, { maxLength: 16 }), (list) => {
        const payload = JSON.stringify(list);
        const shown = readHistory(payload)!.map((one) => transitionText(one, codes));
        expect(shown).toEqual(historyText(payload));
      }),
    );
    for (let why = 0; why < 256; why++) expect(shownClose(why, codes)).toBe(closeText(why));
  });

  it('notices an account that goes backwards', () => {
    const fleet = createFleet();
    fleet.kept('a/account', JSON.stringify(ACCOUNT));
    fleet.live('a/account', JSON.stringify({ ...ACCOUNT, stored: 29, acknowledged: 25 }));
    expect(fleet.mote('a').wentBack).toBe(1);
  });
});

describe('what is hostile, or too much', () => {
  it('counts and names what it does not understand, and makes no mote of it', () => {
    const fleet = createFleet();
    const entity = (more: object) => JSON.stringify({ stat_t: 'x/a/b', o: { name: 'mote-sdk' }, ...more });
    fleet.kept('homeassistant/light/lamp/config', '{"o":{"name":"zigbee2mqtt"}}');
    fleet.kept('homeassistant/sensor/x/a_b/config', 'not JSON');
    fleet.kept('homeassistant/sensor/x/a_b/config', entity({ stat_t: '#' }));
    fleet.kept('homeassistant/sensor/x/a_b/config', entity({ stat_t: 'y/a/b' }));
    fleet.kept('homeassistant/sensor/x/a_b/config', entity({ val_tpl: '{{ evil() }}' }));
    fleet.kept('homeassistant/device/x/config', '{"o":{"name":"mote-sdk"},"cmps":[null,3]}');
    fleet.kept('lamp/status', '{"state":"on"}');
    fleet.kept('lamp/account', '{"balance":3}');
    fleet.kept('lamp/account', JSON.stringify({ ...ACCOUNT, stored: '30' }));
    fleet.kept('lamp/account', JSON.stringify({ ...ACCOUNT, rejected: -1 }));
    fleet.kept('lamp/history', '{}');
    fleet.kept('lamp/sleep', '{"seconds":-1}');
    fleet.model.handle('lamp/history', undefined, true, NOW);
    for (const name of ['x/\u0007', 'x/\ud800', 'x/\ufffe', '$x/y', '/x']) {
      fleet.kept('homeassistant/sensor/x/a_b/config', entity({ stat_t: name }));
    }
    expect(fleet.model.motes.size).toBe(0);
    expect(fleet.model.unknowns.count()).toBe(18);
    expect(fleet.unknown()).toEqual(
      expect.arrayContaining(['3 not the account of a mote', '1 not the status of a mote']),
    );
    expect([...fleet.model.topics.wanted()]).toHaveLength(6);
  });

  it('never throws, and makes no more of anything than its bounds say, whatever comes', () => {
    const word = fc.constantFrom(
      'a',
      'b',
      'homeassistant',
      'device',
      'config',
      'status',
      'account',
      '',
      '#',
      '__proto__',
    );
    const topic = fc.oneof(
      fc.array(word, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/')),
      fc.string(),
    );
    const entity = fc.record(
      {
        stat_t: fc.anything(),
        val_tpl: fc.anything(),
        dev: fc.anything(),
        o: fc.constant({ name: 'mote-sdk' }),
        cmps: fc.anything(),
      },
      { requiredKeys: [] },
    );
    const json = fc.oneof(
      fc.json(),
      entity.map((value) => JSON.stringify(value) ?? ''),
    );
    const payload = fc.oneof(fc.constantFrom('online', 'offline', ''), json, fc.string());
    const message = fc.tuple(topic, payload, fc.boolean());
    fc.assert(
      fc.property(fc.array(message, { maxLength: 60 }), (messages) => {
        const { model } = createFleet(2);
        messages.forEach(([to, what, isKept], at) => model.handle(to, what, isKept, NOW + at * 500));
        expect(model.messages()).toBe(messages.length);
        expect(model.motes.size).toBeLessThanOrEqual(2);
        for (const filter of model.topics.wanted()) expect(filter).toMatch(/^[^\0]+$/);
        sumOf(model.motes.values(), codes, NOW);
      }),
      { numRuns: 300 },
    );
  });

  it('takes so many motes and channels, and counts the others', () => {
    const fleet = createFleet(10);
    for (let i = 0; i < 12; i++) fleet.kept(`m-${i}/status`, 'online');
    expect(fleet.model.motes.size).toBe(10);
    expect(fleet.unknown()).toEqual(['2 more than 10 motes']);
    const cmps = Object.fromEntries(
      Array.from({ length: 100 }, (_, i) => [`k${i}`, { p: 'sensor', stat_t: `m-0/s/${i}` }]),
    );
    fleet.kept('homeassistant/device/m-0/config', JSON.stringify({ o: { name: 'mote-sdk' }, cmps }));
    expect(fleet.mote('m-0').channels.size).toBe(64);
    for (let i = 0; i < 100; i++) fleet.kept(`m-1/s/${i}`, '5');
    for (let i = 0; i < 100; i++) fleet.kept(`m-1/s-${i}/status`, 'online');
    expect(fleet.mote('m-1').sensors.size).toBe(64);
    expect(fleet.mote('m-1').channels.size).toBe(64);
    expect(fleet.mote('m-1').leftOut).toBe(36);
  });

  it('counts a flood, and goes on when it is over', () => {
    const fleet = createFleet();
    fleet.kept('a/status', 'online');
    for (let i = 0; i < 20_000; i++) fleet.live('a/air/t', `${i}`, NOW + 1000);
    expect(fleet.model.gate.passedOver()).toBe(15_000);
    expect(fleet.value('a', 'air/t')).toBe('4999');
    expect(fleet.model.gate.isOver(NOW + 1500)).toBe(false);
    expect(fleet.model.gate.isOver(NOW + 2000)).toBe(true);
    expect(fleet.model.gate.isOver(NOW + 3000)).toBe(false);
    fleet.live('a/air/t', '7', NOW + 2000);
    expect(fleet.value('a', 'air/t')).toBe('7');
    expect(fleet.model.messages()).toBe(20_002);
  });

  it('holds twenty thousand motes with their readings', () => {
    const fleet = createFleet();
    for (let i = 0; i < 20_000; i++) {
      const now = NOW + i;
      fleet.kept(`m-${i}/status`, 'online', now);
      fleet.kept(`m-${i}/account`, JSON.stringify(ACCOUNT), now);
      fleet.live(`m-${i}/air/t`, '{"value":1,"unit":"°C"}', now);
    }
    expect(sumOf(fleet.model.motes.values(), codes, NOW)).toMatchObject({ motes: 20_000, addUp: 20_000 });
    expect(fleet.model.unknowns.count()).toBe(0);
  });
});
