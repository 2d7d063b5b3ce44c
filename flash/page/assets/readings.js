// @ts-check
// Panel: a chart for each channel, with its last value and a table of the last readings; and the topics that are no
// numbers. Charts out of sight are not drawn.

import { createChannels, drawn } from './channels.js';
import { createChart } from './chart.js';
import { byId, el, foreign, setText, visible } from './dom.js';
import { exactTimeText, number, several, timeText } from './format.js';
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
function createCard(channel, span) {
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
    if (!isSeen) return;
    const newest = channel.last[0];
    if (newest !== undefined) setText(value, valueText(newest));
    setText(
      note,
      channel.lateCount === 0
        ? several(channel.count, 'reading')
        : `${several(channel.count, 'reading')}, ${number(channel.lateCount)} arrived late`,
    );
    const [from, to] = span.range();
    chart.show(drawn(channel, from, to), from, to);
    if (table.open) body.replaceChildren(...channel.last.map(rowOf));
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

/** @param {Span} span */
export function createReadings(span) {
  const model = createChannels();
  /** @type {Map<Channel, ReturnType<typeof createCard>>} */
  const cards = new Map();
  const others = byId('other-topics');
  const dirtyTexts = onFrame(() => {
    const texts = model.texts();
    others.hidden = texts.length === 0;
    const rest = model.left() === 0 ? '' : `, and ${several(model.left(), 'message')} of still others`;
    setText(
      /** @type {HTMLElement} */ (others.querySelector('summary')),
      `${several(texts.length, 'topic')} without numbers${rest}`,
    );
    if (!(/** @type {HTMLDetailsElement} */ (others).open)) return;
    others
      .querySelector('tbody')
      ?.replaceChildren(
        ...texts.map(({ topic, text, t, count }) =>
          el(
            'tr',
            {},
            el('td', { class: 'mono' }, foreign(topic, 200)),
            el('td', { class: 'mono' }, foreign(text, 300)),
            el('td', { class: 'figure' }, timeText(t)),
            el('td', { class: 'figure' }, number(count)),
          ),
        ),
      );
  }, DRAW_MS);
  others.addEventListener('toggle', dirtyTexts);
  const all = () => cards.forEach(({ dirty }) => dirty());
  span.onChange(all);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () =>
    cards.forEach(({ redraw }) => redraw()),
  );
  return {
    begin() {
      model.clear();
      cards.forEach(({ destroy }) => destroy());
      cards.clear();
      byId('readings-none').hidden = false;
      dirtyTexts();
    },
    /** @param {ReadingEvent} event */
    reading(event) {
      const channel = model.take(event);
      byId('readings-none').hidden = true;
      if (channel === undefined) return dirtyTexts();
      let card = cards.get(channel);
      if (card === undefined) cards.set(channel, (card = createCard(channel, span)));
      card.dirty();
    },
    tick: all,
  };
}
