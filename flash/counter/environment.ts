// What the counter is told by its environment, checked: the same variables for every engine (docs/mqtt-client.md).

import { resolve } from 'node:path';
import type { CounterOptions } from '../../examples/counter/counter.ts';
import { encodeConnect } from '../../src/mqtt/packet.ts';
import { isText } from '../../src/mqtt/topic.ts';
import { PACKET_MAX } from '../../src/mqtt/client.ts';
import { fromText } from '../../src/bytes/bytes.ts';
import { PACKAGE_ROOT } from '../build/firmware.ts';
import { ExitCode, MoteError } from '../errors.ts';

export type EngineName = 'node' | 'espruino';

export interface CounterSettings {
  readonly engine: EngineName;
  /** Absolute. */
  readonly stateDirectory: string;
  readonly options: CounterOptions;
}

/** Below ten tries a second, and back within six seconds, whatever is asked for. */
const RECONNECT_LEAST_MS = 110;
const RECONNECT_MOST_MS = 5500;
/** An hour. */
const LONGEST_MS = 3_600_000;
/** What a CONNECT of 5.0 has besides: session expiry interval, receive maximum, topic alias maximum, and their length. */
const MORE_5 = 12;
/** Espruino takes no longer name. */
const HOST_MAX = 127;

type Environment = Readonly<Record<string, string | undefined>>;

function usage(variable: string, what: string, fix: string): MoteError {
  return new MoteError(what, fix, variable, ExitCode.Usage);
}

/** @returns the value of a variable; an empty one is none. */
function text(environment: Environment, variable: string, otherwise: string): string {
  const value = environment[variable];
  return value === undefined || value === '' ? otherwise : value;
}

function integer(
  environment: Environment,
  variable: string,
  otherwise: number,
  least: number,
  greatest: number,
): number {
  const value = text(environment, variable, String(otherwise));
  const number = Number(value);
  if (/^\d{1,10}$/.test(value) && number >= least && number <= greatest) return number;
  throw usage(
    variable,
    `${JSON.stringify(value)} is not a whole number from ${least} to ${greatest}`,
    'correct it',
  );
}

function choice<T extends string>(
  environment: Environment,
  variable: string,
  choices: readonly [T, ...T[]],
): T {
  const value = text(environment, variable, choices[0]);
  const found = choices.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  throw usage(variable, `${JSON.stringify(value)} is not possible`, `use one of ${choices.join(', ')}`);
}

function readVersion(environment: Environment): 4 | 5 {
  const version = text(environment, 'MQTT_VERSION', '4');
  if (version === '4' || version === '5') return version === '5' ? 5 : 4;
  throw usage(
    'MQTT_VERSION',
    `${JSON.stringify(version)} is no version of MQTT here`,
    'use 4 (MQTT 3.1.1) or 5 (MQTT 5.0)',
  );
}

function checkClientId(options: CounterOptions): void {
  const { clientId, cleanSession, version } = options;
  if (clientId !== '' && !isText(fromText(clientId))) {
    throw usage('CLIENT_ID', 'it has a character that MQTT forbids', 'take out control characters');
  }
  if (clientId === '' && !cleanSession && version < 5) {
    throw usage(
      'CLIENT_ID',
      'a session that is kept needs a name',
      'set it, or set CLEAN=1, or MQTT_VERSION=5, where the broker finds one',
    );
  }
  if (encodeConnect(options, false, clientId).length + (version > 4 ? MORE_5 : 0) > PACKET_MAX) {
    throw usage('CLIENT_ID', `a CONNECT with it is longer than ${PACKET_MAX} bytes`, 'shorten it');
  }
}

/** Read the environment. @throws MoteError for the first variable that is wrong. */
export function readSettings(environment: Environment): CounterSettings {
  const version = readVersion(environment);
  const number = (variable: string, otherwise: number, least: number, greatest: number) =>
    integer(environment, variable, otherwise, least, greatest);
  const host = text(environment, 'HOST', '127.0.0.1');
  if (host.length > HOST_MAX || /[^\x21-\x7e]/.test(host)) {
    throw usage('HOST', `${JSON.stringify(host)} is no host name`, 'give a name or an address');
  }
  const reconnectMs = number('RECONNECT_MS', 1000, 0, LONGEST_MS);
  const options: CounterOptions = {
    host,
    port: number('PORT', 1883, 1, 65535),
    version,
    clientId: Buffer.from(environment['CLIENT_ID'] ?? 'mote-counter', 'utf8').toString('latin1'),
    cleanSession: choice(environment, 'CLEAN', ['0', '1']) === '1',
    keepAliveSec: number('KEEPALIVE', 10, 0, 65535),
    periodMs: number('PERIOD_MS', 1000, 0, LONGEST_MS),
    reconnectMs: Math.min(RECONNECT_MOST_MS, Math.max(RECONNECT_LEAST_MS, reconnectMs)),
    connectTimeoutMs: number('CONNECT_TIMEOUT_MS', 4000, 1, LONGEST_MS),
    receiveMax: number('MAX_PACKET', 2048, 32, 2048),
    first: number('COUNTER_START', 1, 0, 2_000_000_000),
  };
  checkClientId(options);
  const directory = text(environment, 'STATE_DIR', '');
  return {
    engine: choice(environment, 'ENGINE', ['node', 'espruino']),
    stateDirectory: directory === '' ? resolve(PACKAGE_ROOT, 'out/counter') : resolve(directory),
    options,
  };
}
