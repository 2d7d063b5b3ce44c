// What the simulator tells those who look on: when a program runs, what its radio does, what comes next; and a broker whose clients repeat
// themselves, as sensors do.
import { describe, expect, it } from 'vitest';
import { esp32 } from '../../boards/esp32.ts';
import { createBoard } from '../../sim/board/board.ts';
import { compileBundle } from '../../sim/board/bundle.ts';
import { createVirtualWorld } from '../../sim/board/world.ts';
import { createIncoming } from '../../sim/broker/incoming.ts';
import { createVirtualClock } from '../../sim/clock.ts';
import { createNetwork } from '../../sim/network/network.ts';
import { wireScene } from '../../sim/scene/bench.ts';
import { createPhases } from '../../sim/system/phases.ts';
import { ENVIRONMENTS } from '../../sim/scene/environments.ts';

function createStage(program: string) {
  const world = createVirtualWorld({ seed: 1, network: createNetwork() });
  const told: unknown[][] = [];
  const board = createBoard({
    bundle: compileBundle(program, 'x.js'),
    world,
    board: esp32,
    onConsole: () => {},
    onRun: (...what) => void told.push([world.now(), ...what]),
  });
  const radio: unknown[][] = [];
  world.accessPoint.watchStations((state, why) => void radio.push([world.now(), state, why]));
  return { world, board, told, radio };
}

describe('a board', () => {
  it('tells when its program starts, sleeps, wakes and is without power', () => {
    const { world, board, told } = createStage(
      'setTimeout(function () { ESP32.deepSleep(2000000); }, 1000);',
    );
    board.powerOn();
    world.run(3500);
    board.powerOff('silent');
    board.powerOff('silent');
    world.run(1000);
    expect(told).toEqual([
      [0, true],
      [1000, false, 2000],
      [3000, true],
      [3500, false],
    ]);
  });

  it('tells that power is gone also while it sleeps, and does not wake', () => {
    const { world, board, told } = createStage('ESP32.deepSleep(2000000);');
    board.powerOn();
    world.run(500);
    board.powerOff();
    world.run(10_000);
    expect(told.map(([, isRunning]) => isRunning)).toEqual([true, false, false]);
  });

  it('has a radio that joins, is joined, loses its access point, and goes with the power', () => {
    const { world, board, radio } = createStage('require("Wifi").connect("w", {}, function () {});');
    board.powerOn();
    world.run(2000);
    world.accessPoint.setUp(false);
    world.run(2000);
    world.accessPoint.setUp(true);
    board.powerOff();
    board.powerOn();
    world.run(2000);
    board.powerOff();
    expect(radio.map(([, state]) => state)).toEqual(['joining', 'joined', 'off', 'joining', 'joined', 'off']);
    expect(radio.map(([, , why]) => why)).toEqual(['', '', 'NO_AP_FOUND', '', '', '']);
  });
});

describe('a scene', () => {
  it('gets another environment under its chips, in which no meter leaps or runs backwards', () => {
    const { world, board } = createStage('');
    const scene = wireScene(
      { chips: [{ chip: 'energy-meter', pin: 4 }], environment: 'room', seed: 3 },
      board.bench,
      world,
    );
    let pulses = 0;
    board.bench.pins.onDrive = (_, level) => void (pulses += level === 0 ? 1 : 0);
    const pulsesOf = (ms: number) => {
      const before = pulses;
      world.run(ms);
      return pulses - before;
    };
    const solar = ENVIRONMENTS['solar']!.create({ seed: 3 });
    const inSolar = (from: number, to: number) => solar.pulses(to) - solar.pulses(from);
    expect(pulsesOf(3_600_000)).toBe(0);
    scene.setEnvironment('solar');
    expect(inSolar(0, 3_600_000)).toBeGreaterThan(100);
    expect(Math.abs(pulsesOf(600_000) - inSolar(3_600_000, 4_200_000))).toBeLessThanOrEqual(1);
    scene.setEnvironment('room');
    expect(pulsesOf(600_000)).toBeLessThanOrEqual(1);
    scene.setEnvironment('solar');
    expect(Math.abs(pulsesOf(600_000) - inSolar(4_800_000, 5_400_000))).toBeLessThanOrEqual(1);
    scene.stop();
  });
});

describe('a clock', () => {
  it('says when its next deadline is', () => {
    const clock = createVirtualClock();
    expect(clock.nextAt()).toBeUndefined();
    const late = clock.setTimer(20, () => {});
    const soon = clock.setTimer(10, () => {});
    expect(clock.nextAt()).toBe(10);
    clock.clearTimer(soon);
    expect(clock.nextAt()).toBe(20);
    clock.clearTimer(late);
    expect(clock.nextAt()).toBeUndefined();
  });
});

describe('phases', () => {
  it('end after all that happens at their end, and before anything later', () => {
    const runs = [
      (world: ReturnType<typeof make>['world']) => world.run(100),
      (world: ReturnType<typeof make>['world']) => {
        for (let i = 0; i < 100; i++) world.run(1);
      },
      (world: ReturnType<typeof make>['world']) => {
        while (world.step());
      },
    ];
    const seen = runs.map((run) => {
      const { world, isOver, told } = make();
      run(world);
      expect(isOver()).toBe(true);
      expect(world.now()).toBe(40);
      expect(world.step()).toBe(false);
      world.run(50);
      expect(world.now()).toBe(40);
      return told;
    });
    expect(seen[0]).toEqual(['5', '20', 'first ends at 20', '21', 'second ends at 40']);
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[2]).toEqual(seen[0]);
  });

  function make() {
    const world = createVirtualWorld({ seed: 1, network: createNetwork() });
    const told: string[] = [];
    for (const ms of [5, 20, 21, 45]) world.setTimer(ms, () => told.push(String(ms)));
    const phases = createPhases(world, [
      { endsAt: 20, run: () => told.push(`first ends at ${world.now()}`) },
      { endsAt: 40, run: () => told.push(`second ends at ${world.now()}`) },
    ]);
    return { ...phases, told };
  }
});

describe('messages to a broker', () => {
  const reading = { topic: 't', payload: '21.5', qos: 1, retain: false };

  it('that are alike are new ones, where that is so; also when an identifier comes round', () => {
    const incoming = createIncoming(true);
    incoming.begin();
    for (let round = 0; round < 3; round++) {
      for (const id of [1, 2, 65535]) {
        expect(incoming.publish(reading, id, false)).toBe('');
        expect(incoming.acknowledge(id)).toEqual(reading);
      }
    }
  });

  it('that are alike under another identifier are a fault else', () => {
    const incoming = createIncoming();
    incoming.begin();
    expect(incoming.publish(reading, 1, false)).toBe('');
    expect(incoming.publish(reading, 2, false)).toMatch(/^2\.3\.1-3/);
  });

  it('without DUP for what is not acknowledged are a fault in any case', () => {
    const incoming = createIncoming(true);
    incoming.begin();
    expect(incoming.publish(reading, 1, false)).toBe('');
    expect(incoming.publish(reading, 1, false)).toMatch(/^2\.3\.1-2 packet identifier 1 is in use/);
  });
});
