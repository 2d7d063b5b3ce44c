// @ts-check
// What Home Assistant's discovery says of a mote: its id, its sensors' channels, and the topics they are published on. Only what Mote
// itself says is taken (src/telemetry/discovery); a topic is taken only below the mote's own id, and never one with wildcards.

import { clip, readObject } from './fleet-payload.js';

/** @typedef {import('./fleet-payload.js').Pick} Pick */
/**
 * @typedef {object} Announced one channel
 * @property {string} key unique in its mote
 * @property {string} name
 * @property {string} topic
 * @property {Pick} pick
 * @property {string} unit
 * @property {number} decimals -1: not said
 * @property {boolean} isBinary
 */
/** @typedef {{ name: string, serial: string, maker: string, model: string, version: string, area: string }} Device */
/**
 * @typedef {{ kind: 'mote', id: string, node: string, device: Device, isWhole: boolean, channels: Announced[] }
 *   | { kind: 'gone', node: string, key: string }
 *   | { kind: 'unknown', why: string }} Discovery
 */

export const PREFIX = 'homeassistant/';
const TOPIC_MAX = 256;
export const CHANNELS_MAX = 64;

/** A SUBSCRIBE with one of these makes a broker end the session (MQTT 3.1.1, 1.5.3 and 4.7.3). */
const NO_TOPIC = /[#+\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]|^[$/]|^$/u;

/** @param {unknown} topic @returns {topic is string} */
export const isTopicName = (topic) =>
  typeof topic === 'string' && topic.length <= TOPIC_MAX && !NO_TOPIC.test(topic);

/** As src/telemetry/discovery/entity.ts does it. @param {string} text */
const asId = (text) => text.replace(/[^-0-9A-Za-z]/g, '_');

/** @param {unknown} text */
const short = (text) => (typeof text === 'string' ? clip(text) : '');

const MEMBER = /^\{% if '([^']{1,64})' in value_json %\}/;
const FIELD = /regex_findall\('\[ ,\]([^'=]{1,64})=/;

/** Templates are not carried out: the three that Mote writes are known by their looks. @param {unknown} template @returns {Pick | undefined} */
function readTemplate(template) {
  if (template === undefined) return { kind: 'text', name: '' };
  if (typeof template !== 'string') return undefined;
  if (template === '{{ value_json.value }}') return { kind: 'value', name: '' };
  const member = MEMBER.exec(template);
  if (member?.[1] !== undefined) return { kind: 'member', name: member[1] };
  const field = FIELD.exec(template);
  return field?.[1] === undefined ? undefined : { kind: 'field', name: field[1] };
}

/** The id as it stands in topics: an identifier of discovery has lost its other characters. @param {unknown} entity @param {string} node */
function idOf(entity, node) {
  const { stat_t: topic } = /** @type {Record<string, unknown>} */ (entity ?? {});
  if (!isTopicName(topic)) return undefined;
  for (let at = topic.indexOf('/'); at > 0; at = topic.indexOf('/', at + 1)) {
    if (asId(topic.slice(0, at)) === node) return topic.slice(0, at);
  }
  return undefined;
}

/** @param {string} key @param {unknown} entity @param {string} id @param {boolean} isBinary @returns {Announced | undefined} */
function readEntity(key, entity, id, isBinary) {
  const fields = /** @type {Record<string, unknown>} */ (entity ?? {});
  const topic = fields['stat_t'];
  const pick = readTemplate(fields['val_tpl']);
  if (!isTopicName(topic) || !topic.startsWith(`${id}/`) || pick === undefined) return undefined;
  const decimals = fields['sug_dsp_prc'];
  return {
    key: clip(key),
    name: short(fields['name']) || clip(key),
    topic,
    pick,
    unit: typeof fields['unit_of_meas'] === 'string' ? clip(fields['unit_of_meas'], 16) : '',
    decimals:
      Number.isInteger(decimals) && Number(decimals) >= 0 && Number(decimals) <= 9 ? Number(decimals) : -1,
    isBinary,
  };
}

/** @param {Record<string, unknown>} dev @param {string} id @returns {Device} */
const readDevice = (dev, id) => ({
  name: short(dev['name']) || id,
  serial: short(dev['sn']),
  maker: short(dev['mf']),
  model: short(dev['mdl']),
  version: short(dev['sw']),
  area: short(dev['sa']),
});

/** @param {string} why @returns {Discovery} */
const unknown = (why) => ({ kind: 'unknown', why });

/** @param {string} topic @returns {{ component: string, node: string, key: string, isWhole: boolean } | undefined} */
function readTopic(topic) {
  const parts = topic.slice(PREFIX.length).split('/');
  const [component = '', node = '', key = ''] = parts;
  if (parts.at(-1) !== 'config') return undefined;
  if (parts.length === 3 && component === 'device') return { component, node, key: '', isWhole: true };
  return parts.length === 4 ? { component, node, key, isWhole: false } : undefined;
}

/** @param {Record<string, unknown>} object @param {string} name */
const memberOf = (object, name) => {
  const value = object[name];
  return typeof value === 'object' && value !== null ? /** @type {Record<string, unknown>} */ (value) : {};
};

/**
 * @param {string} topic below PREFIX: `<component>/<node>/<key>/config` or `device/<node>/config`
 * @param {string} payload
 * @returns {Discovery}
 */
export function readDiscovery(topic, payload) {
  const found = readTopic(topic);
  if (found === undefined) return unknown('no topic of discovery');
  const { component, node, key, isWhole } = found;
  if (payload === '') return { kind: 'gone', node, key };
  const object = readObject(payload);
  if (object === undefined) return unknown('discovery that is no JSON object');
  if (memberOf(object, 'o')['name'] !== 'mote-sdk') return unknown('discovery of something else than a mote');
  const entities = Object.entries(isWhole ? memberOf(object, 'cmps') : { [key]: object });
  const id = entities.map(([, entity]) => idOf(entity, node)).find((one) => one !== undefined);
  if (id === undefined) return unknown('discovery without a topic of the mote’s own');
  const channels = entities
    .map(([name, entity]) => {
      const kind = isWhole ? /** @type {{ p?: unknown } | null} */ (entity)?.p : component;
      return readEntity(name, entity, id, kind === 'binary_sensor');
    })
    .filter((channel) => channel !== undefined);
  if (channels.length === 0) return unknown('discovery that is not understood');
  return { kind: 'mote', id, node, device: readDevice(memberOf(object, 'dev'), clip(id)), isWhole, channels };
}
