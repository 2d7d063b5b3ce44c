// Settings from the environment of a build: MOTE_ and the way to a setting in capitals, `broker.keepAliveSec` is
// MOTE_BROKER_KEEP_ALIVE_SEC. For what must not lie in a file: so no message here says a value.

import { MoteError } from '../errors.ts';
import { isObject, kindOf, parseLike } from './json.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

type Settings = Record<string, unknown>;

const PREFIX = 'MOTE_';

/** @returns the name of the variable that replaces a setting. @param path its keys, from outside to inside. */
export function variableName(path: readonly string[]): string {
  const words = path.map((key) => key.replace(/([a-z0-9])([A-Z])/g, '$1_$2').replace(/\W/g, '_'));
  return PREFIX + words.join('_').toUpperCase();
}

/** @returns what a variable says for a setting that has `base` now. */
function parse(text: string, base: unknown, name: string): unknown {
  const parsed = parseLike(text, base);
  if (parsed !== undefined) return parsed[0];
  throw new MoteError(`is not a ${kindOf(base)}`, `give a ${kindOf(base)}, as JSON has it`, name);
}

/** A setting, and the variable that would replace it. */
interface Named {
  readonly name: string;
  readonly path: readonly string[];
  readonly value: unknown;
}

/** @returns every setting in `settings`, groups before what lies in them. */
function named(settings: Settings, path: readonly string[] = []): Named[] {
  return Object.entries(settings).flatMap(([key, value]) => {
    const at = [...path, key];
    return [{ name: variableName(at), path: at, value }, ...(isObject(value) ? named(value, at) : [])];
  });
}

function put(target: Settings, path: readonly string[], value: unknown): void {
  const [key = '', ...rest] = path;
  if (rest.length === 0) target[key] = value;
  else put((target[key] ??= {}) as Settings, rest, value);
}

/**
 * @returns what the environment says of `settings`, to be laid over them.
 * @throws MoteError for a value of the wrong type, and where a group and what lies in it are both said.
 */
export function fromEnvironment(settings: Settings, env: Environment): Settings {
  const found: Settings = {};
  const said = named(settings).filter(({ name }) => env[name] !== undefined);
  for (const { name, path, value } of said) {
    const group = said.find((other) => isInside(path, other.path));
    if (group !== undefined) {
      throw new MoteError(`lies inside ${group.name}, which is set too`, 'set one of them', name);
    }
    put(found, path, parse(env[name] as string, value, name));
  }
  return found;
}

function isInside(path: readonly string[], group: readonly string[]): boolean {
  return path.length > group.length && group.every((key, index) => path[index] === key);
}

/** A variable that begins as a group of settings does and names none of it, and the names that there are. */
export interface Stray {
  readonly name: string;
  readonly known: readonly string[];
}

/** @returns variables that are misspelt, or meant for another firmware: nobody can tell. */
export function strayVariables(settings: Settings, env: Environment): Stray[] {
  const names = new Set(named(settings).map(({ name }) => name));
  return Object.entries(settings).flatMap(([key, value]) => {
    if (!isObject(value)) return [];
    const known = Object.keys(value).map((inner) => variableName([key, inner]));
    return Object.keys(env)
      .filter((name) => name.startsWith(`${variableName([key])}_`) && !names.has(name))
      .map((name) => ({ name, known }));
  });
}
