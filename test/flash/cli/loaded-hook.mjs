/* global process -- this file runs in a process of its own */
// `node --import` of this file: the modules that a process loads are written to the file that MOTE_LOADED names.
import { register } from 'node:module';

register(
  `data:text/javascript,${encodeURIComponent(`
import { appendFileSync } from 'node:fs';
export function load(url, context, next) {
  appendFileSync(${JSON.stringify(process.env.MOTE_LOADED)}, url + '\\n');
  return next(url, context);
}`)}`,
);
