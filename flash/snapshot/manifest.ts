// What an engine must have to run a bundle: the builtins that it names, and the options of JerryScript (jerry-core/config.h) that
// they stand for. A method that several builtins have counts for all of them: better one too many than a firmware that throws.

import type { Source } from '../check/source.ts';
import { globalName, propertyName } from '../check/values.ts';

const TYPED = Object.getPrototypeOf(Uint8Array.prototype) as object;

interface Builtins {
  readonly names: string;
  /** What their methods are found on. */
  readonly prototypes?: readonly object[];
  /** Methods that other builtins have only with them. */
  readonly members?: string;
}

/** Builtins by the option that leaves them out. JERRY_BUILTIN_REALMS is not here: scripts have no name for a realm. */
const OPTIONS: Readonly<Record<string, Builtins>> = {
  JERRY_BUILTIN_ANNEXB: {
    names: 'escape unescape',
    members:
      'substr getYear setYear toGMTString compile __defineGetter__ __defineSetter__ __lookupGetter__ __lookupSetter__',
  },
  JERRY_BUILTIN_ARRAY: { names: 'Array', prototypes: [Array.prototype] },
  JERRY_BUILTIN_ATOMICS: { names: 'Atomics' },
  JERRY_BUILTIN_BIGINT: {
    names: 'BigInt BigInt64Array BigUint64Array',
    members: 'getBigInt64 getBigUint64 setBigInt64 setBigUint64',
  },
  JERRY_BUILTIN_BOOLEAN: { names: 'Boolean' },
  JERRY_BUILTIN_CONTAINER: { names: 'Map Set WeakMap WeakSet' },
  JERRY_BUILTIN_DATAVIEW: { names: 'DataView', prototypes: [DataView.prototype] },
  JERRY_BUILTIN_DATE: { names: 'Date', prototypes: [Date.prototype] },
  JERRY_BUILTIN_ERRORS: { names: 'EvalError RangeError ReferenceError SyntaxError TypeError URIError' },
  JERRY_BUILTIN_GLOBAL_THIS: { names: 'globalThis' },
  JERRY_BUILTIN_JSON: { names: 'JSON' },
  JERRY_BUILTIN_MATH: { names: 'Math' },
  JERRY_BUILTIN_NUMBER: { names: 'Number', prototypes: [Number.prototype] },
  JERRY_BUILTIN_PROXY: { names: 'Proxy' },
  JERRY_BUILTIN_REFLECT: { names: 'Reflect' },
  JERRY_BUILTIN_REGEXP: {
    names: 'RegExp',
    prototypes: [RegExp.prototype],
    members: 'match matchAll replace replaceAll search',
  },
  JERRY_BUILTIN_SHAREDARRAYBUFFER: { names: 'SharedArrayBuffer' },
  JERRY_BUILTIN_STRING: { names: 'String', prototypes: [String.prototype] },
  JERRY_BUILTIN_TYPEDARRAY: {
    names:
      'ArrayBuffer Uint8Array Int8Array Uint8ClampedArray Uint16Array Int16Array Uint32Array Int32Array Float32Array Float64Array BigInt64Array BigUint64Array',
    prototypes: [TYPED],
  },
  JERRY_BUILTIN_WEAKREF: { names: 'WeakRef' },
};

/** Members that all objects have, or that need no builtin. */
const EVERYWHERE = new Set([...Object.getOwnPropertyNames(Object.prototype), 'length']);

/** Names that need the engine's parser at run time. */
const PARSING = new Set(['eval', 'Function']);

/** Names that the host gives; all other unknown ones are builtins. */
const HOST = new Set(['moteHost', 'moteFlash']);

export interface Features {
  /** Globals of the engine that the bundle names, sorted. */
  readonly globals: string[];
  /** Members of builtins that it names, sorted. */
  readonly members: string[];
  /** Options of jerry-core/config.h that must not be 0, sorted. */
  readonly options: string[];
  /** What it names of the host, sorted. */
  readonly host: string[];
  /** true: it makes code of text while it runs, which takes the engine's parser. */
  readonly parser: boolean;
}

function optionsOfGlobal(name: string): string[] {
  return Object.entries(OPTIONS).flatMap(([option, { names }]) =>
    names.split(' ').includes(name) ? [option] : [],
  );
}

function optionsOfMember(name: string): string[] {
  const isOf = ({ prototypes = [], members = '' }: Builtins) =>
    members.split(' ').includes(name) ||
    (!EVERYWHERE.has(name) && prototypes.some((prototype) => Object.hasOwn(prototype, name)));
  return Object.entries(OPTIONS).flatMap(([option, builtins]) => (isOf(builtins) ? [option] : []));
}

const sorted = (names: Iterable<string>) => [...new Set(names)].sort();

/** @returns what a bundle needs of its engine and its host. */
export function findFeatures(source: Source): Features {
  const globals = new Set<string>();
  const members = new Set<string>();
  const options = new Set(['JERRY_SNAPSHOT_EXEC']);
  for (const node of source.nodes) {
    const name = node.type === 'Identifier' ? globalName(node, source) : undefined;
    if (name !== undefined) globals.add(name);
    const member = node.type === 'MemberExpression' ? propertyName(node) : undefined;
    if (member !== undefined && optionsOfMember(member).length > 0) members.add(member);
    if (node.type === 'Literal' && node.regex) options.add('JERRY_BUILTIN_REGEXP');
    if (node.type === 'Literal' && node.bigint) options.add('JERRY_BUILTIN_BIGINT');
  }
  for (const name of globals) optionsOfGlobal(name).forEach((option) => options.add(option));
  for (const name of members) optionsOfMember(name).forEach((option) => options.add(option));
  const isHost = (name: string) => HOST.has(name);
  return {
    globals: sorted([...globals].filter((name) => !isHost(name) && name !== 'undefined')),
    members: sorted(members),
    options: sorted(options),
    host: sorted([...globals].filter(isHost)),
    parser: [...globals].some((name) => PARSING.has(name)),
  };
}
