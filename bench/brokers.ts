// The tables of docs/brokers.md: the profiles, where each limit comes from, and what `npm run test:brokers` saw. `npm run docs:brokers`
// writes them; a test fails when the page and the data differ.

import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { brokers } from '../flash/brokers/index.ts';
import type { BrokerProfile, Limits } from '../flash/brokers/profile.ts';

const PAGE = 'docs/brokers.md';

type Row = readonly (string | number)[];

const NOTHING = '–';
const limit = (value: number | null, unit: string) =>
  value === null ? NOTHING : `${value.toLocaleString('en')} ${unit}`;

function table(head: Row, rows: readonly Row[]): string {
  const line = (cells: Row) => `| ${cells.map((cell) => String(cell).replace(/\|/g, '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function retained({ retain, retainedByWildcard }: BrokerProfile): string {
  if (!retain) return 'no';
  return retainedByWildcard ? 'yes' : 'not by wildcard';
}

function topics({ topicMaxBytes, topicLevelsMax, topicForbids, topicShape }: BrokerProfile): string {
  const said = [
    topicShape === null ? '' : topicShape.shown.replace(/<([^>]*)>/g, '‹$1›'),
    topicMaxBytes === null ? '' : limit(topicMaxBytes, 'bytes'),
    topicLevelsMax === null ? '' : limit(topicLevelsMax, 'levels'),
    topicForbids === null
      ? ''
      : `none of ${[...topicForbids].map((c) => (c === ' ' ? 'space' : c)).join(' ')}`,
  ].filter(Boolean);
  return said.length === 0 ? NOTHING : said.join(', ');
}

function profiles(): string {
  const rows = brokers.map((broker) => [
    `\`${broker.id}\``,
    broker.beyondQos === null ? broker.qosMax : `${broker.qosMax}; 2 is ${broker.beyondQos}`,
    retained(broker),
    broker.payloadMax === null
      ? limit(broker.packetMax, 'bytes a packet')
      : limit(broker.payloadMax, 'bytes'),
    topics(broker),
    limit(broker.clientIdMaxBytes, 'bytes'),
    `${broker.keepAliveSec.min} to ${broker.keepAliveSec.max} s`,
    broker.tlsRequired ? 'needed' : 'possible',
    broker.versions,
  ]);
  return table(
    ['profile', 'QoS', 'retained', 'payload', 'topics', 'client id', 'keep alive', 'TLS', 'holds for'],
    rows,
  );
}

function sources(): string {
  return brokers
    .map((broker) => {
      const lines = (Object.keys(broker.sources) as (keyof Limits)[]).map(
        (name) => `- \`${name}\`: ${broker.sources[name]}`,
      );
      return `### ${broker.name}\n\n${lines.join('\n')}`;
    })
    .join('\n\n');
}

type Seen = Readonly<Record<string, string | number>>;

function measured(): string {
  const results = JSON.parse(readFileSync('bench/results/brokers.json', 'utf8')) as Record<string, Seen>;
  const seen = (figures: Seen, name: string) => figures[name] ?? NOTHING;
  const rows = Object.entries(results).map(([name, figures]) => [
    name,
    seen(figures, 'version'),
    `${seen(figures, 'startMs')} ms`,
    `${seen(figures, 'moteBackMs')} ms`,
    seen(figures, 'acceptedWhileGone'),
    seen(figures, 'lostByMote'),
    seen(figures, 'lostByBroker'),
    `${seen(figures, 'repeatedQos1')} / ${seen(figures, 'repeatedQos2')}`,
    seen(figures, 'sessionAfterKill'),
    seen(figures, 'retainedAfterKill'),
    `${seen(figures, 'acceptedWhileHanging')} / ${seen(figures, 'lostByBrokerHanging')}`,
    `${seen(figures, 'aliases')} / ${seen(figures, 'receiveMaximum')}`,
    seen(figures, 'wrongLogin'),
  ]);
  return table(
    [
      'broker',
      'version',
      'starts in',
      'mote back after its restart',
      'accepted while it was gone',
      'of all accepted, lost by the mote',
      'said to be taken, and lost by the broker',
      'repeated, QoS 1 / 2',
      'session after the kill',
      'retained after the kill',
      'accepted while it hung for 20 s / of those, lost by the broker',
      'MQTT 5.0: aliases that it takes / messages in flight',
      'wrong password',
    ],
    rows,
  );
}

/** @returns the page with its parts as the data say. */
export async function withProfiles(page: string): Promise<string> {
  let text = page;
  for (const [name, part] of Object.entries({ profiles, measured, sources })) {
    const begin = `<!-- ${name}: npm run docs:brokers -->`;
    const end = `<!-- /${name} -->`;
    const [before = '', rest = ''] = text.split(begin);
    text = `${before}${begin}\n\n${part()}\n\n${end}${rest.split(end)[1] ?? ''}`;
  }
  return format(text, { ...(await resolveConfig(PAGE)), parser: 'markdown' });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(PAGE, await withProfiles(readFileSync(PAGE, 'utf8')));
}
