import { describe, expect, it } from 'vitest';
import { espruinoLinux } from '../../../boards/espruino-linux.ts';
import { jerryscript } from '../../../boards/jerryscript.ts';
import { createBoard } from '../../../sim/board/board.ts';
import { compileBundle } from '../../../sim/board/bundle.ts';
import { createVirtualWorld } from '../../../sim/board/world.ts';
import { createNetwork } from '../../../sim/network/network.ts';
import { createRig, run } from './rig.ts';

describe('virtual board', () => {
  it('runs the bundle from the start each time it gets power, and keeps its flash', () => {
    const { board, world, lines } = createRig(`
      var storage = require("Storage");
      var starts = (storage.readJSON("starts") || 0) + 1;
      storage.writeJSON("starts", starts);
      setInterval(function () { print("start " + starts); }, 100);
    `);
    expect(board.isRunning()).toBe(false);
    board.powerOn();
    board.powerOn();
    world.run(250);
    board.powerOff();
    world.run(1000);
    board.powerOn();
    world.run(150);
    expect(lines).toEqual(['start 1', 'start 1', 'start 2']);
    expect(board.counters.boots).toBe(2);
  });

  it('has nothing of Node', () => {
    const names = [
      'process.exit',
      'Buffer',
      'setImmediate',
      'URL',
      'performance',
      'WebAssembly',
      'queueMicrotask',
    ];
    const { lines } = run(`print([${names.map((name) => `typeof ${name}`).join()}].join());`);
    expect(lines).toEqual([names.map(() => 'undefined').join()]);
  });

  it('reports the last exception of a pass on the console, and every one to its owner', () => {
    const { board, lines, errors } = run(`
      var o = {};
      o.on("x", function () { throw new Error("one"); });
      o.on("x", function () { throw new Error("two"); });
      setTimeout(function () { o.emit("x"); }, 10);
      setTimeout(function () { print("goes on"); }, 20);
    `);
    expect(lines).toEqual(['Uncaught Error: two', 'goes on']);
    expect(errors.map(String)).toEqual(['Error: one', 'Error: two']);
    expect((errors[0] as Error).stack).toContain('program.js:3');
    expect(board.counters.uncaught).toBe(2);
  });

  it('survives an exception at the top', () => {
    const { lines } = run('setTimeout(function () { print("later"); }, 10); throw new Error("at once");');
    expect(lines).toEqual(['Uncaught Error: at once', 'later']);
  });

  it('tells which names leaked from the bundle', () => {
    const bundle = compileBundle('leaked = 1; var kept = 2; setTimeout(function () { later = kept; }, 10);');
    const network = createNetwork();
    const world = createVirtualWorld({ seed: 1, network });
    createBoard({ bundle, world, board: espruinoLinux, onConsole: () => undefined }).powerOn();
    expect(bundle.leakedGlobals()).toEqual(['leaked']);
    world.run(20);
    expect(bundle.leakedGlobals()).toEqual(['leaked', 'later']);
  });

  it('keeps boards that share a bundle apart', () => {
    const bundle = compileBundle(`
      var count = 0;
      setInterval(function () { count++; print(getSerial() + " " + count); }, 100);
    `);
    const world = createVirtualWorld({ seed: 1, network: createNetwork() });
    const lines: string[] = [];
    for (const serial of ['a', 'b']) {
      createBoard({
        bundle,
        world,
        board: espruinoLinux,
        serial,
        onConsole: (line) => lines.push(line),
      }).powerOn();
    }
    world.run(250);
    expect(lines).toEqual(['a 1', 'b 1', 'a 2', 'b 2']);
  });

  it('gives boards without a serial number one each', () => {
    const bundle = compileBundle('print(getSerial());');
    const world = createVirtualWorld({ seed: 1, network: createNetwork() });
    const lines: string[] = [];
    for (let i = 0; i < 3; i++) {
      createBoard({ bundle, world, board: espruinoLinux, onConsole: (line) => lines.push(line) }).powerOn();
    }
    expect(new Set(lines).size).toBe(3);
  });

  it('knows a global that the board lacks as undeclared', () => {
    const { lines } = run('try { ESP32.reboot(); } catch (e) { print("" + e); }', 10, {
      data: espruinoLinux,
    });
    expect(lines).toEqual(['ReferenceError: ESP32 is not defined']);
  });

  it('gives its globals on the global object too', () => {
    const { lines } = run('print(global.I2C1 === I2C1, this === global, typeof global.ESP32.reboot);');
    expect(lines).toEqual(['true true function']);
  });

  it('runs promises in its own time', () => {
    const { lines } = run(`
      var p = Promise.resolve(1).then(function (x) { print("then " + x); });
      print("first");
      setTimeout(function () { p.then(function () { print("late"); }); }, 10);
    `);
    expect(lines).toEqual(['first', 'then 1', 'late']);
  });

  it('lets time pass for a program that waits for it', () => {
    const { lines } = run(`
      var start = getTime();
      while (getTime() < start + 0.5);
      setTimeout(function () { print(Math.round((getTime() - start) * 10)); }, 100);
    `);
    expect(lines).toEqual(['6']);
  });

  it('says "init" after boot code', () => {
    const { lines } = run('E.on("init", function () { print("init"); }); print("boot");');
    expect(lines).toEqual(['boot', 'init']);
  });

  it('refuses a syntax error when it is compiled', () => {
    const compile = () => compileBundle('var a;\nvar = 5;', 'firmware.js');
    expect(compile).toThrow(SyntaxError);
    expect(compile).toThrow("firmware.js:2: Unexpected token '='");
  });

  it('runs Espruino only', () => {
    const world = createVirtualWorld({ seed: 1, network: createNetwork() });
    expect(() =>
      createBoard({ bundle: compileBundle(''), world, board: jerryscript, onConsole: () => undefined }),
    ).toThrow('jerryscript');
  });
});
