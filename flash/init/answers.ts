// What a project is made of, as options say it; what they do not say has a default, or is asked for.

import type { BoardData } from '../../boards/board.ts';
import { boards } from '../../boards/index.ts';
import { ExitCode, MoteError } from '../errors.ts';
import type { Login } from './project.ts';

export const DEFAULT_BOARD = 'esp32';
export const DEFAULT_SENSORS: readonly string[] = ['bme280'];
export const DEFAULT_SSID = 'my-network';
export const DEFAULT_BROKER = '192.168.1.10';

/** @returns why a firmware for this board is no project of TypeScript with sensors; undefined: it is. */
function objection({ engine, name, capabilities }: BoardData): string | undefined {
  if (engine !== 'espruino') return `a firmware for ${name} is part of a C program`;
  return capabilities.hardware ? undefined : `${name} has no pins that a sensor could be at`;
}

/** Boards that a project can be made for. */
export const initBoards = (): readonly BoardData[] =>
  boards.filter((board) => objection(board) === undefined);

const usage = (what: string, fix: string, where: string) => new MoteError(what, fix, where, ExitCode.Usage);

/** @returns the board. @throws MoteError when there is none, or no project for it. */
export function readBoard(id: string): BoardData {
  const able = initBoards();
  const board = able.find((one) => one.id === id);
  if (board !== undefined) return board;
  const other = boards.find((one) => one.id === id);
  throw usage(
    other === undefined ? `unknown board "${id}"` : objection(other)!,
    `use one of ${able.map((one) => one.id).join(', ')}`,
    '--board',
  );
}

/** @returns `id` as it is. @throws MoteError when it cannot be part of a topic, or is longer than every broker takes. */
export function checkId(id: string, where: string): string {
  if (/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,21}[A-Za-z0-9])?$/.test(id)) return id;
  throw usage(
    `${JSON.stringify(id)} is no name for a mote`,
    'take 1 to 23 letters, digits and hyphens, with none of these at the ends; --id names it, whatever the folder is called',
    where,
  );
}

/** @returns host and port of HOST[:PORT]. @throws MoteError, which repeats no password. */
export function readBroker(text: string): { host: string; port: number } {
  const form = 'write HOST or HOST:PORT';
  if (text.includes('@')) {
    throw usage(
      'user and password do not belong on the command line, where others can read them',
      'give --broker-user, and MOTE_BROKER_PASSWORD in the environment or later in secrets.json',
      '--broker',
    );
  }
  const match = /^(?:mqtt:\/\/)?(\[[\da-f:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?\/?$/i.exec(text);
  const port = Number(match?.[2] ?? 1883);
  if (match === null) throw usage(`${JSON.stringify(text)} is no host`, form, '--broker');
  if (port < 1 || port > 65535) throw usage(`there is no port ${port}`, form, '--broker');
  return { host: match[1]!.replace(/^\[|\]$/g, ''), port };
}

/** @returns `ssid` as it is. @throws MoteError for what no network can be called. */
export function checkSsid(ssid: string): string {
  const bytes = Buffer.byteLength(ssid);
  if (bytes >= 1 && bytes <= 32) return ssid;
  throw usage(`a network's name has 1 to 32 bytes, not ${bytes}`, 'correct it', '--wifi');
}

/** @throws MoteError when `board` cannot sleep, or one of these sensors would be deaf meanwhile. */
export function checkSleep(board: BoardData, counting: readonly string[]): void {
  const able = initBoards().filter(({ capabilities }) => capabilities.sleep);
  if (!board.capabilities.sleep) {
    throw usage(
      `${board.name} does not sleep`,
      `use one of ${able.map(({ id }) => id).join(', ')}, or leave it out`,
      '--sleep',
    );
  }
  if (counting.length === 0) return;
  throw usage(
    `a mote that sleeps hears nothing of ${counting.join(', ')}`,
    'leave --sleep out, or the sensor',
    '--sleep',
  );
}

/** @returns what the environment says of passwords: the variables that a build knows too. */
export function passwordsFrom(env: Readonly<Record<string, string | undefined>>): {
  wifi: string | undefined;
  broker: Login['password'] | undefined;
} {
  return { wifi: env['MOTE_WIFI_PASSWORD'], broker: env['MOTE_BROKER_PASSWORD'] };
}
