// Where a firmware lies on disk, where Mote itself lies, and how their files are named to a person.

import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MoteError } from '../errors.ts';

/** A firmware: its entry file and the folder that holds its settings. */
export interface Firmware {
  readonly entry: string;
  readonly folder: string;
}

export const PACKAGE_NAME = 'mote-sdk';

/** Folder of Mote's package.json; this file runs from flash/ and from dist/flash/. */
export const PACKAGE_ROOT = findPackageRoot(dirname(fileURLToPath(import.meta.url)));

function findPackageRoot(folder: string): string {
  const file = join(folder, 'package.json');
  if (existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).name === PACKAGE_NAME) return folder;
  return findPackageRoot(dirname(folder));
}

/** @param firmware folder with main.ts, or a .ts file. */
export function locateFirmware(firmware: string): Firmware {
  const path = resolve(firmware);
  if (!existsSync(path)) {
    throw new MoteError('no such firmware', 'name a folder with main.ts, or a .ts file', firmware);
  }
  const real = realpathSync(path);
  if (statSync(real).isDirectory()) {
    const entry = join(real, 'main.ts');
    if (!existsSync(entry)) {
      throw new MoteError(
        'no main.ts in this folder',
        'create it, or name another folder or a .ts file',
        firmware,
      );
    }
    return { entry, folder: real };
  }
  if (!real.endsWith('.ts') || real.endsWith('.d.ts')) {
    throw new MoteError('not a TypeScript program', 'name a folder with main.ts, or a .ts file', firmware);
  }
  return { entry: real, folder: dirname(real) };
}

function inside(folder: string, file: string): boolean {
  return file.startsWith(folder + sep);
}

/** @returns whether `file` is device code of Mote, not of the firmware. */
export function isOwnSource(file: string): boolean {
  return inside(join(PACKAGE_ROOT, 'src'), file);
}

/** @returns how a person is shown `file`: from the current folder, from Mote's package, or in full. */
export function displayName(file: string): string {
  if (!isAbsolute(file)) return file;
  if (inside(process.cwd(), file)) return posix(relative(process.cwd(), file));
  if (inside(PACKAGE_ROOT, file)) return posix(join(PACKAGE_NAME, relative(PACKAGE_ROOT, file)));
  return posix(file);
}

function posix(path: string): string {
  return sep === '/' ? path : path.split(sep).join('/');
}
