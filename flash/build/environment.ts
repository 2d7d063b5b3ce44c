// Settings from the environment of a build: MOTE_ and the way to a setting in capitals, `broker.keepAliveSec` is
// MOTE_BROKER_KEEP_ALIVE_SEC. For what must not lie in a file: so no message here says a value.

import { MoteError } from '../errors.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

type Settings = Record<string, unknown>;

const PREFIX = 'MOTE_';

function isObject(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @returns the name of the variable that replaces a setting. @param path its keys, from outside to inside. */
export function variableName(path: readonly string[]): string {
  const words = path.map((key) => key.replace(/([a-z0-9])([A-Z])/g, '$1_$2').replace(/\W/g, '_'));
  return PREFIX + words.join('_').toUpperCase();
}

/** @returns what a variable says for a setting that has `base` now. */
function parse(text: string, base: unknown, name: string): unknown {
  if (typeof base === 'string') return text;
  try {
    return JSON.parse(text);
  } catch {
    if (base === null) return text;
  }
  const kind = Array.isArray(base) ? 'array' : typeof base;
  throw new MoteError(`is not a ${kind}`, `give a ${kind}, as JSON has it`, name);
}

function replaced(
  settings: Settings,
  path: readonly string[],
  env: Environment,
  used: Set<string>,
): Settings {
  const found: Settings = {};
  for (const [key, value] of Object.entries(settings)) {
    const at = [...path, key];
    const name = variableName(at);
    const text = env[name];
    if (text !== undefined) {
      used.add(name);
      found[key] = parse(text, value, name);
    } else if (isObject(value)) {
      const inner = replaced(value, at, env, used);
      if (Object.keys(inner).length > 0) found[key] = inner;
    }
  }
  return found;
}

/**
 * @returns what the environment says of `settings`, to be laid over them.
 * @throws MoteError for a value of the wrong type, and for a variable that begins as settings do and names none.
 */
export function fromEnvironment(settings: Settings, env: Environment): Settings {
  const used = new Set<string>();
  const found = replaced(settings, [], env, used);
  for (const [key, value] of Object.entries(settings)) {
    if (!isObject(value)) continue;
    const stray = Object.keys(env).find(
      (name) => name.startsWith(`${variableName([key])}_`) && !used.has(name),
    );
    if (stray === undefined) continue;
    const names = Object.keys(value).map((inner) => variableName([key, inner]));
    throw new MoteError('names no setting in settings.json', `use one of: ${names.join(', ')}`, stray);
  }
  return found;
}
