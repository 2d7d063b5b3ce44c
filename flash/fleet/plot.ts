// Small plots for a terminal, and the report of a fleet as text.

import pc from 'picocolors';
import type { FleetReport } from './report.ts';

const WIDTH = 60;
const BARS = '▁▂▃▄▅▆▇█';

/** @returns at most `width` numbers, each the largest of those that it stands for. */
function squeeze(values: readonly number[], width: number): number[] {
  if (values.length <= width) return [...values];
  return Array.from({ length: width }, (_, i) => {
    const from = Math.floor((i * values.length) / width);
    const to = Math.floor(((i + 1) * values.length) / width);
    return Math.max(...values.slice(from, to));
  });
}

/** @returns a line of bars from 0 to the largest value; a space is nothing. */
export function plotLine(values: readonly number[], width = WIDTH): string {
  const shown = squeeze(values, width);
  const most = Math.max(1, ...shown);
  return shown
    .map((value) => (value <= 0 ? ' ' : BARS[Math.ceil((value / most) * BARS.length) - 1]!))
    .join('');
}

const whole = (value: number) => Math.round(value).toLocaleString('en');
const ms = (value: number) => (value < 10 ? value.toFixed(1) : whole(value));

/** @returns a plot with its title and what its ends mean. */
function plot(title: string, values: readonly number[]): string[] {
  if (values.length < 2) return [];
  return [
    pc.dim(`${title}, ${whole(values.length)} s, at most ${whole(Math.max(...values))}`),
    pc.cyan(plotLine(values)),
  ];
}

/** @returns the report in a person's words. */
export function reportText(report: FleetReport): string {
  const { account, latencyMs, outage, seconds } = report;
  const row = (label: string, value: string) => `  ${label.padEnd(22)} ${value}`;
  const isWell = account.lost === 0;
  const lines = [
    `${whole(report.motes)} motes of ${report.firmware}, ${report.workers} threads, ${report.broker}: ${whole(report.windowSec)} s`,
    ...plot(
      'messages/s',
      seconds.map(({ published }) => published),
    ),
    ...plot(
      'online',
      seconds.map(({ online }) => online),
    ),
    ...plot(
      'attempts to connect/s',
      seconds.map(({ attempts }) => attempts),
    ),
    row('messages', `${whole(report.published)}, ${report.messagesPerSec.toFixed(1)} a second`),
    row('memory', `${whole(report.bytesPerMote)} bytes a mote`),
  ];
  if (latencyMs !== null) {
    const { p50, p99, p999, max } = latencyMs;
    const text = `${ms(p50)} ms half, ${ms(p99)} ms 99 %, ${ms(p999)} ms 99.9 %, ${ms(max)} ms at most`;
    lines.push(row('publish to PUBACK', text));
  }
  if (outage !== null) {
    const back = outage.allBackSec === null ? 'not all came back' : `all back ${outage.allBackSec} s later`;
    lines.push(
      row(
        'outage',
        `at most ${outage.worst} attempts in a second (${outage.worstPercent.toFixed(1)} % of the fleet), ${back}`,
      ),
    );
  }
  lines.push(
    row('accepted', whole(account.accepted)),
    row('acknowledged', whole(account.acknowledged)),
    row(
      'received',
      `${whole(account.received)}, ${account.duplicates} again, ${account.disordered} out of order`,
    ),
    row('waiting in flash', whole(account.waiting)),
    row('lost', (isWell ? pc.green : pc.red)(whole(account.lost))),
  );
  if (report.faults.length > 0) lines.push(row('seen', report.faults.join(', ')));
  return lines.join('\n');
}
