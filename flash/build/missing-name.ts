// A name that is not there: TypeScript advises types of a browser or of Node, which make it silent and mend nothing.
// What the engine has itself has types of its own.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_NAME, PACKAGE_ROOT } from './firmware.ts';

const TYPES = `${PACKAGE_NAME}/types/espruino`;

/** @returns whether Espruino has a global of this name. */
function isOfEngine(name: string): boolean {
  const folder = join(PACKAGE_ROOT, 'types', 'espruino');
  const declared = new RegExp(`^declare (?:const|var|function|class) ${name}\\b`, 'm');
  return readdirSync(folder).some((file) => declared.test(readFileSync(join(folder, file), 'utf8')));
}

/** @param message of the compiler. @returns it without its advice. */
export function withoutAdvice(message: string): string {
  return message.replace(/ Do you need to (?:change your target library|install type definitions)\?.*$/, '');
}

/** @param message of the compiler. @returns what to do about a name that Espruino has; undefined for all else. */
export function adviceOn(message: string): string | undefined {
  const name =
    /^(?:Cannot find name )?'(\w+)'(?:\.| only refers to a type, but is being used as a value)/.exec(
      message,
    )?.[1];
  if (name === undefined || !isOfEngine(name)) return undefined;
  return `write \`/// <reference types="${TYPES}" />\` as the first line`;
}
