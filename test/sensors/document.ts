// The pages of docs/sensors, from what is known already: a case, the driver's channels, the comments of its options, and what
// the suites have counted.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { codeText } from '../../flash/codes.ts';
import { WIRING } from '../../flash/init/wiring.ts';
import { createQuantities, createStill } from '../../sim/environment/surroundings.ts';
import { createRig } from '../../sim/rig/rig.ts';
import { Code } from '../../src/ports/codes.ts';
import type { ChannelMeta } from '../../src/ports/reading.ts';
import type { Driver } from '../../src/sensors/driver.ts';
import type { DriverCase } from './case.ts';

/** What engines and builds have measured of a driver: bench/results/sensors.json. */
export interface Measured {
  readonly bytes?: number;
  /** Allocations a sample, beyond those of an empty one: Duktape, JerryScript. */
  readonly duktape?: number;
  readonly jerryscript?: number;
}

interface Option {
  readonly name: string;
  readonly type: string;
  readonly meaning: string;
}

const source = (file: string) => fileURLToPath(new URL(`../../src/sensors/${file}.ts`, import.meta.url));

const cell = (text: string) => text.replace(/\s+/g, ' ').replace(/\|/g, '\\|').trim();

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** @returns the options of a driver: members of the interface that ends in "Options", and of those that it extends. */
export function optionsOf(file: string): Option[] {
  const path = source(file);
  const program = ts.createProgram([path], { allowImportingTsExtensions: true, noEmit: true, noLib: true });
  const checker = program.getTypeChecker();
  const tree = program.getSourceFile(path)!;
  const declared = tree.statements.filter(
    (node): node is ts.InterfaceDeclaration =>
      ts.isInterfaceDeclaration(node) &&
      node.name.text.endsWith('Options') &&
      (ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Export) !== 0,
  );
  const last = declared.at(-1);
  if (last === undefined) return [];
  return checker.getPropertiesOfType(checker.getTypeAtLocation(last)).map((property) => {
    const declaration = property.valueDeclaration as ts.PropertySignature;
    return {
      name: property.name,
      type: declaration.type?.getText() ?? '',
      meaning: ts.displayPartsToString(property.getDocumentationComment(checker)),
    };
  });
}

/** @returns the name of the function that makes the driver. */
export function creatorOf({ example }: DriverCase): string {
  return /create\w+/.exec(example.split('\n').at(-1)!)?.[0] ?? '';
}

export function driverOf(driverCase: DriverCase): Driver {
  return driverCase.create(createRig(0), createStill(createQuantities()), 1).driver;
}

const utf8 = (text: string) => Buffer.from(text, 'latin1').toString('utf8');
const number = (value: number, { decimals }: ChannelMeta) => String(value / 10 ** decimals);
const milliseconds = (ms: number) => (ms >= 1000 ? `${ms / 1000} s` : `${ms} ms`);

function channelRow(meta: ChannelMeta): string[] {
  const unit = utf8(meta.unit);
  const kind = { total: 'total', binary: '0 or 1', measured: '' }[meta.kind ?? 'measured'];
  return [
    `\`${meta.key}\``,
    [unit, kind].filter((part) => part !== '').join(', '),
    `${number(meta.min, meta)} to ${number(meta.max, meta)}`,
    String(10 ** -meta.precision),
    meta.deviceClass === '' ? '' : `\`${meta.deviceClass}\``,
  ];
}

const codeNames = new Map<number, string>(
  Object.entries({
    Absent: Code.Absent,
    Timeout: Code.Timeout,
    Crc: Code.Crc,
    NotReady: Code.NotReady,
    WrongId: Code.WrongId,
    Range: Code.Range,
    Fault: Code.Fault,
    Overflow: Code.Overflow,
    BadOptions: Code.BadOptions,
  }).map(([name, code]) => [code, name]),
);

const FAULTS: Readonly<Record<string, string>> = {
  absent: 'a wire is off, or the chip is not there',
  stuckLow: 'the data line is held low',
  stuckHigh: 'the data line is held high',
  wrongId: 'another kind of chip in its place',
  'another chip': 'another kind of chip in its place',
  badCrc: 'a bit turns on the way',
  slow: 'conversions take too long',
  'brown-out': 'the supply dips during a sample',
  'bus held down': 'the clock line is held low',
};

/** @returns the name of a fault, for people. */
function faultText(name: string, channels: readonly ChannelMeta[]): string {
  const saturated = /^saturated (\d+)$/.exec(name);
  if (saturated !== null) {
    return `${channels[Number(saturated[1])]?.key ?? 'value'}: the converter is at its end`;
  }
  return FAULTS[name] ?? name;
}

/** A page of docs/sensors. */
export function page(driverCase: DriverCase): string {
  const driver = driverOf(driverCase);
  const options = optionsOf(driverCase.file);
  const times = [
    `Values can be trusted ${milliseconds(driver.warmUpMs)} after power-up`,
    `it can be sampled every ${milliseconds(Math.max(driver.minIntervalMs, 1))}`,
    ...(driver.discard > 0
      ? [`its first ${driver.discard === 1 ? 'sample is' : `${driver.discard} samples are`} thrown away`]
      : []),
  ];
  return [
    `# ${driverCase.chip}`,
    `${driverCase.maker}. [Datasheet](${driverCase.datasheet}). [All sensors](../sensors.md).`,
    '## Wiring',
    WIRING[driverCase.file]!.map((line) => `- ${line}`).join('\n'),
    '## In a firmware',
    `\`\`\`ts\nimport { ${creatorOf(driverCase)} } from 'mote-sdk/sensors/${driverCase.file}';\n\n${driverCase.example}\n\`\`\``,
    '## Options',
    options.length === 0
      ? 'None.'
      : table(
          ['option', 'values', 'meaning'],
          options.map(({ name, type, meaning }) => [`\`${name}\``, `\`${type}\``, meaning]),
        ),
    '## Channels',
    table(['key', 'unit', 'range', 'published in steps of', 'device class'], driver.channels.map(channelRow)),
    `${times.join('; ')}.`,
    '## What the checks catch',
    'Each of these was tried on the simulated chip, before, in the middle of and between samples: it leads to the code, never to a value.',
    table(
      ['what is wrong', 'code', 'what the board says'],
      driverCase.faults.map(({ name, code }) => [
        faultText(name, driver.channels),
        `\`${codeNames.get(code) ?? code}\``,
        codeText(code),
      ]),
    ),
    '',
  ].join('\n\n');
}

/** What one driver was checked for, and costs. */
export interface Row {
  readonly driverCase: DriverCase;
  readonly values: number;
  readonly faults: number;
  /** Bytes of the longest transfer, 0 where it is on no such bus. */
  readonly longest: number;
  readonly longestMs: number;
  readonly measured: Measured;
}

const cellOf = (value: number | undefined) => (value === undefined ? '' : String(value));

/** bench/results/examples.json. */
export interface ExampleFigures {
  readonly name: string;
  readonly bytes: number;
  readonly loaded: number;
  readonly variables: number;
  readonly blockBytes: number;
  readonly free: number;
  readonly total: number;
}

/** bench/results/scheduler.json. */
export interface SchedulerFigures {
  readonly perSample: Readonly<Record<string, number>>;
  readonly samples: number;
  readonly worstMs: number;
  readonly meanMs: number;
}

function boardSection(examples: readonly ExampleFigures[], scheduler: SchedulerFigures): string[] {
  const thousands = (count: number) => `${Math.round(count / 1000)} k`;
  const costs = Object.entries(scheduler.perSample).map(
    ([count, cost]) => `${thousands(cost)} with ${count}`,
  );
  return [
    '## On a board',
    'Each example with client, flash outbox and, but for the meter, discovery, running on a real Espruino: bytes in flash, variables that it holds, and how many are then free.',
    table(
      [
        'example',
        'bytes, minified',
        'variables loaded from flash',
        'held while it runs',
        'free',
        'of',
        'bytes each',
      ],
      examples.map(({ name, bytes, loaded, variables, free, total, blockBytes }) =>
        [`\`${name}\``, bytes, loaded, variables, free, total, blockBytes].map(String),
      ),
    ),
    `The scheduler takes ${costs.join(', ')} sensors for a sample (instructions of an unoptimised Espruino, in which a publish through the flash outbox takes ` +
      `2,034 k; \`npm run bench:scheduler\`). With ten sensors on one timer of a real Espruino the worst of ${scheduler.samples} samples was ${scheduler.worstMs} ms late, the mean ${scheduler.meanMs} ms.`,
  ];
}

/** The overview, docs/sensors.md. */
export function overview(
  intro: string,
  rows: readonly Row[],
  examples: readonly ExampleFigures[],
  scheduler: SchedulerFigures,
): string {
  const sizes = rows.flatMap(({ measured }) => measured.bytes ?? []).sort((a, b) => a - b);
  const sum = (pick: (row: Row) => number) => rows.reduce((all, row) => all + pick(row), 0);
  return [
    intro.trim(),
    '## All drivers',
    table(
      [
        'sensor',
        'values checked',
        'faults tried',
        'longest transfer, bytes',
        'ms',
        'bytes, minified',
        'allocations a sample: Duktape',
        'JerryScript',
      ],
      rows.map(({ driverCase, values, faults, longest, longestMs, measured }) => [
        `[${driverCase.chip}](sensors/${driverCase.file}.md)`,
        String(values),
        String(faults),
        longest === 0 ? '' : String(longest),
        longest === 0 ? '' : longestMs.toFixed(2),
        cellOf(measured.bytes),
        cellOf(measured.duktape),
        cellOf(measured.jerryscript),
      ]),
    ),
    `${rows.length} drivers, ${sum((row) => row.values)} values held against the truth around the chip, ${sum((row) => row.faults)} faults tried. ` +
      (sizes.length === 0
        ? ''
        : `Median size ${sizes[sizes.length >> 1]} bytes: of a driver’s own files, without the sampler and the checks of bytes that a firmware has once, 1.2 KB. Times are those of I2C at 100 kHz, SPI at 1 MHz, 1-Wire slots of 70 us (a search takes three a bit, here with one chip), and UARTs at 9600 baud, whose bytes leave by themselves; a pin or converter is one look. Allocations of drivers on I2C are their own; of the others those of the simulated chip are among them. JerryScript allocates for each fraction and each integer beyond 2^27; what is allocated is freed with the sample.`),
    ...boardSection(examples, scheduler),
    '',
  ].join('\n\n');
}

/** The text above the table is written by hand; it stands in the page itself. */
export function introOf(path: string): string {
  const text = readFileSync(path, 'utf8');
  return text.slice(0, text.indexOf('## All drivers'));
}
