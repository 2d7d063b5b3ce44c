// @ts-check
// The readings of the selected mote, with unit and age, and a chart of one of its channels while it is watched.

import { el, foreign, setText } from './dom.js';
import { createChart } from './fleet-chart.js';
import { takenAt, valueText } from './fleet-mote.js';
import { createSeries } from './fleet-series.js';
import { ageText } from './fleet-words.js';

/** @typedef {import('./fleet-mote.js').Mote} Mote */
/** @typedef {import('./fleet-mote.js').Channel} Channel */

export function createReadings() {
  const body = el('tbody');
  const none = el('p', { class: 'none' }, 'No channel of it is known.');
  const title = el('h4', { id: 'fleet-chart-title' });
  const canvas = el('div', { class: 'fleet-chart' });
  const figure = el('figure', { 'aria-labelledby': 'fleet-chart-title', hidden: true }, title, canvas);
  const columns = ['channel', 'value', 'taken', 'came'];
  const table = el(
    'table',
    { class: 'fleet-readings' },
    el('thead', {}, el('tr', {}, ...columns.map((name) => el('th', { scope: 'col' }, name)))),
    body,
  );
  const series = createSeries();
  /** @type {ReturnType<typeof createChart> | undefined} */
  let chart;
  /** @type {Mote | undefined} */
  let mote;
  let charted = '';
  /** @type {Map<string, { row: HTMLElement, cells: HTMLElement[], button: HTMLElement }>} */
  const rows = new Map();

  /** @param {Channel} channel */
  function addPoint(channel) {
    const at = takenAt(channel);
    const value = channel.last?.value;
    if (at !== undefined && value !== undefined) series.add(channel.announced.key, at, value);
  }

  /** @param {string} key */
  function chartOf(key) {
    charted = key;
    refresh();
  }

  /** @param {string} key @param {Channel} channel */
  function addRow(key, channel) {
    const button = el('button', { type: 'button', class: 'plain' }, foreign(channel.announced.name, 60));
    button.addEventListener('click', () => chartOf(key));
    const cells = columns.slice(1).map(() => el('td', { class: 'figure' }));
    const row = el('tr', {}, el('th', { scope: 'row' }, button), ...cells);
    rows.set(key, { row, cells, button });
    body.append(row);
  }

  function showChart() {
    const channel = mote?.channels.get(charted);
    figure.hidden = channel === undefined;
    if (channel === undefined) return;
    const data = series.of(charted);
    title.replaceChildren(foreign(channel.announced.name, 60), `, ${data.times.length} readings`);
    chart ??= createChart(canvas);
    chart.show(data);
  }

  function refresh() {
    if (mote === undefined) return;
    const now = Date.now();
    const { channels } = mote;
    for (const [key, { row }] of rows) {
      if (channels.has(key)) continue;
      row.remove();
      rows.delete(key);
    }
    for (const [key, channel] of channels) {
      if (!rows.has(key)) addRow(key, channel);
      if (charted === '' && channel.last?.value !== undefined) charted = key;
      const { cells = [], button } = rows.get(key) ?? {};
      const texts = [
        valueText(channel),
        channel.last === undefined ? '' : ageText(takenAt(channel), now),
        String(channel.count),
      ];
      texts.forEach((text, at) => {
        const cell = cells[at];
        if (cell === undefined || cell.dataset['text'] === text) return;
        cell.dataset['text'] = text;
        cell.replaceChildren(foreign(text, 80));
      });
      button?.setAttribute('aria-pressed', String(key === charted));
    }
    none.hidden = channels.size > 0;
    setText(none, 'No channel of it is known.');
    table.hidden = channels.size === 0;
    showChart();
  }

  return {
    nodes: [none, table, figure],
    /** @param {Mote} to */
    choose(to) {
      mote = to;
      charted = '';
      series.clear();
      rows.clear();
      body.replaceChildren();
      to.channels.forEach(addPoint);
      refresh();
    },
    /** @param {Mote} from @param {Channel} channel */
    reading(from, channel) {
      if (from === mote) addPoint(channel);
    },
    refresh,
  };
}
