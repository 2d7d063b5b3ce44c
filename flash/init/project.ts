// The files of a new project, as text. Nothing here touches a disk.

import type { PlacedSensor } from './plan.ts';
import { programText, type Mote } from './program.ts';
import { WIRING } from './wiring.ts';

export interface Login {
  readonly username: string;
  readonly password: string;
}

export interface Project extends Mote {
  readonly wifi: { readonly ssid: string; readonly password: string };
  readonly broker: { readonly host: string; readonly port: number } & Login;
  /** Of mote-sdk. */
  readonly version: string;
}

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

const AWAKE_INTERVAL_MS = 10_000;
const ASLEEP_INTERVAL_MS = 900_000;

/** What a small mote has no use for; each saves flash and variables. */
function featuresOf({ plan, sleeps }: Project): Record<string, boolean> {
  const off = ['INBOUND', 'QOS2', 'STREAM', 'LATEST'];
  if (!sleeps) off.push('DROP', 'LAZY', 'BATCH', 'TIME');
  // Totals of counted pulses are state.
  if (!sleeps && plan.sensors.every(({ type }) => type.use === undefined)) off.push('STATE');
  return Object.fromEntries(off.map((name) => [name, false]));
}

function settingsOf({ id, board, sleeps, wifi, broker }: Project): unknown {
  return {
    id,
    intervalMs: sleeps ? ASLEEP_INTERVAL_MS : AWAKE_INTERVAL_MS,
    ...(sleeps && { sendCount: 20, sendAgeMs: 21_600_000 }),
    broker: {
      host: broker.host,
      port: broker.port,
      username: broker.username,
      password: '',
      keepAliveSec: 30,
    },
    ...(board.capabilities.wifi && { wifi: { ssid: wifi.ssid, password: '' } }),
  };
}

function secretsOf({ board, wifi, broker }: Project): unknown {
  return {
    broker: { password: broker.password },
    ...(board.capabilities.wifi && { wifi: { password: wifi.password } }),
  };
}

/** What is around the virtual board, by the first sensor that says so. */
const ENVIRONMENTS: readonly (readonly [environment: string, chips: RegExp])[] = [
  ['plant', /^(soil-probe|ntc)$/],
  ['drive', /^gps$/],
  ['solar', /^(ina2..|energy-meter|battery)$/],
  ['vibration', /^(mpu6050|lis3dh|adxl345)$/],
  ['room', /^(scd.+|sgp.+|ccs811|pms7003|mh-z19|pir|contact|button)$/],
];

function sceneOf({ plan }: Project): unknown {
  const chips = plan.sensors.map(({ type, place }) => ({ chip: type.chip, ...place }));
  const environment = ENVIRONMENTS.find(([, pattern]) => chips.some(({ chip }) => pattern.test(chip)))?.[0];
  return { chips, ...(environment !== undefined && { environment }), seed: 1 };
}

function packageOf({ id, board, version }: Project): unknown {
  const on = `--board ${board.id}`;
  return {
    name: id.toLowerCase(),
    version: '0.1.0',
    private: true,
    type: 'module',
    engines: { node: '>=20.12' },
    scripts: {
      test: 'node --test',
      sim: `mote sim . ${on}`,
      build: `mote build . ${on}`,
      check: 'mote check .',
      size: `mote size . ${on}`,
    },
    devDependencies: { 'mote-sdk': `^${version}` },
  };
}

function testText({ board, plan }: Project): string {
  return `// The firmware itself, built as for the board, on a virtual board in virtual time: \`npm test\`. Chips are those of sim.json.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startVirtualBoard } from 'mote-sdk/testing';

const HOUR_MS = 3_600_000;
let board;

before(async () => {
  board = await startVirtualBoard({ firmware: new URL('..', import.meta.url), board: '${board.id}' });
});
after(() => board?.stop());

for (const sensor of [${plan.sensors.map(({ name }) => `'${name}'`).join(', ')}]) {
  test(\`\${sensor} publishes\`, () => {
    // Its status says no more than that it is there.
    const reading = new RegExp(\`^\${board.settings.id}/\${sensor}/(?!status$)\`);
    const message = board.waitFor(reading, HOUR_MS);
    assert.match(message.payload, /"value":-?\\d/);
  });
}

test('the broker has nothing to complain about', () => {
  assert.deepEqual(board.violations, []);
});
`;
}

/** Words for the pins of one connection. */
const ROLES: Readonly<Record<string, string>> = {
  data: 'SDA',
  clock: 'SCL',
  in: 'data from the chip',
  out: 'data to the chip',
  select: 'chip select',
  receive: 'the TX of the sensor',
  transmit: 'the RX of the sensor',
  trigger: 'trigger',
  echo: 'echo',
  pin: 'its line',
};

const pinLines = (pins: Readonly<Record<string, number>>, roles = ROLES) =>
  Object.entries(pins).flatMap(([key, pin]) =>
    roles[key] === undefined ? [] : [`- pin ${pin}: ${roles[key]}`],
  );

function wiringOf({ type, name, place, pins }: PlacedSensor): string {
  const bus =
    type.connection === 'i2c'
      ? [`- I2C ${place['bus']}, address 0x${(place['address'] as number).toString(16)}`]
      : [];
  const own = pinLines(
    { ...pins, ...place },
    type.connection.startsWith('spi') ? { ...ROLES, clock: 'clock' } : ROLES,
  );
  const lines = [...bus, ...own, ...WIRING[type.driver]!.map((line) => `- ${line}`)];
  return `### ${name}\n\n${type.title}.\n\n${lines.join('\n')}\n`;
}

function readmeText(project: Project): string {
  const { id, board, plan, sleeps } = project;
  const buses = [...plan.i2c].map(([bus, pins]) => `### I2C ${bus}\n\n${pinLines(pins).join('\n')}\n`);
  const passwords = board.capabilities.wifi ? 'passwords of Wi-Fi and broker' : "the broker's password";
  return `# ${id}

A [Mote](https://www.npmjs.com/package/mote-sdk) firmware for ${board.name}: ${plan.sensors.map(({ type }) => type.title).join('; ')}.

    npm install
    npm test        # the firmware on a virtual board, in virtual time
    npm run sim     # the same, live, with a broker of its own
    npx mote upload --board ${board.id} --port /dev/ttyUSB0     # onto a board that runs Espruino

It publishes \`${id}/<sensor>/<channel>\`${sleeps ? ', samples every 15 minutes and sends what waits in one session' : ''}.

- \`main.ts\`: the firmware. \`features.json\`: what it leaves out, for room.
- \`settings.json\`: broker, ${board.capabilities.wifi ? 'Wi-Fi, ' : ''}interval. \`secrets.json\`, which git ignores, is laid over it: ${passwords}.
  In CI these are \`MOTE_WIFI_PASSWORD\` and \`MOTE_BROKER_PASSWORD\`.
- The editor knows all of Espruino; a firmware that uses more of it than Mote does says \`/// <reference types="mote-sdk/types/espruino" />\` in its first line.
- \`sim.json\`: which chips the virtual board has, and where. \`test/\`: what has to hold.

## Wiring

${[...buses, ...plan.sensors.map(wiringOf)].join('\n')}`;
}

const TSCONFIG = { extends: 'mote-sdk/tsconfig.json', include: ['*.ts'] };

/** The compiler that builds is the one that the editor asks: another version knows other options. */
const EDITOR = {
  'typescript.tsdk': 'node_modules/typescript/lib',
  'typescript.enablePromptUseWorkspaceTsdk': true,
};

export const IGNORED: readonly string[] = ['node_modules/', 'out/', 'secrets.json'];

/** @returns the text of each file by its path. */
export function projectFiles(project: Project): Map<string, string> {
  return new Map([
    ['.gitignore', `${IGNORED.join('\n')}\n`],
    ['.vscode/settings.json', json(EDITOR)],
    ['README.md', readmeText(project)],
    ['features.json', json(featuresOf(project))],
    ['main.ts', programText(project)],
    ['package.json', json(packageOf(project))],
    ['secrets.json', json(secretsOf(project))],
    ['settings.json', json(settingsOf(project))],
    ['sim.json', json(sceneOf(project))],
    ['test/firmware.test.js', testText(project)],
    ['tsconfig.json', json(TSCONFIG)],
  ]);
}
