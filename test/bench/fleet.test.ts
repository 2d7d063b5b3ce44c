// docs/scale.md is what the results of the fleet say, and they hold what is promised.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatScale, scaleFigures } from '../../bench/fleet/page.ts';

const [fleet, storm] = scaleFigures();

describe('the page about scale', () => {
  it('is what the results say: npm run docs:scale', async () => {
    expect(readFileSync('docs/scale.md', 'utf8')).toBe(await formatScale(fleet, storm));
  });
});

describe('what was measured of a fleet', () => {
  it.each(Object.entries(fleet.runs))('%s: ten thousand motes, complete, nothing lost', (_, run) => {
    expect(run).toMatchObject({ motes: 10_000, ended: 'complete' });
    expect(run.account).toMatchObject({ lost: 0, waiting: 0, received: run.account.accepted });
  });

  it('is a reading a minute of each, against a real broker', () => {
    const { intervalSec, windowSec, motes, account } = fleet.runs['mosquitto']!;
    expect(intervalSec).toBe(60);
    expect(account.accepted).toBeGreaterThanOrEqual((motes * windowSec) / intervalSec);
    for (const name of ['mosquitto', 'aedes']) {
      expect(fleet.runs[name]!.bytesPerMote, name).toBeLessThanOrEqual(100_000);
    }
  });

  it('is an hour of virtual time in at most ten minutes', () => {
    const { windowSec, realSec, isVirtual } = fleet.runs['virtual']!;
    expect(isVirtual).toBe(true);
    expect(windowSec).toBeGreaterThanOrEqual(3600);
    expect(realSec).toBeLessThanOrEqual(600);
  });

  it('is a storm in which fewer than 3 percent try in any second', () => {
    expect(fleet.runs['storm']!.outage!.worstPercent).toBeLessThan(3);
    expect(fleet.runs['storm']!.outage!.allBackSec).not.toBeNull();
  });

  it('is a cluster that keeps the session of an observer whose node is killed', () => {
    expect(fleet.cluster).toMatchObject({ nodes: 3, motes: 10_000, lost: 0, sessionKept: true });
    expect(fleet.cluster!.received).toBe(fleet.cluster!.accepted);
  });
});
