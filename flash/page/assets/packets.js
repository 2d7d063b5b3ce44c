// @ts-check
// Panel: the packets at the board's antenna, the last so many of them; filter, pause, and all fields of the one that
// is selected.

import { keepLast } from './bounded.js';
import { byId, el, setText, visible } from './dom.js';
import { number, several } from './format.js';
import { onFrame } from './frame.js';
import { fillPacketRow, showPacket, textOf } from './packet.js';
import { createRows } from './rows.js';

/** @import { PacketEvent } from '../../stage/events.ts' */

const PACKETS_MOST = 5000;
const NAMES_MOST = 20;
const COUNT_MS = 200;

export function createPackets() {
  const text = /** @type {HTMLInputElement} */ (byId('filter-text'));
  const name = /** @type {HTMLSelectElement} */ (byId('filter-name'));
  const direction = /** @type {HTMLSelectElement} */ (byId('filter-direction'));
  const pause = byId('packets-pause');
  /** @type {PacketEvent[]} */
  const all = [];
  /** @type {PacketEvent[]} */
  let shown = [];
  let isPaused = false;
  let counted = { last: 0, left: 0, meanwhile: 0 };

  const rows = createRows(byId('packet-rows'), {
    items: () => shown,
    fill: fillPacketRow,
    select: (packet) => showPacket(byId('packet'), packet),
  });
  const count = onFrame(() => {
    const { last, left, meanwhile } = counted;
    const words = [
      several(last, 'packet'),
      shown.length < last ? `${number(shown.length)} shown` : '',
      left > 0 ? `${number(left)} left out` : '',
      isPaused ? `paused, ${number(meanwhile)} more since` : '',
    ];
    setText(byId('packets-count'), words.filter((word) => word !== '').join(', '));
  }, COUNT_MS);

  /** @param {PacketEvent} packet */
  const passes = (packet) =>
    (name.value === '' || packet.name === name.value) &&
    (direction.value === '' || packet.direction === direction.value) &&
    (text.value === '' || textOf(packet).includes(text.value.toLowerCase()));
  const refilter = () => {
    shown = all.filter(passes);
    rows.reset();
    count();
  };
  /** @param {boolean} next */
  const setPaused = (next) => {
    isPaused = next;
    pause.setAttribute('aria-pressed', String(next));
    counted.meanwhile = 0;
    if (!next) refilter();
    count();
  };
  const clearNames = () => name.replaceChildren(el('option', { value: '' }, 'all'));

  byId('packet-filter').addEventListener('submit', (event) => event.preventDefault());
  byId('packet-filter').addEventListener('input', refilter);
  pause.addEventListener('click', () => setPaused(!isPaused));

  return {
    begin() {
      all.length = 0;
      counted = { last: 0, left: 0, meanwhile: 0 };
      clearNames();
      setPaused(false);
    },
    /** @param {PacketEvent} event */
    packet(event) {
      if (counted.last > 0) counted.left += Math.max(0, event.n - counted.last - 1);
      counted.last = event.n;
      all.push(event);
      keepLast(all, PACKETS_MOST);
      const names = [...name.options].map(({ value }) => value);
      if (!names.includes(event.name) && names.length < NAMES_MOST) {
        name.append(el('option', { value: event.name }, visible(event.name, 20)));
      }
      count();
      if (isPaused) counted.meanwhile++;
      else if (passes(event)) {
        shown.push(event);
        rows.changed(keepLast(shown, PACKETS_MOST));
      }
    },
  };
}
