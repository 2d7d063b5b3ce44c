// settings.json beside a firmware is its configuration at build time. secrets.json, which git ignores, the environment and the
// overrides of one build are laid over it, in this order. settings.json decides which keys exist and of what type they are.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MoteError } from '../errors.ts';
import { fileContent, isFile } from './credentials.ts';
import { fromEnvironment, type Environment } from './environment.ts';
import { displayName } from './firmware.ts';
import { isObject, kindOf, parseLike } from './json.ts';

export type Settings = Record<string, unknown>;

export const SETTINGS_NAME = 'settings.json';

export function settingsFile(folder: string): string {
  return join(folder, SETTINGS_NAME);
}

export function secretsFile(folder: string): string {
  return join(folder, 'secrets.json');
}

/** @returns the object in a JSON file. Throws MoteError when it is none. @param isSecret nothing of it may be shown. */
export function readObject(file: string, isSecret = false): Settings {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const words = (error as Error).message.replace(/\s+/g, ' ');
    // They quote what stands there.
    const reason = isSecret
      ? (/line \d+ column \d+/.exec(words)?.[0] ?? 'what stands there is not shown')
      : words;
    throw new MoteError(`not valid JSON: ${reason}`, 'correct the file', displayName(file));
  }
  if (!isObject(value)) {
    throw new MoteError('not a JSON object', 'put the settings into { }', displayName(file));
  }
  return value;
}

function known(settings: Settings): string {
  return Object.keys(settings).join(', ');
}

function mergeValue(base: unknown, override: unknown, path: string, origin: string | undefined): unknown {
  if (isObject(base) && isObject(override)) return merge(base, override, path, origin);
  const wanted = kindOf(base);
  const given = kindOf(override);
  // null says nothing about the type that may stand in its place.
  if (wanted !== given && wanted !== 'null') {
    throw new MoteError(
      `setting ${path} is a ${given}, but settings.json has a ${wanted} there`,
      `give a ${wanted}`,
      origin,
    );
  }
  if (given === 'undefined' || given === 'function' || (given === 'number' && !Number.isFinite(override))) {
    throw new MoteError(`setting ${path} is ${String(override)}`, 'give a value that JSON has', origin);
  }
  return override;
}

/** Lay `override` over `base`, objects deeply, all else whole. Every key must be in `base`, with the same type. */
function merge(base: Settings, override: Settings, prefix: string, origin: string | undefined): Settings {
  const merged = { ...base };
  for (const [key, value] of Object.entries(override)) {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    if (!Object.hasOwn(base, key)) {
      throw new MoteError(`no setting ${path} in settings.json`, `use one of: ${known(base)}`, origin);
    }
    merged[key] = mergeValue(base[key], value, path, origin);
  }
  return merged;
}

/**
 * Settings of the firmware in `folder` with everything laid over them.
 * @returns undefined when there is no settings.json.
 */
export function readSettings(
  folder: string,
  overrides: Settings = {},
  env: Environment = process.env,
): Settings | undefined {
  const file = settingsFile(folder);
  if (!existsSync(file)) {
    if (Object.keys(overrides).length === 0 && !existsSync(secretsFile(folder))) return undefined;
    throw new MoteError(
      'settings are given, but there is no settings.json',
      'create it with all keys and defaults',
      displayName(file),
    );
  }
  let settings = readObject(file);
  const secrets = secretsFile(folder);
  if (existsSync(secrets)) settings = merge(settings, readObject(secrets, true), '', displayName(secrets));
  settings = merge(settings, fromEnvironment(settings, env), '', 'environment');
  settings = merge(settings, overrides, '', undefined);
  refuseIgnored(settings, '');
  return settings;
}

/** What a program for TLS has elsewhere, to verify the other side; no engine of ours does. */
const IGNORED = ['ca', 'caFile', 'fingerprint', 'rejectUnauthorized', 'servername'];

/** Whoever gives a certificate authority believes to be protected: throw MoteError. */
function refuseIgnored(settings: Settings, prefix: string): void {
  for (const [key, value] of Object.entries(settings)) {
    const path = `${prefix}${key}`;
    if (IGNORED.includes(key) && /(^|\.)(broker|tls|mqtt)\.[^.]+$/i.test(path)) {
      throw new MoteError(
        `setting ${path} would be ignored: Espruino verifies no certificate`,
        'take it away, and sign payloads if it matters who sent them (docs/security.md)',
      );
    }
    if (isObject(value)) refuseIgnored(value, `${path}.`);
  }
}

function parseValue(text: string, base: unknown, path: string): unknown {
  const parsed = parseLike(text, base);
  if (parsed !== undefined) return parsed[0];
  throw new MoteError(
    `setting ${path}: ${JSON.stringify(text)} is not a ${kindOf(base)}`,
    `give a ${kindOf(base)}`,
    '--set',
  );
}

/**
 * Settings from a command line: `broker.port=1884` becomes `{ broker: { port: 1884 } }`.
 * The type of each is the one that the firmware's settings.json has there.
 */
export function parseSettings(folder: string, pairs: readonly string[]): Settings {
  const result = Object.create(null) as Settings;
  const base = pairs.length === 0 ? undefined : readSettings(folder);
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    if (equals <= 0) throw new MoteError(`${JSON.stringify(pair)} is no setting`, 'write key=value', '--set');
    const path = pair.slice(0, equals);
    const keys = path.split('.');
    const last = keys.pop() as string;
    let target = result;
    let shape: unknown = base;
    for (const key of keys) {
      shape = isObject(shape) ? shape[key] : undefined;
      const next = (target[key] ??= Object.create(null));
      if (!isObject(next)) {
        throw new MoteError(
          `setting ${path} lies inside a value that is set too`,
          'set one of them',
          '--set',
        );
      }
      target = next;
    }
    shape = isObject(shape) ? shape[last] : undefined;
    target[last] =
      shape === undefined ? pair.slice(equals + 1) : parseValue(pair.slice(equals + 1), shape, path);
  }
  return result;
}

/** @returns `text` as device code holds it: its UTF-8 bytes, one character a byte. */
export function toBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** @returns a text as the firmware gets it. @param folder where files lie; undefined: there are none. */
export function toDeviceText(text: string, folder: string | undefined): string {
  return folder !== undefined && isFile(text) ? fileContent(text, folder) : toBytes(text);
}

function toDeviceValue(value: unknown, folder: string | undefined): string {
  if (typeof value === 'string') return JSON.stringify(toDeviceText(value, folder));
  if (Array.isArray(value)) return `[${value.map((one) => toDeviceValue(one, folder)).join(', ')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, member]) => {
    // Without quotes the build may shorten the name, as it does where the firmware reads it.
    const name = /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(toBytes(key));
    return `${name}: ${toDeviceValue(member, folder)}`;
  });
  return `{ ${members.join(', ')} }`;
}

/**
 * @returns the module that device code imports for a JSON file with this content.
 * @param folder where files lie whose content stands in the place of `file:name`; undefined: there are none.
 */
export function jsonModule(value: unknown, folder?: string): string {
  return `export default ${toDeviceValue(value, folder)};\n`;
}
