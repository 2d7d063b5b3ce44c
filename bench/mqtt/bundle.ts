// The Mote program that is measured, built for a set of features: its bundle, the hash by which results name it, and what
// the build calls the members of the client. Speed and size come from the same bundle.

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { build, bundleOnly } from '../../flash/build/build.ts';
import { listFeatures } from '../../flash/build/features.ts';
import { PACKAGE_ROOT } from '../../flash/build/firmware.ts';

export const FIRMWARE = join(PACKAGE_ROOT, 'bench', 'device', 'mqtt.ts');
/** The same over the flash outbox. */
export const FLASH_FIRMWARE = join(PACKAGE_ROOT, 'bench', 'device', 'mqtt-flash.ts');

/** It asks others; it answers as well. */
const ASKS = join(PACKAGE_ROOT, 'bench', 'device', 'mqtt-asks.ts');
const TALKS = join(PACKAGE_ROOT, 'bench', 'device', 'mqtt-talks.ts');

/** A useful choice of features. */
export interface Combination {
  readonly name: string;
  /** The program; left out: FIRMWARE. */
  readonly firmware?: string;
  /** Features that are on; the program uses neither LOG nor WIFI. */
  readonly on: readonly string[];
}

/** The one that all speed figures are taken on. */
export const MEASURED: Combination = { name: '3.1.1 QoS 0/1', on: ['AUTH', 'INBOUND'] };

/** Of MQTT 5.0, and as much of that as fits into the measuring engine. */
const WITH_5: Combination = { name: '5.0 QoS 0/1', on: ['AUTH', 'INBOUND', 'V5'] };
export const PUBLISH_ONLY_5: Combination = { name: '5.0 publish only, no login or will', on: ['V5'] };

const WITH_5_AUTH = ['AUTH', 'INBOUND', 'V5', 'V5_AUTH'];

export const EVERYTHING: Combination = {
  name: 'everything',
  on: ['AUTH', 'INBOUND', 'QOS2', 'STREAM', 'STATE', 'TIME'],
};

/** As much as fits into the measuring engine beside the flash outbox. */
export const PUBLISH_ONLY: Combination = { name: 'publish only, no login or will', on: [] };

export const COMBINATIONS: readonly Combination[] = [
  PUBLISH_ONLY,
  { name: 'publish only', on: ['AUTH'] },
  { name: '3.1.1 QoS 0/1, no login or will', on: ['INBOUND'] },
  MEASURED,
  { name: '3.1.1 QoS 0/1 and streams', on: ['AUTH', 'INBOUND', 'STREAM'] },
  { name: '3.1.1 QoS 0/1/2', on: ['AUTH', 'INBOUND', 'QOS2'] },
  EVERYTHING,
  { name: '3.1.1 QoS 0/1, asks', firmware: ASKS, on: ['AUTH', 'INBOUND', 'REQUESTS'] },
  { name: '3.1.1 QoS 0/1, asks and answers', firmware: TALKS, on: ['AUTH', 'INBOUND', 'REQUESTS'] },
  PUBLISH_ONLY_5,
  WITH_5,
  { name: '5.0 QoS 0/1, enhanced authentication', on: WITH_5_AUTH },
  { name: '5.0 QoS 0/1, enhanced authentication, asks', firmware: ASKS, on: [...WITH_5_AUTH, 'REQUESTS'] },
  {
    name: '5.0 QoS 0/1, enhanced authentication, asks and answers',
    firmware: TALKS,
    on: [...WITH_5_AUTH, 'REQUESTS'],
  },
];

export interface Bundle {
  readonly code: string;
  readonly bytes: number;
  readonly hash: string;
  /** What the build made of the names of the client's members. */
  readonly names: Readonly<Record<string, string>>;
}

export function hashOf(code: string): string {
  return createHash('sha256').update(code, 'latin1').digest('hex').slice(0, 16);
}

/** @returns the client that a bundle makes; here it has nobody to talk to. */
function clientOf(code: string): Record<string, unknown> {
  let client: Record<string, unknown> = {};
  const globals = {
    expose: (given: typeof client) => (client = given),
    // A flash on which nothing stays: what is made of it is not used here.
    require: () => ({ read: (length: number) => new Uint8Array(length), write() {}, erasePage() {} }),
    E: {
      toString: (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1'),
      CRC32: () => 0,
      sum: () => 0,
    },
    getTime: () => 0,
  };
  runInContext(code, createContext(globals));
  return client;
}

/** The build shortens names but keeps the order of members, so a bundle with long names tells which is which. */
function namesOf(long: string, short: string): Record<string, string> {
  const members = Object.keys(clientOf(short));
  return Object.fromEntries(
    Object.keys(clientOf(long)).map((name, index) => [name, members[index] as string]),
  );
}

/** @returns every feature, on or off; a feature that this checkout does not have is left out. */
function featuresOf({ on }: Combination): Record<string, boolean> {
  return Object.fromEntries(Object.keys(listFeatures()).map((name) => [name, on.includes(name)]));
}

export async function buildMeasured(
  combination: Combination,
  firmware = combination.firmware ?? FIRMWARE,
): Promise<Bundle> {
  const options = { firmware, features: featuresOf(combination) };
  const { code } = await build(options);
  const { code: long } = await bundleOnly({ ...options, minify: false });
  return { code, bytes: code.length, hash: hashOf(code), names: namesOf(long, code) };
}
