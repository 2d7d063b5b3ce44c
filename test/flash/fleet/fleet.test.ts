// A small fleet, in real time and in virtual time: nothing is lost, what is told adds up, and what is lost is told.

import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Aedes } from 'aedes';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ExitCode, MoteError } from '../../../flash/errors.ts';
import type { FleetFirmware } from '../../../flash/fleet/firmware.ts';
import { filtersFor } from '../../../flash/fleet/firmware.ts';
import { prepareInThread } from '../../../flash/fleet/prepare.ts';
import { reportText } from '../../../flash/fleet/plot.ts';
import type { FleetReport } from '../../../flash/fleet/report.ts';
import type { FleetOptions } from '../../../flash/fleet/options.ts';
import { judge, measureFleet } from '../../../flash/fleet/run.ts';
import { writeSmallFirmware } from '../../../flash/fleet/small-firmware.ts';

const MOTES = 20;
const BASE: FleetOptions = {
  firmware: '',
  name: 'a counter',
  board: 'esp32',
  settings: {},
  features: {},
  intervalSec: undefined,
  motes: MOTES,
  workers: 2,
  minutes: 0.05,
  outageSec: 0,
  broker: 'embedded',
  observer: undefined,
  seed: 3,
  onProgress: () => undefined,
  stopped: new Promise(() => undefined),
};
const LIMIT_MS = 90_000;

let fast: FleetFirmware;
beforeAll(async () => {
  const small = writeSmallFirmware();
  const settings = { broker: { backoff: { windowMs: 400 } } };
  fast = await prepareInThread({
    firmware: small.folder,
    name: 'a counter',
    board: 'esp32',
    settings,
    features: {},
    intervalSec: 0.5,
    username: '',
    password: '',
  }).finally(small.remove);
}, LIMIT_MS);

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** What holds in every run in which nothing was lost. */
function expectWhole(report: FleetReport): void {
  const { account, seconds } = report;
  expect(account).toMatchObject({
    acknowledged: account.accepted,
    received: account.accepted,
    waiting: 0,
    lost: 0,
  });
  expect(seconds).toHaveLength(report.windowSec);
  expect(seconds.reduce((sum, { published }) => sum + published, 0)).toBe(report.published);
  expect(report.messagesPerSec).toBeCloseTo(report.published / report.windowSec, 6);
  expect(() => judge(report, [])).not.toThrow();
}

describe('a fleet in real time', () => {
  it(
    'loses nothing at a broker that is gone for a while, and tells of it',
    { timeout: LIMIT_MS },
    async () => {
      const report = await measureFleet({ ...BASE, minutes: 0.1, outageSec: 1 }, fast);
      expectWhole(report);
      expect(report).toMatchObject({
        motes: MOTES,
        workers: 2,
        isVirtual: false,
        ended: 'complete',
      });
      // Whole seconds of the six.
      expect(report.windowSec).toBeGreaterThanOrEqual(5);
      expect(report.outage!.lostAtSec).toBeGreaterThan(0);
      expect(report.outage!.worst).toBeGreaterThan(0);
      expect(report.outage!.allBackSec).toBeGreaterThan(0);
      // A reading each half second of each, from the time before all were online on.
      expect(report.account.accepted).toBeGreaterThan(MOTES * 2 * 5);
      const { p50, p99, max } = report.latencyMs!;
      expect(p50).toBeGreaterThan(0);
      expect(p99).toBeGreaterThanOrEqual(p50);
      expect(max).toBeGreaterThanOrEqual(p99);
      expect(report.bytesPerMote).toBeGreaterThan(0);
      const text = stripVTControlCharacters(reportText(report));
      expect(text).toMatch(/lost +0/);
      expect(text).toMatch(/outage +at most \d+ attempts in a second/);
    },
  );

  it('tells what a broker has acknowledged and not passed on', { timeout: LIMIT_MS }, async () => {
    const aedes = await Aedes.createBroker();
    let dropped = 0;
    // One in ten goes where nobody looks.
    aedes.authorizePublish = (_client, packet, done) => {
      if (packet.qos > 0 && ++dropped % 10 === 0) packet.topic = 'nowhere';
      done(null);
    };
    const server = createServer((socket) => void aedes.handle(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ends.push(() => new Promise<void>((resolve) => aedes.close(() => server.close(() => resolve()))));
    const address = {
      host: '127.0.0.1',
      port: (server.address() as AddressInfo).port,
      username: '',
      password: '',
    };
    const report = await measureFleet({ ...BASE, broker: [address] }, fast);
    const { account } = report;
    expect(account.lost).toBeGreaterThan(account.accepted / 20);
    expect(account.accepted).toBe(account.received + account.lost);
    expect(account.acknowledged).toBe(account.accepted);
    const error = (() => {
      try {
        judge(report, [address]);
      } catch (thrown) {
        return thrown as MoteError;
      }
      return undefined;
    })();
    expect(error).toBeInstanceOf(MoteError);
    expect(error!.exitCode).toBe(ExitCode.Lost);
    expect(error!.message).toContain(
      `${account.lost} of ${account.accepted} accepted messages did not arrive`,
    );
  });
});

describe('a fleet in virtual time', () => {
  const VIRTUAL: FleetOptions = { ...BASE, broker: 'virtual', minutes: 3, outageSec: 30 };

  it('loses nothing, counts the outage, and does the same again', { timeout: LIMIT_MS }, async () => {
    const reports = [await measureFleet(VIRTUAL, fast), await measureFleet(VIRTUAL, fast)];
    for (const report of reports) {
      expectWhole(report);
      expect(report).toMatchObject({ isVirtual: true, windowSec: 180, latencyMs: null });
      expect(report.account.accepted).toBeGreaterThan(MOTES * 2 * 170);
      expect(report.outage!.lostAtSec).toBeCloseTo(60, -1);
      expect(report.outage!.allBackSec).toBeGreaterThanOrEqual(29);
    }
    const same = ({ account, outage, seconds, published }: FleetReport) => ({
      account,
      outage,
      seconds,
      published,
    });
    expect(same(reports[0]!)).toEqual(same(reports[1]!));
    const another = await measureFleet({ ...VIRTUAL, seed: 4 }, fast);
    expectWhole(another);
    expect(another.seconds).not.toEqual(reports[0]!.seconds);
  });

  it('ends when it is told to, with what it has', { timeout: LIMIT_MS }, async () => {
    let stop = () => undefined as void;
    const stopped = new Promise<void>((resolve) => (stop = resolve));
    const long = { ...VIRTUAL, minutes: 1000, outageSec: 0, stopped, onProgress: () => stop() };
    const report = await measureFleet(long, fast);
    expect(report.ended).toBe('stopped');
    expect(report.windowSec).toBeLessThan(60_000);
    expect(report.account.lost).toBe(0);
  });
});

describe('the firmware of a fleet', () => {
  /** The same firmware with something else in its code. */
  const changed = (from: RegExp, to: string) => {
    const code = fast.code.replace(from, to);
    expect(code).not.toBe(fast.code);
    return () => filtersFor({ ...fast, code }, 'esp32');
  };

  it('is asked for the topics of its motes', () => {
    expect(fast.filters).toEqual(['+/count/n']);
    expect(fast).toMatchObject({ intervalMs: 500, firstWaitMs: 400 });
  });

  it('is refused, with what to change, where its motes cannot be told apart or its messages not be counted', () => {
    expect(changed(/getSerial\(\)/g, '"porch"')).toThrow(
      /^a counter: all motes would call themselves "porch" \(in main\.ts write .*`id: board\.serial`/,
    );
    expect(changed(/"broker"/, '"elsewhere"')).toThrow(
      /it does not connect to the broker that it is given.*take broker\.host and broker\.port of settings\.json/,
    );
  });
});
