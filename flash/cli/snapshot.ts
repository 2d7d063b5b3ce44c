// `mote snapshot`: a firmware becomes a snapshot for a C program that embeds JerryScript.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { ExitCode, MoteError } from '../errors.ts';
import type { SnapshotResult } from '../snapshot/snapshot.ts';
import { addFirmwareOptions, brokerProfileOption, firmwareOptions, type FirmwareFlags } from './options.ts';
import { createProgress } from './output.ts';

interface SnapshotFlags extends FirmwareFlags {
  readonly out: string;
  readonly static?: boolean;
  readonly literals?: string;
  readonly tool?: string;
  readonly brokerProfile?: string;
  readonly json?: boolean;
}

export function addSnapshot(program: Command): void {
  addFirmwareOptions(
    program
      .command('snapshot')
      .description('compile a firmware for a C program that embeds JerryScript')
      .argument('[firmware]', 'folder with main.ts, or a .ts file', '.')
      .option('--out <folder>', 'where snapshot, C files and manifest go', 'out/snapshot')
      .option('--static', 'runs from read-only memory, but on one build of the engine only')
      .option(
        '--literals <file>',
        'with --static: the literals that the engine registers, as litdump writes them',
      )
      .option('--tool <path>', 'jerry-snapshot of JerryScript 3.0; default: JERRY_SNAPSHOT'),
  )
    .addOption(brokerProfileOption())
    .option('--json', 'print one JSON object')
    .action(runSnapshot);
}

function writeFiles({ files }: SnapshotResult, folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new MoteError(
      `cannot write here (${code})`,
      'name another folder with --out',
      folder,
      ExitCode.Environment,
    );
  }
}

function asText({ manifest, files }: SnapshotResult, folder: string, warnings: readonly string[]): string {
  const { bytes, crc32, sourceBytes, kind, snapshotVersion, options } = manifest;
  return [
    ...warnings,
    `${join(folder, 'firmware.snapshot')}: ${bytes} bytes, ${kind}, version ${snapshotVersion}, CRC-32 ${crc32}, of ${sourceBytes} bytes of ES5`,
    `needs ${options.join(', ')}`,
    `beside it: ${Object.keys(files)
      .filter((name) => name !== 'firmware.snapshot')
      .join(', ')}`,
    '',
  ].join('\n');
}

async function runSnapshot(firmware: string, flags: SnapshotFlags): Promise<void> {
  const progress = createProgress();
  const { makeSnapshot } = await import('../snapshot/snapshot.ts');
  const { formatFinding } = await import('../check/check.ts');
  try {
    const result = await makeSnapshot({
      ...firmwareOptions(firmware, flags),
      tool: flags.tool,
      isStatic: flags.static === true,
      literals: flags.literals,
      ...(flags.brokerProfile !== undefined && { brokerProfile: flags.brokerProfile }),
      onProgress: (step: string) => {
        if (!flags.json) progress.step(step);
      },
    });
    progress.clear();
    writeFiles(result, flags.out);
    const { manifest, files, notes, build } = result;
    const warnings = [...build.warnings.map(formatFinding), ...notes];
    process.stdout.write(
      flags.json
        ? `${JSON.stringify({ folder: flags.out, files: Object.keys(files), manifest, warnings: build.warnings, notes })}\n`
        : asText(result, flags.out, warnings),
    );
  } finally {
    progress.clear();
  }
}
