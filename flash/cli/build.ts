// `mote build`: a firmware becomes a bundle on disk.

import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import type { BuildResult } from '../build/build.ts';
import { PACKAGE_NAME, PACKAGE_ROOT } from '../build/firmware.ts';
import { ExitCode, MoteError } from '../errors.ts';
import { addFirmwareOptions, brokerProfileOption, firmwareOptions, type FirmwareFlags } from './options.ts';
import { createProgress, formatSizes, reportError, seconds } from './output.ts';

interface BuildFlags extends FirmwareFlags {
  readonly board: string;
  readonly out: string;
  readonly brokerProfile?: string;
  readonly minify: boolean;
  readonly watch?: boolean;
  readonly json?: boolean;
}

export function addBuild(program: Command): void {
  addFirmwareOptions(
    program
      .command('build')
      .description('build a firmware into one ES5 program, checked for the engine')
      .argument('[firmware]', 'folder with main.ts, or a .ts file', '.')
      .option('--board <id>', 'what it will run on', 'esp32')
      .option('--out <file>', 'where the bundle goes; its source map goes beside it', 'out/firmware.js'),
  )
    .addOption(brokerProfileOption())
    .option('--no-minify', 'leave names and lines readable')
    .option('--watch', 'build again at every change, until Ctrl-C')
    .option('--json', 'print one JSON object a build')
    .action(runBuild);
}

/** @returns the map with its sources named from the folder that it will lie in. */
function relocate(map: string, folder: string): string {
  const parsed = JSON.parse(map) as { sources: string[] };
  const sources = parsed.sources.map((source) => {
    if (isAbsolute(source)) return source;
    const own = source.startsWith(`${PACKAGE_NAME}/`);
    return relative(folder, own ? join(PACKAGE_ROOT, source.slice(PACKAGE_NAME.length)) : resolve(source));
  });
  return JSON.stringify({ ...parsed, sources });
}

/** @throws MoteError where bundle or map would be written over what firmware is made from, by its own name or by a link. */
function checkOut(out: string): void {
  for (const file of [out, `${out}.map`]) {
    let real = file;
    try {
      real = realpathSync(file);
    } catch {
      // Nothing is there yet.
    }
    if (!/\.([cm]?tsx?|json)$/i.test(real)) continue;
    throw new MoteError(
      `${out} is no place for a bundle: ${basename(real)} has the name of a source`,
      'name a .js file',
      '--out',
      ExitCode.Usage,
    );
  }
}

function writeBundle(result: BuildResult, out: string): void {
  const folder = dirname(resolve(out));
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(out, result.code);
    writeFileSync(`${out}.map`, relocate(result.map, folder));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new MoteError(
      `cannot write here (${code})`,
      'name another file with --out',
      out,
      ExitCode.Environment,
    );
  }
}

function asJson(result: BuildResult, flags: BuildFlags): string {
  const { files, sizes, bytes, gzipBytes, milliseconds, polyfills, warnings } = result;
  const places = { file: flags.out, map: `${flags.out}.map`, board: flags.board };
  return `${JSON.stringify({ ...places, bytes, gzipBytes, milliseconds, sizes, files, polyfills, warnings })}\n`;
}

function asText(result: BuildResult, flags: BuildFlags, warnings: readonly string[]): string {
  return [
    formatSizes(result.sizes, result.bytes, result.gzipBytes),
    ...warnings,
    ...(result.polyfills.length === 0
      ? []
      : [`brought along, since ${flags.board} has none: ${result.polyfills.join(', ')}`]),
    `${flags.out}: ${result.bytes} bytes for ${flags.board}, built in ${seconds(result.milliseconds)}`,
    `${flags.out}.map: its source map`,
    '',
  ].join('\n');
}

async function runBuild(firmware: string, flags: BuildFlags): Promise<void> {
  checkOut(flags.out);
  const progress = createProgress();
  const silent = flags.json === true;
  const options = {
    ...firmwareOptions(firmware, flags),
    board: flags.board,
    minify: flags.minify,
    ...(flags.brokerProfile !== undefined && { brokerProfile: flags.brokerProfile }),
    onProgress: (step: string) => {
      if (!silent) progress.step(step);
    },
  };
  const { build, watch } = await import('../build/build.ts');
  const { formatFinding } = await import('../check/check.ts');

  function finish(result: BuildResult): void {
    progress.clear();
    writeBundle(result, flags.out);
    const warnings = result.warnings.map(formatFinding);
    process.stdout.write(flags.json ? asJson(result, flags) : asText(result, flags, warnings));
  }

  if (!flags.watch) {
    try {
      finish(await build(options));
    } finally {
      progress.clear();
    }
    return;
  }
  const watcher = await watch(options, (result) => {
    progress.clear();
    try {
      if (result instanceof MoteError) throw result;
      finish(result);
    } catch (error) {
      reportError(error);
    }
    if (!silent) process.stderr.write('watching; Ctrl-C ends it\n');
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      watcher.close();
      if (!silent) process.stderr.write('\nstopped\n');
    });
  }
}
