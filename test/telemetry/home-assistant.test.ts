// Discovery: what Home Assistant is told, when, and that its templates find the values in our payloads.

import nunjucks from 'nunjucks';
import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../sim/manual.ts';
import { NEVER_MS } from '../../src/ports/clock.ts';
import { Code } from '../../src/ports/codes.ts';
import type { PacketWriter } from '../../src/ports/packet-writer.ts';
import type { ChannelMeta } from '../../src/ports/reading.ts';
import { prepareChannels } from '../../src/telemetry/channel.ts';
import { createHomeAssistantDevice } from '../../src/telemetry/discovery/home-assistant-device.ts';
import { createHomeAssistant } from '../../src/telemetry/discovery/home-assistant.ts';
import type { CreateDiscovery } from '../../src/telemetry/discovery/discovery.ts';
import type { CreateFormat } from '../../src/telemetry/formats/format.ts';
import { createInflux } from '../../src/telemetry/formats/influx.ts';
import { createJsonGroup } from '../../src/telemetry/formats/json-group.ts';
import { createJson } from '../../src/telemetry/formats/json.ts';
import { channelOf, createBench } from './fixture.ts';

const DOOR = channelOf({
  key: 'contact',
  kind: 'binary',
  unit: '',
  deviceClass: 'door',
  decimals: 0,
  precision: 0,
  min: 0,
  max: 1,
});
const ENERGY = channelOf({ key: 'energy', kind: 'total', unit: 'Wh', deviceClass: 'energy' });
const RSSI = channelOf({ key: 'rssi', unit: 'dBm', deviceClass: 'signal_strength', isDiagnostic: true });

type Listener = (payload: string, topic: string, isRetained: boolean) => void;
interface Sent {
  readonly topic: string;
  readonly payload: string;
}

/** A convention with the protocol in the test's hands. */
function createRig(
  create: CreateDiscovery,
  channels: readonly ChannelMeta[] = [channelOf()],
  options: { id?: string; sensor?: string; format?: CreateFormat; status?: string; expireSec?: number } = {},
) {
  const sent: Sent[] = [];
  const listeners = new Map<string, Listener>();
  const refusals: number[] = [];
  const rig = { answer: Code.Ok as number, wakes: 0 };
  let topic = '';
  let draft = '';
  const writer = {
    topic: (name: string, qos?: number, retain?: boolean) => {
      expect([qos, retain]).toEqual([0, true]);
      return /[+#]/.test(name) ? null : { name, first: 0, head: '', size: 0 };
    },
    begin(to: { name: string }) {
      topic = to.name;
      draft = '';
    },
    text: (text: string) => void (draft += text),
    end() {
      if (rig.answer === 0) sent.push({ topic, payload: Buffer.from(draft, 'latin1').toString('utf8') });
      return rig.answer;
    },
  } as unknown as PacketWriter;
  const id = options.id ?? 'balcony';
  const context = {
    id,
    sensor: options.sensor ?? 'outdoor',
    channels: prepareChannels(channels)!,
    hasTime: false,
    clock: createManualClock(),
  };
  const discovery = create(
    {
      writer,
      listen: (filter, onMessage) => void listeners.set(filter, onMessage),
      publishLong(to, payload) {
        if (rig.answer === 0) {
          sent.push({ topic: to, payload: Buffer.from(payload, 'latin1').toString('utf8') });
        }
        return rig.answer;
      },
      wake: () => rig.wakes++,
      refuse: (code) => void refusals.push(code),
    },
    {
      id,
      serial: '30c6f7-12ab34',
      status: options.status ?? `${id}/status`,
      expireSec: options.expireSec ?? 0,
      sensors: [
        {
          context,
          format: (options.format ?? createJson)(context)!,
          status: options.status ?? `${id}/outdoor/status`,
        },
      ],
    },
  );
  return discovery === null
    ? null
    : Object.assign(rig, {
        discovery,
        refusals,
        listeners,
        take: () => sent.splice(0),
        hear: (filter: string, payload: string, name: string, isRetained: boolean) =>
          listeners.get(filter)!(payload, name, isRetained),
      });
}

const jinja = new nunjucks.Environment(null, { autoescape: false, throwOnUndefined: true });
jinja.addFilter('regex_findall', (value: string, pattern: string) =>
  [...value.matchAll(new RegExp(pattern, 'g'))].map((match) => match[1]),
);

/** What Home Assistant makes of a payload. */
function render(template: string, payload: string): string {
  let json: unknown;
  try {
    json = JSON.parse(payload);
  } catch {
    json = undefined;
  }
  return jinja.renderString(template, { value: payload, value_json: json });
}

type Config = Record<string, unknown> & { dev: Record<string, unknown>; val_tpl: string };
const configOf = ({ payload }: Sent) => JSON.parse(payload) as Config;

describe('Home Assistant, an entity a message', () => {
  it('says everything that is known of a channel', () => {
    const rig = createRig(
      createHomeAssistant({ name: 'Balcony', manufacturer: 'me', model: 'ESP32', version: '1.2' }),
    )!;
    rig.discovery.refresh(0);
    expect(rig.discovery.send(0)).toBe(NEVER_MS);
    const [message, ...rest] = rig.take();
    expect(rest).toEqual([]);
    expect(message!.topic).toBe('homeassistant/sensor/balcony/outdoor_temperature/config');
    expect(configOf(message!)).toEqual({
      name: 'outdoor temperature',
      uniq_id: 'balcony_outdoor_temperature',
      stat_t: 'balcony/outdoor/temperature',
      val_tpl: '{{ value_json.value }}',
      dev_cla: 'temperature',
      unit_of_meas: '°C',
      stat_cla: 'measurement',
      sug_dsp_prc: 2,
      qos: 1,
      avty: [{ t: 'balcony/status' }, { t: 'balcony/outdoor/status' }],
      avty_mode: 'all',
      dev: { ids: ['balcony'], sn: '30c6f7-12ab34', name: 'Balcony', mf: 'me', mdl: 'ESP32', sw: '1.2' },
      o: { name: 'mote-sdk' },
    });
  });

  it('tells what is a state, a total, and about the mote itself', () => {
    const rig = createRig(createHomeAssistant(), [DOOR, ENERGY, RSSI])!;
    rig.discovery.refresh(0);
    rig.discovery.send(0);
    const [door, energy, rssi] = rig.take();
    expect(door!.topic).toBe('homeassistant/binary_sensor/balcony/outdoor_contact/config');
    expect(configOf(door!)).toMatchObject({ dev_cla: 'door', pl_on: '1', pl_off: '0' });
    expect(Object.keys(configOf(door!))).not.toContain('stat_cla');
    expect(configOf(energy!)).toMatchObject({
      dev_cla: 'energy',
      stat_cla: 'total_increasing',
      unit_of_meas: 'Wh',
    });
    expect(configOf(rssi!)).toMatchObject({ ent_cat: 'diagnostic' });
    expect(Object.keys(configOf(energy!))).not.toContain('ent_cat');
  });

  it('says when a value of a mote that sleeps is none any more', () => {
    for (const create of [createHomeAssistant(), createHomeAssistantDevice()]) {
      const rig = createRig(create, [channelOf(), DOOR], { expireSec: 43_200 })!;
      rig.discovery.refresh(0);
      rig.discovery.send(0);
      const text = rig
        .take()
        .map(({ payload }) => payload)
        .join();
      expect(text.match(/"exp_aft":43200/g)).toHaveLength(2);
    }
  });

  it('writes down what it says, and other things for another channel', () => {
    for (const create of [createHomeAssistant, createHomeAssistantDevice]) {
      const describeOf = (channels: readonly ChannelMeta[]) => {
        const rig = createRig(create(), channels)!;
        let text = '';
        rig.discovery.describe({ text: (bytes) => void (text += bytes) });
        rig.discovery.refresh(0);
        rig.discovery.send(0);
        for (const { topic, payload } of rig.take()) {
          expect(text).toContain(topic);
          expect(Buffer.from(text, 'latin1').toString('utf8')).toContain(payload);
        }
        return text;
      };
      expect(describeOf([channelOf()])).toBe(describeOf([channelOf()]));
      expect(describeOf([channelOf()])).not.toBe(describeOf([channelOf({ unit: 'K' })]));
    }
  });

  it('names no availability where nobody says it', () => {
    const rig = createRig(createHomeAssistant(), undefined, { status: '' })!;
    rig.discovery.refresh(0);
    rig.discovery.send(0);
    expect(Object.keys(configOf(rig.take()[0]!))).not.toContain('avty');
  });

  it('makes identifiers of any name, and JSON of any text', () => {
    const rig = createRig(createHomeAssistant({ name: 'a "b" \\ \x07c', area: 'Balk\xc3\xb6n' }), undefined, {
      id: 'home/my mote',
      sensor: 'out side',
    })!;
    rig.discovery.refresh(0);
    rig.discovery.send(0);
    const [message] = rig.take();
    expect(message!.topic).toBe('homeassistant/sensor/home_my_mote/out_side_temperature/config');
    expect(configOf(message!).dev).toMatchObject({ name: 'a "b" \\ c', sa: 'Balkön', ids: ['home_my_mote'] });
  });

  it('is JSON whatever stands in the id', () => {
    const rig = createRig(createHomeAssistant(), undefined, { id: 'my "mote"' })!;
    rig.discovery.refresh(0);
    rig.discovery.send(0);
    expect(configOf(rig.take()[0]!)).toMatchObject({ stat_t: 'my "mote"/outdoor/temperature' });
  });

  it('goes on where it found no room', () => {
    const rig = createRig(createHomeAssistant(), [channelOf(), DOOR])!;
    rig.discovery.refresh(0);
    rig.answer = Code.Busy;
    expect(rig.discovery.send(0)).toBeLessThan(1000);
    rig.answer = Code.Ok;
    expect(rig.discovery.send(100)).toBe(NEVER_MS);
    expect(rig.take()).toHaveLength(2);
    expect(rig.discovery.send(200)).toBe(NEVER_MS);
    expect(rig.take()).toEqual([]);
  });

  it('waits for the next session where there is none, and passes over what is too long', () => {
    const rig = createRig(createHomeAssistant(), [channelOf(), DOOR])!;
    rig.discovery.refresh(0);
    rig.answer = Code.Closed;
    expect(rig.discovery.send(0)).toBe(NEVER_MS);
    rig.answer = Code.Ok;
    expect(rig.discovery.send(100)).toBe(NEVER_MS);
    expect(rig.take()).toEqual([]);
    rig.answer = Code.TooLong;
    rig.discovery.refresh(200);
    expect(rig.discovery.send(200)).toBe(NEVER_MS);
    expect(rig.refusals).toEqual([Code.TooLong, Code.TooLong]);
  });

  it('says it again when Home Assistant has started, at a time of its own, and not for what the broker kept', () => {
    const rig = createRig(createHomeAssistant({ prefix: 'ha' }))!;
    rig.discovery.refresh(0);
    rig.discovery.send(0);
    rig.take();
    rig.hear('ha/status', 'online', 'ha/status', true);
    rig.hear('ha/status', 'offline', 'ha/status', false);
    expect([rig.wakes, rig.discovery.send(1000)]).toEqual([0, NEVER_MS]);
    rig.hear('ha/status', 'online', 'ha/status', false);
    expect(rig.wakes).toBe(1);
    const wait = rig.discovery.send(2000);
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThan(10000);
    expect(rig.take()).toEqual([]);
    expect(rig.discovery.send(2000 + wait)).toBe(NEVER_MS);
    expect(rig.take()[0]!.topic).toMatch(/^ha\/sensor\//);
  });

  it('takes away what the broker kept of a channel that is no more, and nothing else', () => {
    const rig = createRig(createHomeAssistant())!;
    const filter = 'homeassistant/+/balcony/+/config';
    const topic = (channel: string) => `homeassistant/sensor/balcony/outdoor_${channel}/config`;
    rig.discovery.refresh(0);
    rig.discovery.send(0);
    rig.take();
    rig.hear(filter, '{}', topic('temperature'), true);
    rig.hear(filter, '{}', topic('humidity'), false);
    rig.hear(filter, '', topic('co2'), true);
    expect(rig.wakes).toBe(0);
    rig.hear(filter, '{}', topic('pressure'), true);
    expect(rig.wakes).toBe(1);
    rig.discovery.send(10);
    expect(rig.take()).toEqual([{ topic: topic('pressure'), payload: '' }]);
  });

  it('takes away what found no room at first, and that only once', () => {
    const rig = createRig(createHomeAssistant())!;
    const old = 'homeassistant/sensor/balcony/outdoor_pressure/config';
    rig.discovery.refresh(0);
    rig.discovery.send(0);
    rig.take();
    rig.hear('homeassistant/+/balcony/+/config', '{}', old, true);
    rig.answer = Code.Busy;
    expect(rig.discovery.send(10)).toBeLessThan(1000);
    rig.answer = Code.Ok;
    rig.discovery.send(110);
    expect(rig.take()).toEqual([{ topic: old, payload: '' }]);
    rig.discovery.refresh(200);
    rig.discovery.send(200);
    expect(rig.take()).toHaveLength(1);
  });

  it('takes only so much away at once', () => {
    const rig = createRig(createHomeAssistant())!;
    rig.discovery.refresh(0);
    for (let i = 0; i < 100; i++) {
      rig.hear(
        'homeassistant/+/balcony/+/config',
        '{}',
        `homeassistant/sensor/balcony/old_${i}/config`,
        true,
      );
    }
    rig.discovery.send(0);
    expect(rig.take()).toHaveLength(17);
    // Those are gone; the next session finds others.
    rig.discovery.refresh(10);
    rig.discovery.send(10);
    expect(rig.take()).toHaveLength(1);
    const old = 'homeassistant/sensor/balcony/old_99/config';
    rig.hear('homeassistant/+/balcony/+/config', '{}', old, true);
    rig.discovery.send(20);
    expect(rig.take()).toEqual([{ topic: old, payload: '' }]);
  });

  it('is refused for a prefix that is no topic', () => {
    expect(createRig(createHomeAssistant({ prefix: 'a/#' }))).toBeNull();
    expect(createRig(createHomeAssistantDevice({ prefix: '+' }))).toBeNull();
  });
});

describe('Home Assistant, a device a message', () => {
  const topic = 'homeassistant/device/balcony/config';

  it('says the same of each channel as the other way does', () => {
    const channels = [channelOf(), DOOR, ENERGY, RSSI];
    const single = createRig(createHomeAssistant(), channels)!;
    const whole = createRig(createHomeAssistantDevice(), channels)!;
    for (const rig of [single, whole]) {
      rig.discovery.refresh(0);
      rig.discovery.send(0);
    }
    const entities = single.take();
    const [message, ...rest] = whole.take();
    expect(rest).toEqual([]);
    expect(message!.topic).toBe(topic);
    const { cmps, dev, o } = JSON.parse(message!.payload) as {
      cmps: Record<string, object>;
      dev: object;
      o: object;
    };
    expect(Object.keys(cmps)).toHaveLength(4);
    for (const entity of entities) {
      const [, component, , objectId] = entity.topic.split('/');
      expect({ ...cmps[objectId!], dev, o }).toEqual({ p: component, ...configOf(entity) });
    }
  });

  it('takes away components that the broker kept and that are no more, then says the rest once more', () => {
    const before = createRig(createHomeAssistantDevice(), [channelOf(), DOOR, ENERGY])!;
    before.discovery.refresh(0);
    before.discovery.send(0);
    const kept = before.take()[0]!.payload;
    const rig = createRig(createHomeAssistantDevice(), [channelOf()])!;
    rig.discovery.refresh(0);
    rig.discovery.send(0);
    const plain = rig.take()[0]!.payload;
    rig.hear(topic, plain, topic, true);
    rig.hear(topic, kept, topic, false);
    expect(rig.wakes).toBe(0);
    rig.hear(topic, kept, topic, true);
    expect(rig.wakes).toBe(1);
    expect(rig.discovery.send(10)).toBe(NEVER_MS);
    const [first, second, ...rest] = rig.take();
    expect(rest).toEqual([]);
    const { cmps } = JSON.parse(first!.payload) as { cmps: Record<string, object> };
    expect(cmps).toMatchObject({ outdoor_contact: { p: 'binary_sensor' }, outdoor_energy: { p: 'sensor' } });
    expect(Object.keys(cmps['outdoor_contact']!)).toEqual(['p']);
    expect(second!.payload).toBe(plain);
    rig.discovery.refresh(100);
    rig.discovery.send(100);
    expect(rig.take().map(({ payload }) => payload)).toEqual([plain]);
  });

  it('is not confused by what is no payload of ours', () => {
    const rig = createRig(createHomeAssistantDevice())!;
    for (const payload of ['', '{}', '":{"p":"', 'x":{"p":"', '"":{"p":""', '":{"p":"":{"p":"'.repeat(40)]) {
      rig.hear(topic, payload, topic, true);
    }
    rig.discovery.refresh(0);
    expect(rig.discovery.send(0)).toBe(NEVER_MS);
  });
});

describe('templates', () => {
  const channels = [channelOf(), channelOf({ key: 'humidity', unit: '%', deviceClass: 'humidity' }), DOOR];

  it.each([
    ['JSON', createJson],
    ['JSON, grouped', createJsonGroup],
    ['InfluxDB line', createInflux],
  ])('find each value in a payload: %s', (_name, format) => {
    const rig = createRig(createHomeAssistant(), channels, { format })!;
    rig.discovery.refresh(0);
    rig.discovery.send(0);
    const configs = rig.take().map(configOf);
    const bench = createBench(format, { channels, id: 'balcony', hasTime: true, wall: 1767225600 })!;
    const { messages } = bench.publish([-5250, 48120, 1]);
    const values = configs.map((config) => {
      const message = messages.find(({ topic }) => topic === config['stat_t']);
      return render(config.val_tpl, message!.payload);
    });
    expect(values.map(Number)).toEqual([-5.25, 48.12, 1]);
    expect(values[2]).toBe('1');
  });

  it.each([
    ['JSON, grouped', createJsonGroup],
    ['InfluxDB line', createInflux],
  ])('give nothing for a channel that a payload lacks: %s', (_name, format) => {
    const rig = createRig(createHomeAssistant(), channels, { format })!;
    rig.discovery.refresh(0);
    rig.discovery.send(0);
    const [temperature] = rig.take().map(configOf);
    const bench = createBench(format, { channels: channels.slice(1), id: 'balcony' })!;
    expect(render(temperature!.val_tpl, bench.publish([48120, 1]).messages[0]!.payload)).toBe('');
  });
});
