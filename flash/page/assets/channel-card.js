// @ts-check
// One channel: its last value, its chart and a table of its last readings. The chart is not drawn while it is out of
// sight.

import { drawn } from './channels.js';
import { createChart } from './chart.js';
import { byId, el, foreign, setText, visible } from './dom.js';
import { exactTimeText, number, several } from './format.js';
import { onFrame } from './frame.js';

/** @import { ReadingEvent } from '../../stage/events.ts' */
/** @import { Channel } from './channels.js' */
/** @import { Span } from './span.js' */

const DRAW_MS = 400;
const COLUMNS = ['value', 'taken', 'arrived', ''];

/** Of a topic what tells it from others. @param {string} topic */
const shortName = (topic) => topic.split('/').slice(-2).join(' / ');

/** @param {ReadingEvent} reading */
const valueText = ({ value, text, unit }) =>
  `${value === undefined ? visible(text, 60) : text.length < 20 ? visible(text) : number(value)}${unit === '' ? '' : ` ${visible(unit, 20)}`}`;

/** @param {Channel} channel @param {Span} span */
export function createCard(channel, span) {
  const value = el('p', { class: 'value' });
  const note = el('p', { class: 'note' });
  const place = el('div', {
    class: 'chart',
    role: 'img',
    'aria-label': `Chart of ${visible(channel.topic, 200)}: the table below has the last readings`,
  });
  const body = el('tbody');
  const table = el(
    'details',
    {},
    el('summary', {}, 'last readings'),
    el(
      'table',
      {},
      el(
        'thead',
        {},
        el(
          'tr',
          {},
          ...COLUMNS.map((name) =>
            el('th', { scope: 'col' }, name || el('span', { class: 'hidden' }, 'remarks')),
          ),
        ),
      ),
      body,
    ),
  );
  const root = el(
    'figure',
    { class: 'card' },
    el('figcaption', {}, el('h3', {}, foreign(shortName(channel.topic), 80)), value),
    el('p', { class: 'topic mono' }, foreign(channel.topic, 200)),
    place,
    note,
    table,
  );
  byId('charts').append(root);
  let isSeen = true;
  const chart = createChart(place, channel, (time, at) => {
    place.dataset['hover'] =
      time === undefined || typeof at !== 'number' ? '' : `${exactTimeText(time * 1000)}   ${number(at)}`;
  });
  const paint = () => {
    const newest = channel.last[0];
    if (newest !== undefined) setText(value, valueText(newest));
    setText(
      note,
      channel.lateCount === 0
        ? several(channel.count, 'reading')
        : `${several(channel.count, 'reading')}, ${number(channel.lateCount)} arrived late`,
    );
    if (table.open) body.replaceChildren(...channel.last.map(rowOf));
    if (!isSeen) return;
    const [from, to] = span.range();
    chart.show(drawn(channel, from, to), from, to);
  };
  const dirty = onFrame(paint, DRAW_MS);
  const observer = new IntersectionObserver(([entry]) => {
    isSeen = entry?.isIntersecting === true;
    if (isSeen) dirty();
  });
  observer.observe(root);
  table.addEventListener('toggle', dirty);
  return {
    dirty,
    redraw: () => chart.redraw(),
    destroy: () => (observer.disconnect(), chart.destroy(), dirty.forget(), root.remove()),
  };
}

/** @param {ReadingEvent} reading */
function rowOf(reading) {
  const remarks = [reading.isLate ? 'late' : '', reading.isAgain ? 'again' : '']
    .filter((word) => word !== '')
    .join(', ');
  return el(
    'tr',
    { class: reading.isLate ? 'late' : undefined },
    el('td', { class: 'figure' }, valueText(reading)),
    el('td', {}, exactTimeText(reading.at)),
    el('td', {}, exactTimeText(reading.t)),
    el('td', {}, remarks),
  );
}
