// docs/scale.md, made of bench/results/fleet.json and bench/results/storm.json: what was measured, and what follows for a million motes. Every
// number says which run it is from, or that it is computed or extrapolated. `npm run docs:scale` writes it; a test holds it.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { PACKAGE_ROOT } from '../../flash/build/firmware.ts';
import type { StormFigures } from '../storm/page.ts';
import type { FleetResults, FleetRun } from './results.ts';
import { USE } from './use.ts';

const PAGE = join(PACKAGE_ROOT, 'docs', 'scale.md');
const MILLION = 1_000_000;
const NODES = 3;
/** IPv4 and TCP headers without options, and those of an acknowledgement that goes alone. */
const HEADERS = 40;
const PING = 2;
/** A mote sends PINGREQ after three quarters of its keep alive without a packet. */
const PING_SHARE = 0.75;
const KEEP_ALIVES = [60, 300, 1200];

const whole = (value: number) => Math.round(value).toLocaleString('en');
const kilo = (bytes: number) => `${(bytes / 1000).toFixed(1)} KB`;
const giga = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
const mega = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
const row = (...cells: (string | number)[]) => `| ${cells.join(' | ')} |`;

/** What runs are called in the text. */
const TITLES: Readonly<Record<string, string>> = {
  mosquitto: 'Mosquitto',
  aedes: 'embedded aedes',
  storm: 'embedded aedes, gone for a minute',
  virtual: 'model broker, virtual time',
  'slow-storm': 'model broker, virtual time, gone for a minute, window of 300 s',
};

function runRow([name, run]: [string, FleetRun]): string {
  const { account, latencyMs } = run;
  const latency = latencyMs === null ? ['', ''] : [`${latencyMs.p50} ms`, `${latencyMs.p99} ms`];
  const minutes = `${(run.windowSec / 60).toFixed(0)} min${run.isVirtual ? ` in ${(run.realSec / 60).toFixed(1)}` : ''}`;
  return row(
    `${TITLES[name] ?? name} (\`${name}\`)`,
    whole(run.motes),
    minutes,
    run.messagesPerSec.toFixed(0),
    ...latency,
    kilo(run.bytesPerMote),
    whole(account.accepted),
    account.duplicates,
    account.lost,
  );
}

/** @returns packets and bytes of keep alive a second, both ways. */
function pings(keepAliveSec: number) {
  const perSec = MILLION / (keepAliveSec * PING_SHARE);
  // PINGREQ, PINGRESP, and the acknowledgement of that.
  return { perSec, bytes: perSec * (2 * (PING + HEADERS) + HEADERS) };
}

/** @returns bytes of a reading on its way, both ways: PUBLISH, PUBACK, and what TCP acknowledges alone. */
function readingBytes(): number {
  const topic = 'a4cf0000-0001/count/n'.length;
  const payload = '{"value":12345,"time":1767268800}'.length;
  const publish = 2 + 2 + topic + 2 + payload;
  const puback = 4;
  return publish + puback + 3 * HEADERS;
}

function measured(runs: readonly [string, FleetRun][]): string {
  const { cores, model } = runs[0]![1].computer;
  const loads = runs.map(([, { computer }]) => computer.load);
  return `## Measured

Each mote is the real bundle of a firmware (${whole(runs[0]![1].bundleBytes)} bytes, QoS 1, flash outbox) on a [virtual board](virtual-board.md), with a reading each
${runs[0]![1].intervalSec} s. Computer: ${cores} cores, ${model}, for broker, motes and observer together; meanwhile it was busy with other work too (load ${Math.min(...loads).toFixed(0)} to
${Math.max(...loads).toFixed(0)}). Messages are of all QoS, those of the status too.

| broker (run) | motes | measured | messages/s | PUBACK, half | 99 % | memory a mote | accepted | came again | lost |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
${runs.map(runRow).join('\n')}

- *Memory a mote*: of the process that holds motes, threads, observer and both ends of its connections, at its most, over what it had before.
  A virtual flash grows with what is written, up to the 64 KB of an outbox: with a reading a minute within a day. In virtual time there is more, as an hour's garbage comes in minutes.
- *PUBACK*: from PUBLISH to PUBACK where the motes' network meets real TCP.
- *Lost*: accepted by a flash, not received by the observer, and in no flash any more. One makes the command end with code 5.
- \`npm run bench:fleet RUN\` runs one of them again and keeps it in \`bench/results/fleet.json\`.
`;
}

function cluster({ cluster: run }: FleetResults): string {
  if (run === undefined) return '';
  return `## A cluster whose node is killed

${run.nodes} nodes of ${run.broker} on loopback, JetStream with ${run.nodes} replicas of sessions and messages; ${whole(run.motes)} motes at two of them with a reading each ${run.intervalSec} s
for ${run.minutes} min, the observer's session at the third. That node is killed (SIGKILL) in the middle. The observer was away for ${(run.awayMs / 1000).toFixed(1)} s, and ${run.sessionKept ? 'found its session' : 'did not find its session'} at another node:
**${whole(run.accepted)} accepted, ${whole(run.received)} received, ${run.duplicates} again, ${run.lost} lost** (run \`cluster\`, \`test/brokers/cluster.test.ts\`, \`npm run test:brokers\`).
`;
}

function keepAliveRows(): string {
  return KEEP_ALIVES.map((sec) => {
    const { perSec, bytes } = pings(sec);
    return row(`${sec} s`, whole(perSec), `${mega(bytes)}/s`, `${(sec * 1.5).toFixed(0)} s`);
  }).join('\n');
}

function stormRows(worstShare: number): string {
  return [60, 300, 900]
    .map((sec) =>
      row(
        `${sec} s`,
        whole((MILLION * worstShare * 60) / sec),
        whole((MILLION * worstShare * 60) / sec / NODES),
      ),
    )
    .join('\n');
}

/** @returns the page. */
export function scalePage(results: FleetResults, storm: StormFigures): string {
  const runs = Object.entries(results.runs).sort(
    ([a], [b]) => Object.keys(TITLES).indexOf(a) - Object.keys(TITLES).indexOf(b),
  );
  const base = results.runs['mosquitto']!;
  const session = base.brokerSessionBytes!;
  const intervalSec = base.intervalSec;
  const perSec = MILLION / intervalSec;
  const worst = Math.max(
    ...storm.runs.filter((run) => run.outage === 'process' && run.outageSec === 60).map((run) => run.worst),
  );
  const worstShare = worst / storm.motes;
  const real = results.runs['storm'];
  const spread = results.runs['aedes']?.publishedMost;
  const realStorm =
    real === undefined || real.outage === null
      ? ''
      : ` On real TCP (run \`storm\`, ${whole(real.motes)} motes) it was ${real.outage.worstPercent.toFixed(2)} %, and all were back ${real.outage.allBackSec ?? 'not all'} s after the loss, the minute without a broker in it.`;
  const aedes = results.runs['aedes']?.brokerBytesPerMote ?? null;
  const aedesText = aedes === null ? '' : ` The embedded aedes takes ${kilo(aedes)} (run \`aedes\`).`;
  const slow = results.runs['slow-storm']?.outage;
  const slowText =
    slow === undefined || slow === null
      ? ''
      : ` Measured with 300 s (run \`slow-storm\`): ${slow.worst} of ${whole(results.runs['slow-storm']!.motes)}, ${slow.worstPercent.toFixed(2)} %, all back ${slow.allBackSec ?? 'not all'} s after the loss.`;
  const spreadText =
    spread === undefined
      ? ''
      : ` Measured (run \`aedes\`): ${results.runs['aedes']!.messagesPerSec.toFixed(0)} messages/s in the mean, ${spread} in the fullest second.`;
  return `# Scale: ten thousand motes measured, a million computed

<!-- Written by \`npm run docs:scale\`. -->

${USE}
${measured(runs)}
${cluster(results)}
## A million motes

They need an existing broker that is a cluster; Mote brings none. What follows is from the runs above, for a reading each ${intervalSec} s, QoS 1 and no TLS.
*Computed* is arithmetic with sizes of packets; *extrapolated* is a measured number of ${whole(base.motes)} motes times ${MILLION / base.motes}, which nobody has run.

| what | a million motes | from |
| --- | ---: | --- |
| connections | ${whole(MILLION)}; ${whole(MILLION / NODES)} on each of ${NODES} nodes, ${whole(MILLION / (NODES - 1))} when one is gone | computed |
| readings | ${whole(perSec)} a second | computed |
| bytes of readings, both ways | ${mega(perSec * readingBytes())}/s: ${readingBytes()} bytes each, headers of TCP and IP in it | computed |
| memory of sessions on the broker | ${giga(session * MILLION)}: ${kilo(session)} a connected mote | extrapolated, \`mosquitto\` |
| file handles | ${whole(MILLION / (NODES - 1))} and some hundred on each node | computed |
| worst second of a storm, 60 s window | ${whole(MILLION * worstShare)} attempts to connect: ${(worstShare * 100).toFixed(2)} % | extrapolated, [storm](storm.md) |

The memory is Mosquitto's for a clean session that is connected, without the kernel's buffers.${aedesText} A session that outlives its connection takes what it queues besides. Run
\`mote fleet\` against your broker and look at its process.

### Keep alive

Computed, at most: PINGREQ after ${PING_SHARE * 100} % of the keep alive without a packet; ${2 * (PING + HEADERS) + HEADERS} bytes with PINGRESP and headers. A mote that publishes more often than that sends none.

| \`keepAliveSec\` | PINGREQ a second | both ways | a dead mote is noticed after |
| ---: | ---: | ---: | ---: |
${keepAliveRows()}

### Storm

After an outage each mote waits anything up to \`backoff.windowMs\` (60 s) before its first try. The worst second of ${whole(storm.motes)} motes was ${worst} attempts, ${(worstShare * 100).toFixed(2)} % ([storm](storm.md)).${realStorm}
A window that is longer makes it lower in about that proportion; \`backoff.maxMs\` has to be as long.${slowText} Extrapolated:

| \`backoff.windowMs\` | attempts in the worst second | on each of ${NODES} nodes |
| ---: | ---: | ---: |
${stormRows(worstShare)}

Choose it by what a node takes: window = 60 s × ${whole(MILLION * worstShare)} / (attempts a second that all nodes take). What waits meanwhile is in flash: 64 KB hold 600 messages and more ([outbox](outbox.md)), hours of a reading a minute.

### Phases

Motes sample at different times of their interval, by their serial number (\`spread\`, on by default): a million that are switched on together send ${whole(perSec)} a second and
not a million in one.${spreadText}

### What to configure

- **Motes**: \`keepAliveSec\` 300 or more where nobody needs to know sooner; \`backoff.windowMs\` from the table; several readings in a message ([telemetry](telemetry.md)); names of all nodes in \`broker\`,
  or one name that a load balancer spreads by connections, not by requests.
- **Each node**: open files above its connections (\`LimitNOFILE=\`), \`net.core.somaxconn\` and the listener's backlog above a second's attempts, \`max_connections\` of the broker itself, and room for the motes of a node that is gone.
- **Sessions and messages**: replicas on ${NODES} nodes (NATS: \`stream_replicas\`, as in the run above; what others call quorum or replicated queues), acknowledged when a majority has them on disk: a PUBACK is all that a mote needs to forget a reading.
- **Observers**: sessions of their own that the broker keeps, queues that hold what comes while they are away (${whole(perSec)} messages for each second), shared subscriptions where one is too slow.

### What this does not show

A million motes at once; networks other than loopback; TLS, whose handshakes and memory come on top; a disk that is slower than messages come.
`;
}

/** @returns the page as it stands in the file. */
export async function formatScale(results: FleetResults, storm: StormFigures): Promise<string> {
  return format(scalePage(results, storm), { ...(await resolveConfig(PAGE)), filepath: PAGE });
}

const read = (name: string): unknown =>
  JSON.parse(readFileSync(join(PACKAGE_ROOT, 'bench', 'results', `${name}.json`), 'utf8'));

/** @returns what stands in bench/results. */
export const scaleFigures = (): [FleetResults, StormFigures] => [
  read('fleet') as FleetResults,
  read('storm') as StormFigures,
];

export async function writeScale(): Promise<void> {
  writeFileSync(PAGE, await formatScale(...scaleFigures()));
}
