// A scene as a program for an engine: TypeScript that imports the chips of this scene and no others, to be built as a
// firmware is. What it does is in sim/device.

import { CHIPS } from './chips.ts';
import { ENVIRONMENTS } from './environments.ts';
import type { Scene, SceneChip } from './scene.ts';

/** In what kind of engine: a real Espruino with its own timers and sockets, or one that has nothing. */
export type Host = 'espruino' | 'world';

const PREPARE: Readonly<Record<Host, string>> = { espruino: 'prepareEspruino', world: 'prepareWorld' };

interface Imports {
  add(name: string, file: string): void;
  lines(): string[];
}

/** @param sim folder of the simulator's sources. */
function createImports(sim: string): Imports {
  const files = new Map<string, string>();
  return {
    add: (name, file) => void files.set(name, file),
    lines: () => [...files].map(([name, file]) => `import { ${name} } from '${sim}/${file}.ts';`),
  };
}

/** Lines that make chip number `index`, called chip0, chip1, ... */
function chipLines(chip: SceneChip, index: number, seed: number, imports: Imports): string[] {
  const type = CHIPS[chip.chip]!;
  const { name } = type.create;
  imports.add(name, `chips/${type.file ?? chip.chip}`);
  const air = type.takesAir === true;
  if (air) imports.add('createAirOf', 'environment/environment');
  const places = type.keys.map((key) => `${key.name}: ${JSON.stringify(chip[key.name])}`);
  const around = air ? 'environment: createAirOf(surroundings)' : 'surroundings';
  // A variable, so that a chip may be given what it has no use for.
  return [
    `const options${index} = { ${[around, `seed: ${seed + index}`, ...places].join(', ')} };`,
    `const chip${index} = ${name}(options${index});`,
  ];
}

/** @returns names of the chips that `isMeant`, as an array in source text. */
function listOf(scene: Scene, isMeant: (chip: SceneChip) => boolean): string {
  const names = scene.chips.flatMap((chip, index) => (isMeant(chip) ? [`chip${index}`] : []));
  return `[${names.join(', ')}]`;
}

function i2cLines(scene: Scene, imports: Imports): string[] {
  const isI2c = (chip: SceneChip) => CHIPS[chip.chip]!.kind === 'i2c';
  const buses = new Set(scene.chips.filter(isI2c).map((chip) => chip['bus']));
  if (buses.size > 0) imports.add('connectI2c', 'device/i2c');
  return [...buses].map((bus) => {
    const chips = listOf(scene, (chip) => isI2c(chip) && chip['bus'] === bus);
    return `root.I2C${bus} = connectI2c(root.I2C${bus}, ${chips}, place.now);`;
  });
}

/**
 * Write the program that puts a scene around an engine. @param sim folder of the simulator's sources, absolute.
 * @returns TypeScript; run before the firmware it leaves the chips in the global `world.chips`.
 */
export function sceneProgram(scene: Scene, host: Host, sim: string): string {
  const imports = createImports(sim);
  const { create, file } = ENVIRONMENTS[scene.environment]!;
  imports.add('root', 'device/root');
  imports.add(PREPARE[host], `device/${host}-place`);
  if (scene.chips.length > 0) imports.add(create.name, `environment/${file}`);
  const body = [
    `const place = ${PREPARE[host]}();`,
    ...(scene.chips.length > 0 ? [`const surroundings = ${create.name}({ seed: ${scene.seed} });`] : []),
    ...scene.chips.flatMap((chip, index) => chipLines(chip, index, scene.seed, imports)),
    ...i2cLines(scene, imports),
    ...scene.chips.map((_, index) => `place.chips.push(chip${index});`),
  ];
  return [`/// <reference path="${sim}/device/engine.d.ts" />`, ...imports.lines(), ...body, ''].join('\n');
}
