// @ts-check
// The chart of one channel. A reading stands at the time it was taken; one that arrived late has a ring there, and a
// line to a mark at the time it arrived.

import uPlot from '/vendor/uplot.js';
import { timeText } from './format.js';

/** @import { Channel } from './channels.js' */

const HEIGHT = 132;

/** @param {string} name */
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Room above and below; what does not change is a line in the middle. @param {number} min @param {number} max @returns {[number, number]} */
function spread(min, max) {
  const room = Math.max((max - min) * 0.1, Math.abs(max) * 0.0005, 1e-6);
  return [min - room, max + room];
}

/** @param {uPlot} plot @param {Channel} channel */
function drawLate(plot, channel) {
  const { ctx, bbox } = plot;
  const { min = 0, max = 0 } = plot.scales['x'] ?? {};
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.strokeStyle = ctx.fillStyle = colour('--late');
  for (const { at, t, value } of channel.late) {
    if (t < min || at > max) continue;
    const [x, end, y] = [
      plot.valToPos(at, 'x', true),
      plot.valToPos(t, 'x', true),
      plot.valToPos(value, 'y', true),
    ];
    ctx.lineWidth = ratio;
    ctx.globalAlpha = 0.45;
    ctx.beginPath();
    ctx.moveTo(x, y);
    ctx.lineTo(end, y);
    ctx.stroke();
    ctx.globalAlpha = 1;
    ctx.lineWidth = 1.25 * ratio;
    ctx.beginPath();
    ctx.arc(x, y, 2.5 * ratio, 0, 2 * Math.PI);
    ctx.stroke();
    ctx.fillRect(end - ratio, y - 4 * ratio, 2 * ratio, 8 * ratio);
  }
  ctx.restore();
}

/** @returns {uPlot.Axis} */
const axis = () => ({
  stroke: () => colour('--muted'),
  font: '11px system-ui, sans-serif',
  grid: { stroke: () => colour('--line'), width: 1 },
  ticks: { show: false },
});

/**
 * @param {HTMLElement} root
 * @param {Channel} channel
 * @param {(time: number | undefined, value: number | null | undefined) => void} onHover seconds
 */
export function createChart(root, channel, onHover) {
  const plot = new uPlot(
    {
      width: root.clientWidth || 300,
      height: HEIGHT,
      legend: { show: false },
      padding: [8, 22, 0, 0],
      cursor: { y: false, drag: { x: false, y: false }, sync: { key: 'mote', setSeries: false } },
      scales: { x: { time: false }, y: { range: (_, min, max) => spread(min, max) } },
      axes: [
        {
          ...axis(),
          size: 26,
          gap: 6,
          space: 70,
          values: (_, splits) => splits.map((s) => timeText(s * 1000)),
        },
        { ...axis(), size: 48, gap: 4, space: 28 },
      ],
      series: [
        {},
        {
          stroke: () => colour('--accent'),
          width: 1.5,
          spanGaps: false,
          points: { size: 4, fill: () => colour('--accent') },
        },
      ],
      hooks: {
        draw: [(self) => drawLate(self, channel)],
        setCursor: [
          ({ cursor, data }) => {
            const index = cursor.idx;
            if (index === null || index === undefined) onHover(undefined, undefined);
            else onHover(data[0][index], data[1]?.[index]);
          },
        ],
      },
    },
    [[], []],
    root,
  );
  new ResizeObserver(() => plot.setSize({ width: root.clientWidth, height: HEIGHT })).observe(root);
  return {
    /** @param {[number[], (number | null)[]]} data @param {number} from @param {number} to seconds */
    show(data, from, to) {
      plot.batch(() => {
        plot.setData(data, false);
        plot.setScale('x', { min: from, max: to });
      });
    },
    redraw: () => plot.redraw(false, true),
    destroy: () => plot.destroy(),
  };
}
