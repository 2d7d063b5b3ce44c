// What Home Assistant is told of one channel and of the mote, as JSON with its abbreviated keys. Knows no topic of discovery.
// Source: https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery

import type { TextSink } from '../../ports/packet-writer.ts';
import { topicName } from '../publisher.ts';
import type { DescribedMote, DescribedSensor } from './discovery.ts';

export interface HomeAssistantOptions {
  /** What the mote is called there. Default: its id. */
  readonly name?: string;
  readonly manufacturer?: string;
  readonly model?: string;
  /** Of the firmware. */
  readonly version?: string;
  /** Suggested when it is added. */
  readonly area?: string;
  /** Of the topics of discovery, as in Home Assistant's settings. Default 'homeassistant'. */
  readonly prefix?: string;
}

/** One channel of one sensor. */
export interface Entity {
  readonly sensor: DescribedSensor;
  readonly index: number;
  /** 'sensor' or 'binary_sensor'. */
  readonly component: string;
  /** Sensor and channel, as an identifier. */
  readonly objectId: string;
}

/** @returns `text` between quotes, as JSON; what no name has is left out. */
export function prepareText(text: string): string {
  let escaped = '"';
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i);
    if (char === '"' || char === '\\') escaped += '\\';
    if (char >= ' ') escaped += char;
  }
  return escaped + '"';
}

/** @returns `text` as an identifier in a topic of discovery: letters, digits, hyphen, underscore. */
export function prepareId(text: string): string {
  let id = '';
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i);
    id += /[-0-9A-Za-z]/.test(char) ? char : '_';
  }
  return id;
}

export function prepareEntities(mote: DescribedMote): Entity[] {
  const entities: Entity[] = [];
  for (let s = 0; s < mote.sensors.length; s++) {
    const sensor = mote.sensors[s];
    const channels = sensor.context.channels;
    for (let index = 0; index < channels.length; index++) {
      entities.push({
        sensor,
        index,
        component: channels[index].meta.kind === 'binary' ? 'binary_sensor' : 'sensor',
        objectId: prepareId(sensor.context.sensor + '_' + channels[index].name),
      });
    }
  }
  return entities;
}

function optional(key: string, value: string | undefined): string {
  return value === undefined ? '' : ',"' + key + '":' + prepareText(value);
}

/** @returns members "dev" and "o": the device, and who tells of it. */
export function prepareDevice(mote: DescribedMote, options: HomeAssistantOptions): string {
  return (
    '"dev":{"ids":["' +
    prepareId(mote.id) +
    '"],"sn":' +
    prepareText(mote.serial) +
    ',"name":' +
    prepareText(options.name === undefined ? mote.id : options.name) +
    optional('mf', options.manufacturer) +
    optional('mdl', options.model) +
    optional('sw', options.version) +
    optional('sa', options.area) +
    '},"o":{"name":"mote-sdk"}'
  );
}

function member(sink: TextSink, key: string, value: string): void {
  if (value === '') return;
  sink.text(',"');
  sink.text(key);
  sink.text('":');
  sink.text(prepareText(value));
}

/** The mote and the sensor: offline when either is. */
function writeAvailability(sink: TextSink, mote: DescribedMote, entity: Entity): void {
  if (mote.status === '') return;
  sink.text(',"avty":[{"t":');
  sink.text(prepareText(mote.status));
  sink.text('},{"t":');
  sink.text(prepareText(entity.sensor.status));
  sink.text('}],"avty_mode":"all"');
}

/** Write the members of an entity, without the braces around them. */
export function writeEntity(sink: TextSink, mote: DescribedMote, entity: Entity): void {
  const context = entity.sensor.context;
  const format = entity.sensor.format;
  const channel = context.channels[entity.index];
  const meta = channel.meta;
  sink.text('"name":');
  sink.text(prepareText(context.sensor + ' ' + channel.name));
  member(sink, 'uniq_id', prepareId(mote.id) + '_' + entity.objectId);
  member(sink, 'stat_t', topicName(context, format, entity.index));
  member(sink, 'val_tpl', format.template(channel.name));
  member(sink, 'dev_cla', meta.deviceClass);
  if (meta.kind === 'binary') {
    sink.text(',"pl_on":"1","pl_off":"0"');
  } else {
    member(sink, 'unit_of_meas', meta.unit);
    member(sink, 'stat_cla', meta.kind === 'total' ? 'total_increasing' : 'measurement');
    sink.text(',"sug_dsp_prc":' + meta.precision);
  }
  if (mote.expireSec > 0) sink.text(',"exp_aft":' + mote.expireSec);
  if (meta.isDiagnostic === true) member(sink, 'ent_cat', 'diagnostic');
  sink.text(',"qos":1');
  writeAvailability(sink, mote, entity);
}
