#!/usr/bin/env node
// Behaves on its console, its control connection and its exit as a Linux Espruino does, so that running one can be
// tested where none is installed. The bundle decides what happens; `ignoreClose()` makes it deaf to its connection.
import { readFileSync } from 'node:fs';
import net from 'node:net';
import process from 'node:process';
import { setInterval } from 'node:timers';
import vm from 'node:vm';

const stored = new Map();
const modules = {
  net: { connect: (options) => net.connect(options).on('error', () => {}) },
  fs: { readFileSync: (path) => readFileSync(path, 'latin1') },
  Storage: {
    write: (name, data) => {
      if (data === '') throw new Error('Zero-length write');
      stored.set(name, data);
    },
    read: (name) => stored.get(name),
  },
};
let deaf = false;
Object.assign(globalThis, {
  require: (name) => modules[name],
  print: (...words) => process.stdout.write(`${words.join(' ')}\r\n`),
  quit: () => deaf || process.exit(0),
  ignoreClose: () => {
    deaf = true;
    setInterval(() => {}, 1000);
  },
  global: globalThis,
  stored,
  raw: (text) => process.stdout.write(text),
});
process.on('SIGTERM', () => {});
process.memory = () => ({ free: 15, usage: 10, total: 25, blocksize: 14 });
process.stdout.write(' ____ \r\n|  __|\r\n 2v29 (c)\r\n\r\n');
try {
  vm.runInThisContext(readFileSync(process.argv[2], 'latin1'));
} catch (error) {
  process.stdout.write(`Uncaught Error: ${error.message}\r\n    at [raw] (:1:1)\r\nUncaught undefined\r\n`);
  process.exit(1);
}
