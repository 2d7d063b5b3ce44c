// @ts-check
// The chart of one channel of the mote that is watched.

import uPlot from '/vendor/uplot.js';

const HEIGHT = 150;

/** @param {string} name of a custom property of the style sheet */
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** @param {number} size @returns {uPlot.Axis} */
const axis = (size) => ({
  size,
  stroke: () => colour('--muted'),
  font: '11px system-ui, sans-serif',
  grid: { stroke: () => colour('--line'), width: 1 },
  ticks: { show: false },
});

/** @param {number} seconds since 1970 */
const clockText = (seconds) => new Date(seconds * 1000).toLocaleTimeString('en-GB');

/** @param {HTMLElement} root */
export function createChart(root) {
  const width = () => Math.max(120, root.clientWidth);
  const plot = new uPlot(
    {
      width: width(),
      height: HEIGHT,
      legend: { show: false },
      padding: [8, 10, 0, 0],
      cursor: { show: false },
      scales: { x: { time: true } },
      axes: [
        { ...axis(24), gap: 2, space: 80, values: (_, times) => times.map(clockText) },
        { ...axis(52), gap: 4, space: 28 },
      ],
      series: [
        {},
        {
          stroke: () => colour('--accent'),
          width: 1.5,
          points: { show: true, size: 4, fill: () => colour('--accent') },
        },
      ],
    },
    [[], []],
    root,
  );
  new ResizeObserver(() => plot.setSize({ width: width(), height: HEIGHT })).observe(root);
  const scheme = matchMedia('(prefers-color-scheme: dark)');
  scheme.addEventListener('change', () => plot.redraw(false, true));
  return {
    /** @param {import('./fleet-series.js').Series} series */
    show: ({ times, values }) => plot.setData([times, values]),
  };
}
