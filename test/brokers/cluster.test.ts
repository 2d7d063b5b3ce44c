// A fleet on a cluster: motes at two nodes, the observer at the third, which is killed. Nothing that was accepted is lost once the observer is
// back at another node. Only `npm run test:brokers` has the time for it; bench/results/fleet.json and docs/scale.md keep what came of it.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { writeScale } from '../../bench/fleet/page.ts';
import { runFleet } from '../../flash/fleet/run.ts';
import { writeSmallFirmware } from '../../flash/fleet/small-firmware.ts';
import { say } from '../results.ts';
import { LOGIN } from './broker.ts';
import { CLUSTER_NODES, startCluster } from './cluster.ts';
import { describeInstalled } from './describe-broker.ts';
import { nats } from './nats.ts';

const MOTES = 10_000;
const INTERVAL_SEC = 60;
const MINUTES = 5;
const KILL_AFTER_MS = (MINUTES * 60_000) / 2;
const RESULTS = new URL('../../bench/results/fleet.json', import.meta.url);

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

describeInstalled(nats, 'nats cluster', () => {
  it('loses nothing when the node of the observer is killed', { timeout: 1_200_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mote-cluster-'));
    ends.push(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
    const cluster = await startCluster(folder);
    ends.push(() => cluster.close());
    const small = writeSmallFirmware();
    ends.push(small.remove);
    const [eye, ...others] = cluster.nodes.map(({ port }) => ({ host: '127.0.0.1', port, ...LOGIN }));
    let isPlanned = false;
    let killed: Promise<void> | undefined;
    const report = await runFleet({
      firmware: small.folder,
      name: 'a counter',
      board: 'esp32',
      settings: { broker: { backoff: { windowMs: 5000 } } },
      features: {},
      intervalSec: INTERVAL_SEC,
      motes: MOTES,
      workers: 2,
      minutes: MINUTES,
      outageSec: 0,
      broker: others,
      observer: [eye!, ...others],
      seed: 1,
      stopped: new Promise(() => undefined),
      onProgress(text) {
        if (!text.startsWith('measuring') || isPlanned) return;
        isPlanned = true;
        setTimeout(() => (killed = cluster.nodes[0]!.kill()), KILL_AFTER_MS);
      },
    });
    expect(killed).toBeDefined();
    await killed;
    const { account, returns, latencyMs } = report;
    const { accepted, received, duplicates, lost } = account;
    const [back] = returns;
    const figures = {
      broker: `NATS ${nats.version()}`,
      nodes: CLUSTER_NODES,
      motes: MOTES,
      intervalSec: INTERVAL_SEC,
      minutes: MINUTES,
      accepted,
      received,
      duplicates,
      lost,
      sessionKept: back?.sessionKept ?? false,
      awayMs: Math.round(back?.awayMs ?? -1),
      latencyP50Ms: latencyMs!.p50,
      latencyP99Ms: latencyMs!.p99,
    };
    say('nats cluster', { ...figures, sessionKept: String(figures.sessionKept) });
    expect(accepted).toBeGreaterThan(MOTES * ((MINUTES * 60) / INTERVAL_SEC) * 0.9);
    expect(account).toMatchObject({ received: accepted, acknowledged: accepted, waiting: 0, lost: 0 });
    expect(returns).toEqual([{ awayMs: expect.any(Number) as number, sessionKept: true }]);
    const known = JSON.parse(readFileSync(RESULTS, 'utf8')) as object;
    writeFileSync(RESULTS, `${JSON.stringify({ ...known, cluster: figures }, null, 1)}\n`);
    await writeScale();
  });
});
