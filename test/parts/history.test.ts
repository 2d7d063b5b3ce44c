// The last transitions of the link: which they are, that they outlive a reboot, how often they are written, and what they say to a person.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { historyText } from '../../flash/history.ts';
import { readTransitions } from '../../flash/outbox/state.ts';
import { createHistory, packSeconds, STARTED, unpackSeconds } from '../../src/parts/history.ts';
import { Close, Code } from '../../src/ports/codes.ts';
import { createRamOutbox } from '../../src/outbox/ram.ts';
import { StateKey } from '../../src/ports/outbox.ts';
import { Stage } from '../../src/ports/stage.ts';
import { createChip, type Region } from '../power/bench.ts';
import { boot, hog, type World } from './world.ts';

const REGION: Region = { pages: 4, pageBytes: 2048, unit: 4, ecc: false };
const start = (nor = createChip(REGION), saveMs?: number) =>
  boot(nor, REGION, { parts: [createHistory(saveMs)] });

const told = (world: World) =>
  world.messages
    .filter(({ topic }) => topic === 'm/history')
    .map(({ payload }) => JSON.parse(payload) as number[][]);

describe('seconds in a byte', () => {
  it('are exact up to 31, and near enough beyond', () => {
    for (let seconds = 0; seconds < 32; seconds++) expect(unpackSeconds(packSeconds(seconds))).toBe(seconds);
    fc.assert(
      fc.property(fc.integer({ min: 32, max: 507_904 }), (seconds) => {
        const byte = packSeconds(seconds);
        const back = unpackSeconds(byte);
        return Number.isInteger(byte) && byte <= 255 && back <= seconds && back > seconds * 0.93;
      }),
    );
    expect(unpackSeconds(packSeconds(0x7ffffff))).toBe(507_904);
  });
});

describe('history', () => {
  it('is told with each session, retained: stage, cause, seconds since the one before', () => {
    const world = start();
    world.online();
    expect(told(world).at(-1)).toEqual([
      [Stage.Waiting, STARTED, 0],
      [Stage.Opening, Close.None, 0],
      [Stage.Login, Close.None, 0],
      [Stage.Running, Close.None, 0],
    ]);
    expect(world.messages.find(({ topic }) => topic === 'm/history')).toMatchObject({ qos: 0, retain: true });
    world.pass(20_000);
    world.drop();
    world.online();
    const all = told(world);
    expect(all).toHaveLength(2);
    expect(all[1]).toContainEqual([Stage.Waiting, Close.Peer, 20]);
  });

  it('knows sixteen transitions, and none that is older', () => {
    const world = start();
    world.online();
    for (let i = 0; i < 10; i++) {
      world.pass(1000);
      world.drop();
      world.online();
    }
    const last = told(world).at(-1)!;
    expect(last).toHaveLength(16);
    expect(last.at(-1)).toEqual([Stage.Running, Close.None, 0]);
    expect(last.flat().includes(STARTED)).toBe(false);
  });

  it('outlives a reboot, up to what was written last', () => {
    const nor = createChip(REGION);
    const first = start(nor, 60_000);
    first.online();
    first.drop();
    first.pass(130_000);
    const second = start(nor);
    second.online();
    const last = told(second).at(-1)!;
    const started = last.findIndex(([, cause]) => cause === STARTED && last.indexOf(last[0]!) === 0);
    expect(started).toBeGreaterThanOrEqual(0);
    expect(last.filter(([, cause]) => cause === Close.NothingListens).length).toBeGreaterThan(0);
    expect(last.filter(([, cause]) => cause === STARTED).length).toBeGreaterThan(0);
  });

  it('is written when the link goes to sleep', () => {
    const nor = createChip(REGION);
    const first = start(nor);
    first.online();
    first.link.drain(5000);
    first.pass(500);
    const second = start(nor);
    second.online();
    const causes = told(second)
      .at(-1)!
      .map(([stage, cause]) => `${stage} ${cause}`);
    expect(causes.slice(-6)).toEqual([
      `${Stage.Draining} 0`,
      `${Stage.Asleep} ${Close.Asleep}`,
      `${Stage.Waiting} ${STARTED}`,
      `${Stage.Opening} 0`,
      `${Stage.Login} 0`,
      `${Stage.Running} 0`,
    ]);
  });

  it('wears flash no more than it says, on a network that comes and goes', () => {
    const nor = createChip({ ...REGION, pages: 16, pageBytes: 4096 });
    const region = { ...REGION, pages: 16, pageBytes: 4096 };
    // No sensor: all that is written is of the history.
    const world = boot(nor, region, { parts: [createHistory()], over: { sensors: [] } });
    world.online();
    const before = nor.counters.bytesProgrammed;
    for (let i = 0; i < 8 * 60; i++) {
      world.drop();
      world.online();
      world.pass(30_000 + ((i * 7919) % 60_000));
    }
    const hours = 8;
    const bytesADay = ((nor.counters.bytesProgrammed - before) * 24) / hours;
    expect(bytesADay).toBeGreaterThan(5000);
    expect(bytesADay).toBeLessThan(13_200);
  });

  it('says of what lasts for a week that it lasts for as long as can be said', () => {
    const world = boot(createChip(REGION), REGION, {
      parts: [createHistory()],
      over: { sensors: [], broker: { host: 'broker', port: 1883, keepAliveSec: 0 } },
    });
    world.online();
    for (let day = 0; day < 7; day++) world.pass(86_400_000);
    world.drop();
    world.online();
    expect(told(world).at(-1)).toContainEqual([Stage.Waiting, Close.Peer, 507_904]);
  });

  it('comes a little later where the network has not taken what was said before', () => {
    const world = boot(createChip(REGION), REGION, { parts: [hog, createHistory()], over: { sensors: [] } });
    world.online();
    expect(world.written.find((bytes) => bytes.includes('large'))).not.toContain('m/history');
    world.pass(200);
    expect(told(world)).toHaveLength(1);
  });

  it('refuses a time that cannot be', () => {
    for (const saveMs of [0, 9999, NaN, 0x4000000]) {
      expect(start(createChip(REGION), saveMs).code).toBe(Code.BadOptions);
    }
  });
});

describe('what a person reads', () => {
  it('has a sentence for each transition', () => {
    const world = start();
    world.online();
    world.pass(20_000);
    world.drop();
    world.online();
    const lines = historyText(JSON.stringify(told(world).at(-1)));
    expect(lines[0]).toBe('the board was started');
    expect(lines[3]).toBe('at once: there is a session');
    expect(lines[4]).toMatch(/^after 20 s: waits for the next try: the broker closed it/);
    expect(historyText('no history')).toEqual([]);
    expect(historyText('{"a":1}')).toEqual([]);
  });

  it('is the same from the bytes that flash keeps', () => {
    expect(
      readTransitions(new Uint8Array([STARTED, 0, (Stage.Waiting << 5) | Close.Peer, packSeconds(7200)])),
    ).toEqual([
      [0, STARTED, 0],
      [0, Close.Peer, 7168],
    ]);
  });
});

it('is written later, where flash was full', () => {
  const ram = createRamOutbox(8, 300);
  let isFull = true;
  const written: number[] = [];
  const world = boot(createChip(REGION), REGION, {
    parts: [createHistory(10_000)],
    outbox: {
      ...ram,
      remember(key, value) {
        if (isFull) return Code.Full;
        if (key === StateKey.History) written.push(value.length);
        return Code.Ok;
      },
    },
  });
  world.online();
  world.pass(60_000);
  expect(written).toEqual([]);
  isFull = false;
  world.pass(20_000);
  expect(written).toEqual([8]);
});
