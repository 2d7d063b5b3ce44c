// What holds in every engine: device programs say ok, and the example's bundle does in a simulated world what it does in
// Node, to the last digit.

import { describe, expect, it } from 'vitest';
import type { Engine, Script } from './engines.ts';
import { EXAMPLE, QUIET_WORLD, WORLD, devicePrograms, program, runInNode } from './programs.ts';
import {
  CHANNELS,
  FAIR_WEATHER,
  FOUL_WEATHER,
  NAMES_AFTER,
  NAMES_BEFORE,
  THOUSAND_READINGS,
} from './stories.ts';

/** These worlds have no flash. */
const IN_RAM = { features: { FLASH: false } };
/** Device programs about MQTT 5.0. */
const WITH_V5 = { features: { V5: true } };
const isWithV5 = (file: string) => file.endsWith('.v5.device.ts');
/** A whole mote with its program in the memory of the smallest engine. */
const LEAN = {
  features: {
    LOG: false,
    AUTH: false,
    WIFI: false,
    INBOUND: false,
    QOS2: false,
    STREAM: false,
    TIME: false,
    DROP: false,
    LATEST: false,
    LAZY: false,
    BATCH: false,
  },
};
/** Small steps of time cost real time in an engine: readings are as rare as a story allows. */
const SETTINGS = { id: 'engine', intervalMs: 5000, homeAssistant: false };
const example = () =>
  program(EXAMPLE, { ...IN_RAM, settings: { ...SETTINGS, wifi: { ssid: 'home', password: 'secret' } } });
/** The quiet world has no Wi-Fi, and acknowledges nothing. */
export const wiredExample = () =>
  program(EXAMPLE, { ...IN_RAM, settings: { ...SETTINGS, qos: 0, wifi: { ssid: '', password: '' } } });

/** @returns what a program printed. Fails when it did not come to its end. */
export async function linesOf(engine: Engine, scripts: Script[]): Promise<string[]> {
  const { lines, failure } = await engine.run(scripts);
  expect(failure, lines.slice(-20).join('\n')).toBeUndefined();
  return lines;
}

/** A device program prints `ok <what>` or `FAIL <what>`, and `end` when it has come to its end. */
export function expectOk(lines: string[]): void {
  expect(lines.filter((line) => line.startsWith('FAIL'))).toEqual([]);
  expect(lines.filter((line) => line.startsWith('ok ')).length).toBeGreaterThan(0);
  expect(lines.at(-1)).toBe('end');
}

/** @returns the numbers of the line that begins with `word`. */
export function figuresOf(lines: string[], word: string): number[] {
  const line = lines.find((candidate) => candidate.startsWith(`${word} `)) ?? '';
  return line.split(' ').slice(1).map(Number);
}

interface Told {
  what: string;
  published: number;
  online: number;
  connections: number;
  violations: string[];
}

/** A line of a story: engines may write the same JSON in several ways. */
const decoded = (line: string): unknown =>
  line.startsWith('@ ') || line.startsWith('> ') ? JSON.parse(line.slice(2)) : line;

const toldIn = (lines: string[]) =>
  lines.filter((line) => line.startsWith('@ ')).map((line) => JSON.parse(line.slice(2)) as Told);

function expectPlausible(message: string): void {
  const [, clientId, topic, payload, qos, retain] = JSON.parse(message.slice(2)) as [number, ...string[]];
  const { value, unit } = JSON.parse(payload ?? '') as { value: number; unit: string };
  const range = {
    temperature: [-30, 45, '\xc2\xb0C'],
    humidity: [5, 100, '%'],
    pressure: [85000, 108000, 'Pa'],
  };
  const channel = topic?.split('/').at(-1) as keyof typeof range;
  expect([clientId, topic, qos, retain]).toEqual(['engine', `engine/outdoor/${channel}`, 1, false]);
  expect(unit).toBe(range[channel][2]);
  expect(value).toBeGreaterThan(range[channel][0] as number);
  expect(value).toBeLessThan(range[channel][1] as number);
}

/** Describe what `engine` must do. */
export function deviceSuite(engine: Engine): void {
  it('runs scripts in one scope, in order, and tells of a failure', async () => {
    const good = [
      { name: 'one', code: 'var one = 1;' },
      { name: 'two', code: 'print("two", one + 1);' },
    ];
    expect(await engine.run(good)).toEqual({ lines: ['two 2'], failure: undefined });
    const bad = await engine.run([
      ...good,
      { name: 'bad', code: 'print("bad"); missing.field = 1; print("never");' },
    ]);
    expect(bad.lines.slice(0, 2)).toEqual(['two 2', 'bad']);
    expect(bad.failure).toMatch(/missing/);
  });

  const programs = [...devicePrograms('bytes'), ...devicePrograms('outbox'), ...devicePrograms('sensors')];
  // `dukhost` is the same engine as `duk`: a build for it alone tells nothing more.
  it.each(programs.filter((file) => engine.name !== 'dukhost' || !isWithV5(file)))(
    'runs %s with the figures that Node has',
    async (file) => {
      const scripts = [await program(file, isWithV5(file) ? WITH_V5 : {})];
      const lines = await linesOf(engine, scripts);
      expectOk(lines);
      const figures = (all: string[]) => all.filter((line) => line.startsWith('= '));
      expect(figures(lines)).toEqual(figures(runInNode(scripts)));
    },
  );

  // A whole mote started anew beside what is left of the one before, the test and its broker: more than 5,100 variables hold.
  it.skipIf(engine.name === 'espruino-mcu')(
    'keeps account and history over restarts, with the figures that Node has',
    async () => {
      const scripts = await Promise.all(
        devicePrograms('parts')
          .filter((file) => file.endsWith('account.device.ts'))
          .map((file) => program(file, LEAN)),
      );
      const lines = await linesOf(engine, scripts);
      expectOk(lines);
      const figures = (all: string[]) => all.filter((line) => line.startsWith('= '));
      expect(figures(lines)).toEqual(figures(runInNode(scripts)));
    },
  );

  describe('the weather station', () => {
    it('publishes what it measures, as in Node, and breaks no rule of MQTT', async () => {
      const scripts = [await program(WORLD), await example(), FAIR_WEATHER];
      const lines = await linesOf(engine, scripts);
      expect(lines.map(decoded)).toEqual(runInNode(scripts).map(decoded));
      const [fair] = toldIn(lines);
      const messages = lines.filter((line) => line.startsWith('> '));
      // Every reading, also that of before there was a network, and twice "online".
      expect(fair).toMatchObject({ online: 1, connections: 1, violations: [], published: 6 * CHANNELS + 2 });
      expect(messages).toHaveLength(9);
      messages.forEach(expectPlausible);
    });

    it('goes on by itself after everything that goes wrong', async () => {
      const told = toldIn(await linesOf(engine, [await program(WORLD), await example(), FOUL_WEATHER]));
      const at = (what: string) =>
        told.find((entry) => entry.what === what) ?? expect.fail(`nothing told of ${what}`);
      const grew = (from: string, to: string) => at(to).published - at(from).published;
      expect(at('start').online).toBe(1);
      expect(grew('start', 'chip absent')).toBeLessThanOrEqual(CHANNELS);
      expect(grew('chip absent', 'chip back')).toBeGreaterThan(CHANNELS);
      expect(grew('chip back', 'connection lost')).toBeGreaterThan(0);
      expect(at('connection lost').connections).toBe(2);
      expect([at('refused').online, grew('connection lost', 'refused')]).toEqual([0, 0]);
      expect(at('accepted').online).toBe(1);
      expect([at('login refused').online, grew('accepted', 'login refused')]).toEqual([0, 0]);
      expect(at('login accepted').online).toBe(1);
      expect([at('no access point').online, grew('login accepted', 'no access point')]).toEqual([0, 0]);
      expect(at('access point back').online).toBe(1);
      expect(at('hears again').connections).toBeGreaterThan(at('access point back').connections);
      expect(at('hears again').online).toBe(1);
      expect(at('hears again').violations).toEqual([]);
    });

    it('leaves no name in the global scope', async () => {
      const quiet = await program(QUIET_WORLD);
      const lines = await linesOf(engine, [quiet, NAMES_BEFORE, await wiredExample(), NAMES_AFTER]);
      expect(lines.at(-1)).toBe('new: ');
    });

    const { heapUnit } = engine;
    it.runIf(heapUnit !== undefined)(
      `holds as many ${heapUnit ?? 'bytes'} after 1,000 readings as before`,
      async () => {
        const lines = await linesOf(engine, [
          await program(QUIET_WORLD),
          await wiredExample(),
          THOUSAND_READINGS,
        ]);
        expect(figuresOf(lines, 'written')).toEqual([1000 * CHANNELS]);
        const [before, after] = figuresOf(lines, 'used');
        expect(after).toBe(before);
        expect(before).toBeGreaterThan(0);
        const [made = 0] = figuresOf(lines, 'made');
        if (made > 0) {
          console.log(`${engine.name}: ${made / 1000} allocations for each reading of ${CHANNELS} messages`);
        }
      },
    );
  });
}
