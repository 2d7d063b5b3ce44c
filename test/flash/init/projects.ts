// Projects as `mote init` writes them, for many boards and sensors, in folders of their own.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { initBoards, readBoard } from '../../../flash/init/answers.ts';
import { planSensors } from '../../../flash/init/plan.ts';
import { projectFiles, type Project } from '../../../flash/init/project.ts';
import { SENSORS } from '../../../flash/init/sensors.ts';
import { writeProject } from '../../../flash/init/write.ts';

export interface Combination {
  readonly board: string;
  readonly sensors: readonly string[];
  readonly sleeps: boolean;
}

export function projectOf({ board: id, sensors, sleeps }: Combination): Project {
  const board = readBoard(id);
  return {
    id: 'mote-1',
    board,
    plan: planSensors(board, sensors),
    sleeps,
    wifi: { ssid: 'home', password: 'a secret' },
    broker: { host: 'broker.example', port: 8883, username: 'mote', password: 'another' },
    version: '0.1.0',
  };
}

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

export function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mote-project-'));
  folders.push(folder);
  return folder;
}

/** @returns the folder of a project. */
export function writeCombination(combination: Combination): string {
  const folder = join(newFolder(), 'project');
  writeProject(folder, projectFiles(projectOf(combination)));
  return folder;
}

/** Sensors that hear nothing while the mote sleeps. */
const isCounting = (name: string) => SENSORS.some((one) => one.name === name && one.connection === 'edge');

/** Every sensor alone on one board, and a few together on every board, awake and asleep where that is possible. */
export function allCombinations(): Combination[] {
  const alone = SENSORS.map(({ name }) => ({ board: 'esp32', sensors: [name], sleeps: false }));
  const asleep = SENSORS.filter(({ name }) => !isCounting(name)).map(({ name }) => ({
    board: 'esp32',
    sensors: [name],
    sleeps: true,
  }));
  const together = initBoards().flatMap(({ id, capabilities }) =>
    [['bme280'], ['scd4x', 'bme280:1/0x77', 'bme680:1/0x76'], ['ds18b20']].flatMap((sensors) =>
      [false, true]
        .filter((sleeps) => !sleeps || capabilities.sleep)
        .map((sleeps) => ({ board: id, sensors, sleeps })),
    ),
  );
  const crowd = [
    'bme280',
    'sgp40',
    'ds18b20',
    'dht22',
    'gps',
    'max31855',
    'hc-sr04',
    'soil',
    'battery',
    'rain-gauge',
  ];
  return [...alone, ...asleep, ...together, { board: 'esp32', sensors: crowd, sleeps: false }];
}

export const nameOf = ({ board, sensors, sleeps }: Combination) =>
  `${board}, ${sensors.join(' ')}${sleeps ? ', asleep in between' : ''}`;
