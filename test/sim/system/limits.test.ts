// The limits: how often Wi-Fi may come up, told by what the access point saw and not by when the mote got round to hearing of it.
import { expect, it } from 'vitest';
import { compileBundle } from '../../../sim/board/bundle.ts';
import { createLimits } from '../../../sim/system/limits.ts';
import { createScene } from '../../../sim/system/scene.ts';

/** Joins, and again a second after each loss; says so once for each time, as the firmware does. */
const PROGRAM = `
  var wifi = require('Wifi');
  function join() { wifi.connect('home', { password: 'secret' }); }
  var isUp = false;
  wifi.on('connected', function () { if (!isUp) print('#2 0'); isUp = true; });
  wifi.on('disconnected', function () { isUp = false; setTimeout(join, 1000); });
  I2C1.setup({ sda: D21, scl: D22 });
  join();
`;
/** For a second nothing is heard. */
const BUSY = `setTimeout(function () { try { I2C1.readFrom(0x20, 1); } catch (e) {} }, 100);`;
const LEAVE = `setTimeout(function () { wifi.disconnect(); }, 5000);`;
const TWICE = `setTimeout(function () { print('#2 0'); }, 5000);`;

function createStage(program: string) {
  const said: string[] = [];
  const scene = createScene(compileBundle(program, 'firmware.js'), 1, {
    onConsole(line) {
      said.push(`${(scene.world.now() / 1000).toFixed(1)} ${line}`);
      limits.onConsole(line);
    },
    onError(error) {
      throw error;
    },
    onPowerCut() {},
    onTell() {},
  });
  // Of this nothing but Wi-Fi is looked at.
  for (const { chip } of scene.counters) chip.faults.absent = true;
  const limits = createLimits(scene);
  scene.board.powerOn();
  const blink = () => {
    scene.world.accessPoint.setUp(false);
    scene.world.run(10);
    scene.world.accessPoint.setUp(true);
  };
  return {
    ...scene,
    said,
    blink,
    wrong: () => limits.violations.map((what) => what.replace(/^.*? s: /, '')),
  };
}

const AGAIN = ['joins again, and the access point had not been away'];

it('lets Wi-Fi come up again when the access point was away', () => {
  const { world, blink, said, wrong } = createStage(PROGRAM);
  world.run(5000);
  world.accessPoint.setUp(false);
  world.run(5000);
  world.accessPoint.setUp(true);
  world.run(10_000);
  expect(said).toHaveLength(2);
  blink();
  expect(wrong()).toEqual([]);
});

it('lets it come up again when the access point went before the mote had heard that it had joined', () => {
  const { world, board, said, wrong } = createStage(PROGRAM + BUSY);
  board.bench.i2c(1).stuck = true;
  world.setTimer(700, () => {
    world.accessPoint.setUp(false);
    world.accessPoint.password = 'another';
    world.accessPoint.setUp(true);
  });
  world.setTimer(3000, () => (world.accessPoint.password = 'secret'));
  world.run(10_000);
  expect(said).toHaveLength(2);
  expect(said[0]).toMatch(/^1\.\d #2 0$/);
  expect(wrong()).toEqual([]);
});

it('sees a mote that leaves for nothing', () => {
  const { world, said, wrong } = createStage(PROGRAM + LEAVE);
  world.run(10_000);
  expect(said).toHaveLength(2);
  expect(wrong()).toEqual(AGAIN);
});

it('sees a mote that leaves for nothing after the engine came back by itself', () => {
  const { world, blink, wrong } = createStage(PROGRAM + LEAVE);
  world.setTimer(2000, blink);
  world.run(10_000);
  expect(wrong()).toEqual(AGAIN);
});

it('sees a mote that says so and has not joined', () => {
  const { world, wrong } = createStage(PROGRAM + TWICE);
  world.run(10_000);
  expect(wrong()).toEqual(['Wi-Fi came up 2 times, and the mote had joined 1']);
});

it('counts each life for itself', () => {
  const { world, cutPower, said, wrong } = createStage(PROGRAM);
  world.run(5000);
  cutPower(1000);
  world.run(5000);
  expect(said).toHaveLength(2);
  expect(wrong()).toEqual([]);
});
