// What is told of a mote in virtual time: the same as its own flash, board and broker say, the same with each run, and never more than is kept.

import { NOTHING_ACCEPTED } from '../../../flash/stage/events.ts';
import { describe, expect, it } from 'vitest';
import { esp32 } from '../../../boards/esp32.ts';
import { inspectRegion } from '../../../flash/outbox/layout.ts';
import type { FiguresEvent, StageEvent } from '../../../flash/stage/events.ts';
import { createJournal } from '../../../flash/stage/journal.ts';
import { openTestStage } from './fixture.ts';
import type { TestStage } from './fixture.ts';

const HALF_HOUR = 1_800_000;

const rowOf = (event: FiguresEvent, label: string) => event.rows.find((row) => row.label === label)!;

/** The outbox as its inspection reads it from the chip. */
function inspect(stage: TestStage) {
  const { outbox, pageBytes } = esp32.flash!;
  const region = new Uint8Array(outbox.bytes);
  stage.board.flash.fork().read(outbox.address, region);
  return inspectRegion(region, pageBytes, outbox.address);
}

/** Everything but what is of this computer. */
const comparable = (events: readonly StageEvent[]) =>
  events.filter(({ type }) => type !== 'memory' && type !== 'clock').map((event) => JSON.stringify(event));

async function storyOf(seed: number): Promise<TestStage> {
  const stage = await openTestStage({ seed });
  stage.run(200_000);
  stage.fault('power-cut-at-write', { seconds: 3 });
  stage.run(200_000);
  return stage;
}

export function testLife(): void {
  describe('what is told', () => {
    it('is the same with the same seed and the same done to it, and another with another seed', async () => {
      const [one, same, other] = [await storyOf(3), await storyOf(3), await storyOf(4)];
      expect(comparable(one.events).length).toBeGreaterThan(1500);
      expect(comparable(same.events)).toEqual(comparable(one.events));
      expect(comparable(other.events)).not.toEqual(comparable(one.events));
    });

    it('is the same step by step', async () => {
      const [one, steps] = [await openTestStage(), await openTestStage()];
      one.run(30_000);
      while (steps.now() < 30_000) steps.step();
      const until = (stage: TestStage) => comparable(stage.events.filter(({ t }) => t < 30_000));
      expect(until(steps)).toEqual(until(one));
    });

    it('of the flash is what the inspection of the chip says, whenever it has changed', async () => {
      const stage = await openTestStage();
      stage.run(20_000);
      stage.fault('broker-stop', { seconds: 60 });
      stage.run(30_000);
      stage.refresh();
      const inspection = inspect(stage);
      const [told] = stage.of('flash');
      expect(told!.totals.held).toBe(inspection.totals.held);
      expect(told!.totals.held).toBe(stage.account().held);
      expect(told!.totals.held).toBeGreaterThan(50);
      expect(told!.pages.map(({ state }) => state)).toEqual(inspection.pages.map(({ state }) => state));
      const live = told!.records.filter(({ state }) => state === 'live');
      expect(live).toHaveLength(inspection.totals.held);
      expect(live[0]!.label).toMatch(/^#\d+ m\/air\/\w+ = /);
      for (const { page, at, bytes } of told!.records) {
        expect(page >= 0 && page < 16 && at >= 0 && bytes > 0 && at + bytes <= 4096).toBe(true);
      }
      const reads = stage.board.flash.counters.reads;
      stage.refresh();
      expect(stage.of('flash')).toHaveLength(1);
      expect(stage.board.flash.counters.reads).toBe(reads);
      stage.run(120_000);
      stage.refresh();
      expect(stage.of('flash')).toHaveLength(2);
      expect(stage.of('flash')[1]!.totals.held).toBe(0);
      expect(stage.of('flash')[1]!.records.some(({ state }) => state === 'acknowledged')).toBe(true);
    });

    it('of energy is time by time what the board did, times what it draws', async () => {
      const stage = await openTestStage();
      stage.run(60_000);
      stage.fault('power-cut', { seconds: 40 });
      stage.run(40_000 + 60_000);
      stage.refresh();
      const energy = stage.of('energy').at(-1)!;
      expect(rowOf(energy, 'without power').value).toBe(40_000);
      const [awake, radio] = [rowOf(energy, 'awake, radio off').value, rowOf(energy, 'radio on').value];
      expect(awake + radio).toBe(120_000);
      expect(awake).toBeLessThan(1000);
      const { activeMa, radioMa, bootMs } = esp32.currents!;
      const mah = (awake * activeMa + radio * radioMa + 2 * bootMs * activeMa) / 3_600_000;
      expect(rowOf(energy, 'charge, all').value).toBeCloseTo(mah, 2);
      expect(rowOf(energy, 'mean current').value).toBeGreaterThan(110_000);
      expect(rowOf(energy, 'mean current').value).toBeLessThan(120_001);
    });

    it('of memory is what the bundle takes, and what the program could let grow', async () => {
      const stage = await openTestStage();
      stage.run(10_000);
      stage.refresh();
      const memory = stage.of('memory').at(-1)!;
      expect(rowOf(memory, 'bundle').value).toBeGreaterThan(10_000);
      expect(rowOf(memory, 'variables, at most').note).toMatch(/of 16383 once it is loaded/);
      expect(rowOf(memory, 'open sockets').value).toBe(1);
      expect(rowOf(memory, 'timers').value).toBe(1);
    });

    it('of readings has when they were taken, and which came late', async () => {
      const stage = await openTestStage();
      stage.run(20_000);
      stage.fault('broker-stop', { seconds: 30 });
      stage.run(60_000);
      const readings = stage.of('reading').filter(({ value }) => value !== undefined);
      const temperatures = readings.filter(({ topic }) => topic === 'm/air/temperature');
      // One a second, in order, and none left out.
      for (const [i, { at }] of temperatures.entries()) {
        if (i > 0) expect(Math.round((at - temperatures[i - 1]!.at) / 1000)).toBe(1);
      }
      for (const { at, t, isLate } of readings) {
        expect(isLate).toBe(t - at > 5000 || (at < 20_000 && t > 20_000));
      }
      expect(readings.filter(({ isLate }) => isLate).length).toBeGreaterThan(40);
    });
  });

  describe('time', () => {
    it('has speeds from 1 to 1000, stands still at 0, and takes steps only then', async () => {
      const stage = await openTestStage();
      for (const speed of [-1, 0.5, 1001, NaN, Infinity]) {
        expect(() => stage.setSpeed(speed)).toThrow('this is no speed');
      }
      const before = stage.now();
      stage.step();
      expect(stage.now()).toBeGreaterThanOrEqual(before);
      stage.setSpeed(1000);
      expect(() => stage.step()).toThrow('set the speed to 0 first');
      stage.refresh();
      expect(stage.of('clock').at(-1)).toMatchObject({ speed: 1000 });
      stage.setSpeed(0);
      await stage.stop();
    });
  });

  describe('what is kept', () => {
    it('is bounded: half an hour at two readings a second, and what a journal holds of many events', async () => {
      const stage = await openTestStage();
      stage.run(HALF_HOUR);
      const kept = stage.journal.events();
      const count = (type: string) => kept.filter((event) => event.type === type).length;
      expect(stage.of('packet').length).toBeGreaterThan(7000);
      expect(count('packet')).toBe(1000);
      expect(count('reading')).toBe(3000);
      expect(stage.packets().length).toBeLessThanOrEqual(5000);
      expect(stage.account().accepted).toBeGreaterThan(3500);

      const journal = createJournal();
      for (let n = 1; n <= 200_000; n++) {
        journal.emit({ type: 'state', t: n, of: 'log', state: 'code', cause: '' });
      }
      expect(journal.events()).toHaveLength(1000);
      expect(journal.events().at(-1)).toMatchObject({ t: 200_000 });
      expect(journal.events()[0]).toMatchObject({ t: 199_001 });
    });

    it('of faults is the last of each, in order', () => {
      const journal = createJournal();
      const account = NOTHING_ACCEPTED;
      for (let fault = 1; fault <= 500; fault++) {
        for (const isOver of [false, true]) {
          journal.emit({
            type: 'outcome',
            t: fault,
            fault,
            name: 'x',
            label: 'x',
            beganAt: 0,
            isOver,
            what: [],
            account,
          });
        }
      }
      const kept = journal.events();
      expect(kept.length).toBe(50);
      expect(kept.every((event) => event.type === 'outcome' && event.isOver)).toBe(true);
    });
  });

  describe('a command', () => {
    it('goes to the mote through the broker, and is in the packet log', async () => {
      const stage = await openTestStage();
      stage.run(20_000);
      stage.command('m/other', 'x');
      stage.run(1000);
      // The mote subscribes to nothing here; the independent client has it.
      expect(stage.of('reading').at(-1)).toBeDefined();
      expect(stage.of('reading').some(({ topic, text }) => topic === 'm/other' && text === 'x')).toBe(true);
    });
  });
}
