// main.ts of a new project: what its sensors are opened with, and the mote. Text only.

import type { BoardData } from '../../boards/board.ts';
import type { PlacedSensor, Plan } from './plan.ts';

/** What a firmware is made of. */
export interface Mote {
  /** First part of all topics, MQTT client identifier and name of the package. */
  readonly id: string;
  readonly board: BoardData;
  readonly plan: Plan;
  readonly sleeps: boolean;
}

/** Where totals are kept in the outbox; lower keys are the outbox's own. */
const FIRST_TOTAL_KEY = 11;

type Numbers = Readonly<Record<string, number>>;

const hex = (address: number) => `0x${address.toString(16)}`;
const fields = (numbers: Numbers) =>
  Object.entries(numbers)
    .map(([key, value]) => `${key}: ${value}`)
    .join(', ');

/** What a driver is given, and what of mote-sdk/espruino it needs. */
interface Argument {
  readonly text: string;
  readonly opens: readonly string[];
}

/** The first argument of the driver's creator. */
const ARGUMENT: Readonly<Record<PlacedSensor['type']['connection'], (sensor: PlacedSensor) => Argument>> = {
  i2c: ({ place }) => ({ text: `i2c${place['bus']}`, opens: ['openI2c'] }),
  spi: ({ place, pins }) => ({
    text: `openSpi({ bus: ${place['bus']}, ${fields(pins)}, select: ${place['select']} })`,
    opens: ['openSpi'],
  }),
  'spi-lines': ({ place, pins }) => ({
    text: `openSpi({ bus: ${place['bus']}, ${fields(pins)} })`,
    opens: ['openSpi'],
  }),
  onewire: ({ place }) => ({
    text: `createDs18b20Bus(openOneWire(${place['pin']}))`,
    opens: ['openOneWire'],
  }),
  uart: ({ place, pins }) => ({
    text: `openUart({ port: ${place['port']}, ${fields(pins)} })`,
    opens: ['openUart'],
  }),
  edge: ({ place, type }) => ({
    text: `openEdgeInput(${place['pin']}, Pull.${type.pull})`,
    opens: ['openEdgeInput', 'Pull'],
  }),
  line: ({ place }) => ({ text: `openOpenDrain(${place['pin']})`, opens: ['openOpenDrain'] }),
  echo: ({ place }) => ({
    text: `openPulseEcho(${place['trigger']}, ${place['echo']})`,
    opens: ['openPulseEcho'],
  }),
  analog: ({ place }) => ({ text: `openAnalogInput(${place['pin']})`, opens: ['openAnalogInput'] }),
};

/** @returns the expression that makes a driver. @param totalKey where it keeps its total. */
function driver(sensor: PlacedSensor, totalKey: number): string {
  const { type, unusualAddress } = sensor;
  const args = [ARGUMENT[type.connection](sensor).text];
  if (type.use !== undefined) args.push(`createCountStore(board.outbox, ${totalKey})`, type.use);
  if (unusualAddress !== undefined) args.push(`{ address: ${hex(unusualAddress)} }`);
  if (type.options !== undefined) args.push(type.options);
  return `${type.creator}(${args.join(', ')})`;
}

/** @returns import lines in the order of their files. */
function imports({ sensors, i2c }: Plan, sleeps: boolean, hasTotals: boolean): string[] {
  const board = new Set(['startMote', ...sensors.flatMap((one) => ARGUMENT[one.type.connection](one).opens)]);
  if (i2c.size > 0) board.add('openI2c');
  if (sleeps) board.add('openPower');
  if (hasTotals) ['createCountStore', 'openBoard'].forEach((name) => board.add(name));
  const files = new Map<string, Set<string>>([['mote-sdk/espruino', board]]);
  const add = (file: string, name: string) => files.set(file, (files.get(file) ?? new Set()).add(name));
  if (sleeps) add('mote-sdk/parts/sleep', 'createSleep');
  for (const { type } of sensors) {
    const file = `mote-sdk/sensors/${type.driver}`;
    add(file, type.creator);
    if (type.use !== undefined) add(file, type.use);
    if (type.connection === 'onewire') add('mote-sdk/sensors/ds18b20-bus', 'createDs18b20Bus');
  }
  return [...files]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([file, names]) => `import { ${[...names].sort().join(', ')} } from '${file}';`);
}

/** @returns the program. */
export function programText({ id, board, plan, sleeps }: Mote): string {
  const hasTotals = plan.sensors.some(({ type }) => type.use !== undefined);
  let totals = FIRST_TOTAL_KEY;
  const sensors = plan.sensors.map((sensor) => {
    const text = driver(sensor, totals);
    if (sensor.type.use !== undefined) totals++;
    return `    { name: '${sensor.name}', driver: ${text}, intervalMs: settings.intervalMs },`;
  });
  const indent = (lines: readonly string[]) =>
    hasTotals ? lines.map((line) => (line === '' ? '' : `  ${line}`)) : lines;
  const options = [
    '{',
    '  id: settings.id,',
    '  broker: settings.broker,',
    ...(board.capabilities.wifi ? ['  wifi: settings.wifi,'] : []),
    '  sensors: [',
    ...sensors,
    '  ],',
    ...(sleeps
      ? [
          '  // On battery: sample into flash, send what waits in one session (docs/sleep.md of Mote).',
          "  outbox: { whenFull: 'drop-oldest' },",
          '  sleep: createSleep({',
          '    power: openPower(),',
          '    intervalMs: settings.intervalMs,',
          '    sendCount: settings.sendCount,',
          '    sendAgeMs: settings.sendAgeMs,',
          '  }),',
        ]
      : []),
    '}',
  ];
  const call = hasTotals
    ? ['startMote(', ...indent(options.with(-1, '},')), '  board,', ');']
    : [`startMote(${options[0]}`, ...options.slice(1, -1), '});'];
  return [
    `// ${id}: ${plan.sensors.map(({ type }) => type.title).join('; ')}. On ${board.name}; README.md says how it is wired.`,
    '',
    ...imports(plan, sleeps, hasTotals),
    "import settings from './settings.json';",
    '',
    ...(hasTotals ? [`const board = openBoard(${sleeps ? "{ whenFull: 'drop-oldest' }" : ''});`] : []),
    ...[...plan.i2c].map(([bus, pins]) => `const i2c${bus} = openI2c({ bus: ${bus}, ${fields(pins)} });`),
    ...(hasTotals || plan.i2c.size > 0 ? [''] : []),
    ...call,
    '',
  ].join('\n');
}
