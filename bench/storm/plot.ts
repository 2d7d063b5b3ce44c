// The storm as a picture: a bar a second. Readable on light and on dark ground, as text it has a title and labelled axes.

export interface Plot {
  readonly title: string;
  /** Height of each bar; the first begins at 0. */
  readonly bars: readonly number[];
  /** A level that must not be passed, and what it is. */
  readonly limit: number;
  readonly limitText: string;
  /** Spans below the bars: from and to, in bars. */
  readonly span: { readonly from: number; readonly to: number; readonly text: string };
  readonly xText: string;
  readonly yText: string;
}

const WIDTH = 900;
const HEIGHT = 380;
const LEFT = 64;
const RIGHT = 16;
const TOP = 44;
const BOTTOM = 64;

const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .title { font-size: 15px; font-weight: 600; }
  .bar { fill: #2f6fb5; }
  .axis { stroke: #59636e; }
  .grid { stroke: #d1d9e0; }
  .limit { stroke: #b3261e; stroke-dasharray: 6 4; }
  .limit-text { fill: #b3261e; }
  .span { fill: #818b98; opacity: 0.18; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .bar { fill: #6cb0f5; }
    .axis { stroke: #9198a1; }
    .grid { stroke: #3d444d; }
    .limit { stroke: #ff8a80; }
    .limit-text { fill: #ff8a80; }
  }`;

/** @returns a step that gives at most eight lines up to `most`. */
function stepFor(most: number): number {
  for (let unit = 1; ; unit *= 10) {
    for (const step of [unit, 2 * unit, 5 * unit]) if (most / step <= 8) return step;
  }
}

const range = (from: number, to: number, step: number) =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => from + i * step);

const escape = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');

/** @returns the picture as SVG. */
export function plotBars({ title, bars, limit, limitText, span, xText, yText }: Plot): string {
  const most = Math.max(limit, ...bars) * 1.1;
  const round = (value: number) => Math.round(value * 10) / 10;
  const x = (bar: number) => round(LEFT + (bar / bars.length) * (WIDTH - LEFT - RIGHT));
  const y = (value: number) => round(HEIGHT - BOTTOM - (value / most) * (HEIGHT - TOP - BOTTOM));
  const floor = y(0);
  const width = round(Math.max(1, ((WIDTH - LEFT - RIGHT) / bars.length) * 0.8));
  const text = (at: [number, number], words: string, more = '') =>
    `<text x="${at[0]}" y="${at[1]}"${more}>${escape(words)}</text>`;
  const middle = ' text-anchor="middle"';
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escape(title)}">`,
    `<style>${STYLE}\n</style>`,
    `<rect class="span" x="${x(span.from)}" y="${TOP}" width="${round(x(span.to) - x(span.from))}" height="${round(floor - TOP)}"/>`,
    text([x((span.from + span.to) / 2), TOP + 16], span.text, middle),
    ...range(0, most, stepFor(most)).flatMap((value) => [
      `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(value)}" y2="${y(value)}"/>`,
      text([LEFT - 8, y(value) + 4], String(value), ' text-anchor="end"'),
    ]),
    ...bars.flatMap((value, bar) =>
      value === 0
        ? []
        : [
            `<rect class="bar" x="${x(bar)}" y="${y(value)}" width="${width}" height="${round(floor - y(value))}"/>`,
          ],
    ),
    `<line class="axis" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${floor}" y2="${floor}"/>`,
    `<line class="limit" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(limit)}" y2="${y(limit)}"/>`,
    text([WIDTH - RIGHT, y(limit) - 6], limitText, ' class="limit-text" text-anchor="end"'),
    ...range(0, bars.length, stepFor(bars.length)).map((bar) =>
      text([x(bar), floor + 18], String(bar), middle),
    ),
    text([LEFT + (WIDTH - LEFT - RIGHT) / 2, HEIGHT - 18], xText, middle),
    text(
      [16, TOP + (floor - TOP) / 2],
      yText,
      `${middle} transform="rotate(-90 16 ${TOP + (floor - TOP) / 2})"`,
    ),
    text([LEFT, 24], title, ' class="title"'),
    '</svg>',
  ];
  return `${lines.join('\n')}\n`;
}
