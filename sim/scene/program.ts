// A scene as a program for an engine: TypeScript that imports the chips of this scene and no others, to be built as a
// firmware is. What it does is in sim/device.

import { CHIPS } from './chips.ts';
import type { ChipType } from './chips.ts';
import { ENVIRONMENTS } from './environments.ts';
import type { Scene, SceneChip } from './scene.ts';

/** In what kind of engine: a real Espruino with its own timers and sockets, one with timers only, or one that has nothing. */
export type Host = 'espruino' | 'emulator' | 'world';

const PREPARE: Readonly<Record<Host, string>> = {
  espruino: 'prepareEspruino',
  emulator: 'prepareEmulator',
  world: 'prepareWorld',
};

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

/** A chip of the scene, and its variable in the program. */
interface Item {
  readonly name: string;
  readonly index: number;
  readonly chip: SceneChip;
  readonly type: ChipType;
  readonly seed: number;
}

/** Arguments behind the options. */
const MORE = { nothing: '', now: ', place.now', isCold: ', false' } as const;

/** Lines that make a chip. */
function chipLines({ name, index, chip, type, seed }: Item, imports: Imports): string[] {
  const factory = type.create.name;
  imports.add(factory, `chips/${type.file ?? chip.chip}`);
  const air = type.takesAir === true;
  if (air) imports.add('createAirOf', 'environment/environment');
  const options = [
    air ? 'environment: createAirOf(surroundings)' : 'surroundings',
    `seed: ${seed}`,
    ...type.keys.map((key) => `${key.name}: ${JSON.stringify(chip[key.name])}`),
    ...Object.entries(type.sources ?? {}).map(([key, quantity]) => `${key}: surroundings.${quantity}`),
    ...Object.entries(type.fixed ?? {}).map(([key, value]) => `${key}: ${JSON.stringify(value)} as const`),
  ];
  // A variable, so that a chip may be given what it has no use for.
  return [
    `const options${index} = { ${options.join(', ')} };`,
    `const ${name} = ${factory}(options${index}${MORE[type.more ?? 'nothing']});`,
    `place.chips.push(${name});`,
  ];
}

const namesOf = (items: readonly Item[]) => `[${items.map(({ name }) => name).join(', ')}]`;
const placesOf = (items: readonly Item[], key: string) => items.map(({ chip }) => chip[key]);

/** What connects all chips of one kind. */
type Connect = (items: readonly Item[], imports: Imports) => string[];

const CONNECT: Readonly<Record<ChipType['kind'], Connect>> = {
  i2c(items, imports) {
    imports.add('connectI2c', 'device/i2c');
    return [...new Set(placesOf(items, 'bus'))].map((bus) => {
      const chips = namesOf(items.filter(({ chip }) => chip['bus'] === bus));
      return `root.I2C${bus} = connectI2c(root.I2C${bus}, ${chips}, place.now);`;
    });
  },
  spi(items, imports) {
    imports.add('connectSpi', 'device/spi');
    return [...new Set(placesOf(items, 'bus'))].map((bus) => {
      const chips = namesOf(items.filter(({ chip }) => chip['bus'] === bus));
      return `root.SPI${bus} = connectSpi(root.SPI${bus}, ${chips}, place.now);`;
    });
  },
  onewire(items, imports) {
    imports.add('connectOneWire', 'device/onewire');
    const pins = JSON.stringify(placesOf(items, 'pin'));
    return [`root.OneWire = connectOneWire(${namesOf(items)}, ${pins}, place);`];
  },
  uart(items, imports) {
    imports.add('connectUart', 'device/uart');
    return items.map(({ name, chip, type, seed }) => {
      const { baud } = type as { baud: number };
      const port = `root.Serial${chip['port']}`;
      return `${port} = connectUart(${port}, ${name}, ${baud}, ${seed}, place);`;
    });
  },
  input(items, imports) {
    imports.add('connectInput', 'device/input');
    return items.map(({ name, chip }) => `connectInput(${name}, ${chip['pin']}, pins, place);`);
  },
  line(items, imports) {
    imports.add('connectLine', 'device/line');
    return items.map(({ name, chip }) => `connectLine(${name}, ${chip['pin']}, pins, place);`);
  },
  echo(items, imports) {
    imports.add('connectEcho', 'device/line');
    return items.map(
      ({ name, chip }) => `connectEcho(${name}, ${chip['trigger']}, ${chip['echo']}, pins, place);`,
    );
  },
  analog(items, imports) {
    imports.add('connectAnalog', 'device/analog');
    return [`connectAnalog(${namesOf(items)}, ${JSON.stringify(placesOf(items, 'pin'))});`];
  },
};

/** Devices that put levels on pins, or look at them. */
const PIN_KINDS: readonly ChipType['kind'][] = ['input', 'line', 'echo'];

/** Pins whose functions have to be simulated. */
function pinsOf(items: readonly Item[]): unknown[] {
  return items.flatMap(({ chip, type }) =>
    PIN_KINDS.includes(type.kind) ? type.keys.map(({ name }) => chip[name]) : [],
  );
}

/** An engine that has nothing needs the functions of pins for these: the firmware opens them. */
const OPENED: readonly ChipType['kind'][] = ['spi', 'analog'];

/**
 * Write the program that puts a scene around an engine. @param sim folder of the simulator's sources, absolute.
 * @returns TypeScript; run before the firmware it leaves the chips in the global `world.chips`.
 */
export function sceneProgram(scene: Scene, host: Host, sim: string): string {
  const imports = createImports(sim);
  const items = scene.chips.map((chip, index): Item => ({
    name: `chip${index}`,
    index,
    chip,
    type: CHIPS[chip.chip]!,
    seed: scene.seed + index,
  }));
  const { create, file } = ENVIRONMENTS[scene.environment]!;
  const body: string[] = [];
  imports.add(PREPARE[host], `device/${host}-place`);
  body.push(`const place = ${PREPARE[host]}();`);
  if (items.length > 0) {
    imports.add('root', 'device/root');
    imports.add(create.name, `environment/${file}`);
    body.push(`const surroundings = ${create.name}({ seed: ${scene.seed} });`);
  }
  const opens = host === 'world' && items.some(({ type }) => OPENED.includes(type.kind));
  if (pinsOf(items).length > 0 || opens) {
    imports.add('preparePins', 'device/pins');
    const prepare = `preparePins(${JSON.stringify(pinsOf(items))}, place);`;
    body.push(pinsOf(items).length > 0 ? `const pins = ${prepare}` : prepare);
  }
  body.push(...items.flatMap((item) => chipLines(item, imports)));
  for (const [kind, connect] of Object.entries(CONNECT)) {
    const own = items.filter(({ type }) => type.kind === kind);
    if (own.length > 0) body.push(...connect(own, imports));
  }
  return [`/// <reference path="${sim}/device/engine.d.ts" />`, ...imports.lines(), ...body, ''].join('\n');
}
