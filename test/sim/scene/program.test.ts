// A scene as a program: every chip that there is, built for an engine and run in Node.

import vm from 'node:vm';
import { expect, it } from 'vitest';
import { buildScene } from '../../../flash/sim/scene-build.ts';
import { CHIPS } from '../../../sim/scene/chips.ts';
import { ENVIRONMENTS } from '../../../sim/scene/environments.ts';
import type { Scene, SceneChip } from '../../../sim/scene/scene.ts';
import { sceneProgram } from '../../../sim/scene/program.ts';

/** All chips, each at a place of its own. */
function allChips(): SceneChip[] {
  let pin = 0;
  const ports = [1, 2, 3, 4, 5, 6];
  return Object.entries(CHIPS).map(([chip, { keys }], index) => {
    const places = keys.map(({ name, example, fallback }): [string, number | string] => {
      if (name === 'port') return [name, ports.shift()!];
      if (name === 'bus') return [name, (index % 3) + 1];
      return [name, fallback === undefined ? pin++ : example];
    });
    return { ...Object.fromEntries(places), chip };
  });
}

/** Run a program in a context that has only the language, then look. */
function look(code: string, expression: string): unknown {
  const context = vm.createContext({});
  vm.runInContext(code, context);
  return vm.runInContext(expression, context);
}

it('has every chip in it, and runs', { timeout: 120_000 }, async () => {
  const chips = allChips();
  const code = await buildScene({ chips, environment: 'room', seed: 3 }, 'world');
  expect(look(code, 'world.run(3000); world.chips.length')).toBe(chips.length);
  expect(look(code, 'world.chips.every(function (chip) { return chip.faults.absent === false; })')).toBe(
    true,
  );
});

it.each(Object.keys(ENVIRONMENTS))(
  'can be in the environment %s',
  { timeout: 60_000 },
  async (environment) => {
    const chips = [{ chip: 'sht4x', bus: 1, address: 0x44 }];
    const code = await buildScene({ chips, environment, seed: 3 }, 'world');
    expect(look(code, 'I2C1.writeTo(0x44, [0xfd]); world.run(20); I2C1.readFrom(0x44, 6).length')).toBe(6);
  },
);

it('imports what its chips need and nothing else', () => {
  const scene: Scene = {
    chips: [{ chip: 'sht4x', bus: 2, address: 0x45 }],
    environment: 'weather',
    seed: 1,
  };
  const files = [...sceneProgram(scene, 'espruino', '/sim').matchAll(/from '\/sim\/(.*)\.ts'/g)];
  expect(files.map(([, file]) => file).sort()).toEqual([
    'chips/sht4x',
    'device/espruino-place',
    'device/i2c',
    'device/root',
    'environment/weather-day',
  ]);
});

it('is small without chips', () => {
  const text = sceneProgram({ chips: [], environment: 'weather', seed: 1 }, 'world', '/sim');
  expect(text.match(/import/g)).toHaveLength(1);
});
