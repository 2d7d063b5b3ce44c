// @ts-check
// One packet: as a row of the log, and with every field of it.

import { el, foreign, visible } from './dom.js';
import { exactTimeText, number } from './format.js';

/** @import { PacketEvent } from '../../stage/events.ts' */

const SUMMARY_MOST = 300;

/** @param {HTMLElement} row @param {PacketEvent} packet */
export function fillPacketRow(row, packet) {
  const { n, t, direction, name, bytes, summary, isLost } = packet;
  row.dataset['direction'] = direction;
  row.classList.toggle('lost', isLost === true);
  row.append(
    el('span', { class: 'c-n figure' }, number(n)),
    el('span', { class: 'c-time figure' }, exactTimeText(t)),
    el('span', { class: 'c-direction' }, direction),
    el('span', { class: 'c-name' }, visible(name, 20)),
    el('span', { class: 'c-bytes figure' }, number(bytes)),
    el('span', { class: 'c-summary' }, foreign(isLost ? `lost: ${summary}` : summary, SUMMARY_MOST)),
  );
}

/** What a filter looks into. @param {PacketEvent} packet */
export const textOf = ({ name, summary, fields }) =>
  `${name} ${summary} ${fields.map(([field, value]) => `${field} ${value}`).join(' ')}`.toLowerCase();

/** @param {HTMLElement} root @param {PacketEvent | undefined} packet */
export function showPacket(root, packet) {
  if (packet === undefined) {
    root.replaceChildren(el('p', { class: 'none' }, 'Select a packet to see every field of it.'));
    return;
  }
  const { n, t, direction, connection, name, bytes, fields, isLost } = packet;
  root.replaceChildren(
    el('h3', {}, `${visible(name, 20)}, packet ${number(n)}`),
    el(
      'p',
      { class: 'note' },
      `${direction === 'out' ? 'From the mote' : 'To the mote'} at ${exactTimeText(t)}, ${number(bytes)} bytes, connection ${connection}.`,
      isLost ? ' It did not arrive.' : '',
    ),
    el(
      'dl',
      { class: 'fields mono' },
      ...fields.map(([field, value]) =>
        el('div', {}, el('dt', {}, foreign(field, 100)), el('dd', {}, foreign(value))),
      ),
    ),
  );
}
