import { describe, expect, it } from 'vitest';
import { prefix } from '../../../sim/torn.ts';
import { createRig, run } from './rig.ts';

const SECONDS = 1000;

describe('deep sleep', () => {
  const program = `
    print("cause " + ESP32.getWakeupCause() + " at " + Math.round(getTime()));
    setTimeout(function () {
      ESP32.deepSleep(3000000);
      print("not reached");
    }, 1000);
  `;

  it('starts anew after its time, and says why', () => {
    const { board, lines } = run(program, 9 * SECONDS);
    expect(lines).toEqual(['cause 0 at 0', 'cause 4 at 4', 'cause 4 at 8']);
    expect(board.counters.boots).toBe(3);
  });

  it('does not run meanwhile, and not after the power was cut', () => {
    const { board, world, lines } = createRig(program);
    board.powerOn();
    world.run(2 * SECONDS);
    expect(board.isRunning()).toBe(false);
    board.powerOff();
    world.run(20 * SECONDS);
    expect(lines).toEqual(['cause 0 at 0']);
    board.powerOn();
    expect(lines.at(-1)).toBe('cause 0 at 0');
  });

  it('never ends when the microseconds do not fit into 32 bits', () => {
    const { board, world } = run('ESP32.deepSleep(3000 * 1000000);', 10 * SECONDS);
    world.run(1e7);
    expect(board.counters.boots).toBe(1);
  });

  it('cannot be caught', () => {
    const { lines, board } = run(
      'try { ESP32.deepSleep(1e9); } catch (e) {} require("Storage").write("f", "x"); print("zombie");',
      SECONDS,
    );
    expect(board.flash.counters.programs).toBe(0);
    expect(lines).toEqual([]);
  });
});

describe('restart', () => {
  it('by the program keeps the clock', () => {
    const { lines } = run(
      `print(Math.round(getTime())); setTimeout(function () { E.reboot(); }, 2000);`,
      5 * SECONDS,
    );
    expect(lines).toEqual(['0', '2', '4']);
  });
});

describe('load', () => {
  it('tells the program that it ends, and starts it again', () => {
    const { lines } = run(
      'E.on("kill", function () { print("kill"); }); print("start"); setTimeout(load, 1000);',
      1.5 * SECONDS,
    );
    expect(lines).toEqual(['start', 'kill', 'start']);
  });
});

describe('watchdog', () => {
  it('restarts a board whose program does not feed it', () => {
    const { board } = run(
      'E.enableWatchdog(5, false); var n = 0; var i = setInterval(function () { E.kickWatchdog(); if (++n === 4) clearInterval(i); }, 1000);',
      8 * SECONDS,
    );
    expect(board.counters.boots).toBe(1);
    const { board: starved } = run('E.enableWatchdog(5, false);', 11 * SECONDS);
    expect(starved.counters.boots).toBe(3);
  });

  it('fed by the idle loop restarts a board that is blocked', () => {
    const { board } = run(
      'E.enableWatchdog(2, true); setTimeout(function () { var t = getTime(); while (getTime() < t + 10); print("survived"); }, 1000);',
      3.5 * SECONDS,
    );
    expect(board.counters.boots).toBe(2);
  });

  it('fed by the idle loop leaves an idle board alone', () => {
    const { board } = run('E.enableWatchdog(2, true); setTimeout(function () {}, 60000);', 30 * SECONDS);
    expect(board.counters.boots).toBe(1);
  });
});

describe('wall clock', () => {
  it('starts at 1970 with the power, and can be set', () => {
    const { board, world, lines } = createRig(`
      print(Math.round(getTime()), new Date().getFullYear());
      setTimeout(function () { setTime(1800000000); print(Math.round(getTime())); }, 1000);
    `);
    world.run(5 * SECONDS);
    board.powerOn();
    world.run(2 * SECONDS);
    expect(lines).toEqual(['0 1970', '1800000000']);
  });
});

describe('a power cut in the middle of a flash operation', () => {
  it('leaves the torn operation in the flash', () => {
    const { board, world } = createRig(`
      var flash = require("Flash");
      flash.write(new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]), 0x310000);
      flash.write(new Uint8Array([1, 2, 3, 4]), 0x310010);
    `);
    board.flash.interrupt = () => {
      board.powerOff();
      return prefix(5);
    };
    board.powerOn();
    world.run(10);
    board.flash.interrupt = undefined;
    board.flash.powerUp();
    const into = new Uint8Array(20);
    board.flash.read(0x310000, into);
    expect([...into]).toEqual([1, 2, 3, 4, 5, ...Array<number>(15).fill(255)]);
    expect(board.isRunning()).toBe(false);
  });

  it.each([
    ['a program', 'flash.write(new Uint8Array([1, 2, 3, 4]), 0x310000);'],
    ['a program off the unit', 'flash.write(new Uint8Array([1, 2, 3, 4]), 0x310001);'],
    ['an erase', 'flash.erasePage(0x310000);'],
  ])('ends the program in %s: its next line is never come to', (_what, operation) => {
    const { board, world, lines } = createRig(`
      var flash = require("Flash");
      print("before");
      ${operation}
      print("after");
    `);
    board.flash.interrupt = () => {
      board.powerOff();
      return prefix(0);
    };
    board.powerOn();
    world.run(10);
    expect(lines).toEqual(['before']);
  });
});
