// Puts a project on the disk, all of it or nothing: it is written beside its place and then moved there. Never writes over a file.

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { ExitCode, MoteError } from '../errors.ts';
import { IGNORED } from './project.ts';

/** What may be in the folder before. */
const OF_GIT = ['.git', '.gitattributes', '.gitignore', '.gitkeep'];

/** @throws MoteError where no project can be put. @returns the folder in full. */
export function checkFolder(folder: string): string {
  const path = resolve(folder);
  const fail = (what: string, fix: string) => new MoteError(what, fix, folder, ExitCode.Usage);
  const parent = dirname(path);
  const look = <T>(read: () => T): T => {
    try {
      return read();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw fail(`cannot look there (${code})`, 'name another place');
    }
  };
  const isFolder = (name: string) =>
    look(() => statSync(name, { throwIfNoEntry: false })?.isDirectory() === true);
  if (!isFolder(parent)) throw fail(`there is no folder ${parent}`, 'create it, or name another place');
  if (!existsSync(path)) return path;
  if (!isFolder(path)) throw fail('a file has this name', 'name another folder');
  const [first] = look(() => readdirSync(path)).filter((name) => !OF_GIT.includes(name));
  if (first === undefined) return path;
  throw fail(`the folder is not empty: ${first} is in it`, 'name an empty or a new folder');
}

/** A .gitignore that is there stays, with our lines behind: also those that it has, but could take back with a `!` after them. */
function ignoreText(path: string): string {
  const lines = readFileSync(path, 'utf8').split(/\r?\n/);
  const standing = lines.slice(lines.findLastIndex((line) => line.startsWith('!')) + 1);
  const missing = IGNORED.filter((line) => !standing.includes(line));
  return [...lines.filter((line, index) => line !== '' || index < lines.length - 1), ...missing, ''].join(
    '\n',
  );
}

/** Move what is in `from` into the folder `to`, and back if something goes wrong. */
function moveInto(from: string, to: string): void {
  const moved: string[] = [];
  try {
    // The only one that can be there already comes last: then nothing is moved back.
    const names = readdirSync(from).sort((a, b) => Number(a === '.gitignore') - Number(b === '.gitignore'));
    for (const name of names) {
      renameSync(join(from, name), join(to, name));
      moved.push(name);
    }
  } catch (error) {
    for (const name of moved) rmSync(join(to, name), { recursive: true });
    throw error;
  }
}

function failure(error: unknown, folder: string): MoteError {
  const { code } = error as NodeJS.ErrnoException;
  return new MoteError(`cannot write here (${code})`, 'name another folder', folder, ExitCode.Environment);
}

/** Write `files` into `folder`, which checkFolder has seen. @throws MoteError; then nothing of it is there. */
export function writeProject(folder: string, files: ReadonlyMap<string, string>): void {
  const isNew = !existsSync(folder);
  // On the same disk as its place, or moving would be copying.
  const beside = isNew ? dirname(folder) : folder;
  let draft: string | undefined;
  try {
    draft = mkdtempSync(join(beside, `.mote-init-${basename(folder)}-`));
    const project = join(draft, 'project');
    for (const [name, text] of files) {
      const file = join(project, name);
      mkdirSync(dirname(file), { recursive: true });
      const present = join(folder, name);
      const isKept = name === '.gitignore' && existsSync(present);
      writeFileSync(
        file,
        isKept ? ignoreText(present) : text,
        name === 'secrets.json' ? { mode: 0o600 } : {},
      );
    }
    if (isNew) renameSync(project, folder);
    else moveInto(project, folder);
  } catch (error) {
    throw failure(error, folder);
  } finally {
    if (draft !== undefined) rmSync(draft, { recursive: true, force: true });
  }
}
