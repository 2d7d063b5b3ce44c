// `require` and `Modules`: built-in modules, cached ones, and files of Storage.

import { readFile } from './files.ts';
import { createCrypto } from './crypto.ts';
import { createFlash } from './flash.ts';
import type { Machine } from './machine.ts';
import { createNet } from './net.ts';
import { createStorage } from './storage.ts';
import { wifiStation } from './wifi.ts';

const MAX_NAME = 128;

const BUILT_IN: Readonly<Record<string, (machine: Machine) => object | undefined>> = {
  net: (machine) => machine.part(createNet).net,
  tls: (machine) => (machine.data.capabilities.tls ? machine.part(createNet).tls : undefined),
  crypto: (machine) => machine.part(createCrypto),
  Flash: (machine) => machine.part(createFlash),
  Storage: (machine) => machine.part(createStorage),
  Wifi: (machine) => (machine.data.capabilities.wifi ? machine.part(wifiStation).module : undefined),
};

export function createModules(machine: Machine): { require: (name: unknown) => unknown; Modules: object } {
  const { realm } = machine;
  const loaded = new Map<string, unknown>();

  /** Run a module. A function has no other way to see its `exports` than as a global while it runs. */
  const evaluate = (code: unknown, name: string): unknown => {
    const exports = realm.object({});
    const module = realm.object({ exports });
    if (typeof code !== 'function') {
      machine.run(String(code), name, { exports, module });
      return module.exports;
    }
    const global = realm.globals();
    Object.assign(global, { exports, module });
    try {
      Reflect.apply(code, undefined, []);
    } finally {
      delete global.exports;
      delete global.module;
    }
    return module.exports;
  };

  const find = (name: string): unknown => {
    const builtIn = Object.hasOwn(BUILT_IN, name) ? BUILT_IN[name]!(machine) : undefined;
    if (builtIn !== undefined) return builtIn;
    const code = machine.data.flash === undefined ? undefined : readFile(machine, name);
    return code === undefined ? undefined : evaluate(code, name);
  };

  return {
    require(name) {
      if (typeof name !== 'string') throw new realm.TypeError('Expecting module name as a string');
      if (name.length >= MAX_NAME) throw new realm.TypeError('Module name too long (max 128 chars)');
      if (!loaded.has(name)) {
        const found = find(name);
        if (found === undefined) throw new realm.Error(`Module ${JSON.stringify(name)} not found`);
        loaded.set(name, found);
      }
      return loaded.get(name);
    },
    Modules: realm.methods({
      addCached: (name: string, code: unknown) => void loaded.set(name, evaluate(code, name)),
      removeCached(name: string): void {
        if (!loaded.delete(name)) throw new realm.Error(`Module ${JSON.stringify(name)} not found`);
      },
      removeAllCached: () => loaded.clear(),
      getCached: () => realm.array([...loaded.keys()]),
    }),
  };
}
