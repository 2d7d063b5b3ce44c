// `mote init`: a new project, from options, from questions, or from defaults.

import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { PACKAGE_NAME, PACKAGE_ROOT } from '../build/firmware.ts';
import { ExitCode, MoteError } from '../errors.ts';
import type { Project } from '../init/project.ts';
import { collect } from './options.ts';

interface InitFlags {
  readonly id?: string;
  readonly board?: string;
  readonly sensor: string[];
  readonly wifi?: string;
  readonly broker?: string;
  readonly brokerUser?: string;
  readonly sleep?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

export function addInit(program: Command): void {
  program
    .command('init')
    .description('make a new project: a firmware, its wiring, its test on the virtual board')
    .argument('[dir]', 'a new or empty folder')
    .option('--id <name>', 'first part of its topics; without it, the name of the folder')
    .option('--board <id>', 'what it will run on, one of `mote boards`; esp32 without questions')
    .option(
      '--sensor <name[:place]>',
      'a sensor, where it should be: bme280:1/0x77 is I2C bus and address, ds18b20:4 a pin',
      collect,
      [],
    )
    .option(
      '--wifi <ssid>',
      'name of the network; its password from MOTE_WIFI_PASSWORD, a question, or secrets.json',
    )
    .option('--broker <host[:port]>', 'where it publishes')
    .option(
      '--broker-user <name>',
      'who it is there; the password from MOTE_BROKER_PASSWORD, a question, or secrets.json',
    )
    .option('--sleep', 'for a battery: it sleeps between samples')
    .option('--yes', 'ask nothing: what no option says has its default')
    .option('--json', 'ask nothing, print one JSON object: folder, id, board, sensors, files')
    .action(runInit);
}

/** @returns whether somebody is there to be asked. */
function canAsk({ yes, json }: InitFlags): boolean {
  return !yes && !json && process.stdin.isTTY === true && process.stdout.isTTY === true;
}

/** @returns the folder's name as that of a mote. */
const idFrom = (folder: string) =>
  basename(resolve(folder))
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .toLowerCase();

/** @returns whether a project in `folder` finds this package without installing anything. */
function isInstalledFor(folder: string): boolean {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, 'node_modules', PACKAGE_NAME))) return true;
    if (dirname(at) === at) return false;
  }
}

function steps(folder: string, { board }: Project): string {
  const place = relative(process.cwd(), folder);
  const lines = [
    ...(place === '' ? [] : [`cd ${/\s/.test(place) ? JSON.stringify(place) : place}`]),
    ...(isInstalledFor(folder) ? [] : ['npm install']),
    'npm test          # on the virtual board, in virtual time',
    'npm run sim       # live, with a broker of its own',
    `npx mote upload --board ${board.id} --port PORT`,
  ];
  return `next:\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

async function readAnswers(dir: string | undefined, flags: InitFlags) {
  const { passwordsFrom } = await import('../init/answers.ts');
  const { wifi: wifiPassword, broker: brokerPassword } = passwordsFrom(process.env);
  const { checkFolder } = await import('../init/write.ts');
  if (dir !== undefined) checkFolder(dir);
  const given = { ...flags, folder: dir, wifiPassword, brokerPassword };
  if (!canAsk(flags)) return given;
  const { ask } = await import('../init/ask.ts');
  const { checkId } = await import('../init/answers.ts');
  let needsId = dir === undefined;
  if (flags.id === undefined && dir !== undefined) {
    try {
      checkId(idFrom(dir), dir);
    } catch {
      needsId = true;
    }
  }
  return { ...given, ...(await ask(given, needsId && flags.id === undefined)) };
}

async function runInit(dir: string | undefined, flags: InitFlags): Promise<void> {
  const answers = await readAnswers(dir, flags);
  if (answers.folder === undefined) {
    throw new MoteError('no folder is named', 'write mote init DIR', undefined, ExitCode.Usage);
  }
  const defaults = await import('../init/answers.ts');
  const { planSensors } = await import('../init/plan.ts');
  const { projectFiles } = await import('../init/project.ts');
  const { checkFolder, writeProject } = await import('../init/write.ts');

  const folder = checkFolder(answers.folder);
  const board = defaults.readBoard(answers.board ?? defaults.DEFAULT_BOARD);
  const plan = planSensors(board, answers.sensor.length === 0 ? defaults.DEFAULT_SENSORS : answers.sensor);
  const counting = plan.sensors.filter(({ type }) => type.connection === 'edge').map(({ name }) => name);
  if (answers.sleep) defaults.checkSleep(board, counting);
  const project: Project = {
    id: defaults.checkId(answers.id ?? idFrom(folder), answers.id === undefined ? answers.folder : '--id'),
    board,
    plan,
    sleeps: answers.sleep === true,
    wifi: {
      ssid: defaults.checkSsid(answers.wifi ?? defaults.DEFAULT_SSID),
      password: answers.wifiPassword ?? '',
    },
    broker: {
      ...defaults.readBroker(answers.broker ?? defaults.DEFAULT_BROKER),
      username: answers.brokerUser ?? '',
      password: answers.brokerPassword ?? '',
    },
    version: (JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8')) as { version: string })
      .version,
  };
  const files = projectFiles(project);
  writeProject(folder, files);
  if (flags.json) {
    const sensors = plan.sensors.map(({ name, type, place, pins }) => ({
      name,
      driver: type.driver,
      ...place,
      pins,
    }));
    const outcome = {
      folder,
      id: project.id,
      board: board.id,
      sleeps: project.sleeps,
      sensors,
      files: [...files.keys()],
    };
    process.stdout.write(`${JSON.stringify(outcome)}\n`);
    return;
  }
  const list = plan.sensors.map(({ name }) => name).join(', ');
  process.stdout.write(
    `${answers.folder}: ${project.id} on ${board.name}, with ${list}\n${steps(folder, project)}`,
  );
}
