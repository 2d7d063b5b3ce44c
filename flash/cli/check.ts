// `mote check`: what an engine would get wrong in a program, without running it.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { Option, type Command } from 'commander';
import { ExitCode, MoteError } from '../errors.ts';
import type { Finding } from '../check/check.ts';
import { brokerProfileOption, collect } from './options.ts';

interface CheckFlags {
  readonly profile: 'espruino' | 'jerryscript';
  readonly hot: string[];
  readonly brokerProfile?: string;
  readonly json?: boolean;
}

export function addCheck(program: Command): void {
  program
    .command('check')
    .description('say what an engine would get wrong in a program')
    .argument('<program>', 'an ES5 file (.js), or a firmware: folder with main.ts, or a .ts file')
    .addOption(
      new Option('--profile <engine>', 'whose rules')
        .choices(['espruino', 'jerryscript'])
        .default('espruino'),
    )
    .option(
      '--hot <name>',
      'jerryscript: a function that runs for every reading, or the beginning of a path (src/mqtt/)',
      collect,
      [],
    )
    .addOption(brokerProfileOption())
    .option('--json', 'print one JSON object a finding')
    .action(runCheck);
}

function readScript(file: string): { code: string; map?: string } {
  const map = `${file}.map`;
  try {
    const code = readFileSync(file, 'utf8');
    return existsSync(map) ? { code, map: readFileSync(map, 'utf8') } : { code };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new MoteError(
      `cannot read it (${code})`,
      'name an ES5 file or a firmware',
      file,
      ExitCode.Environment,
    );
  }
}

interface Program {
  readonly code: string;
  readonly map?: string;
  /** What its broker and its environment have to say of a firmware. */
  readonly sourceFindings: Finding[];
}

async function readProgram(program: string, broker: string | undefined): Promise<Program> {
  const isScript = program.endsWith('.js') && !(existsSync(program) && statSync(program).isDirectory());
  if (isScript && broker !== undefined) {
    throw new MoteError(
      'a program alone does not say what it publishes',
      'name the firmware that it was built from',
      '--broker-profile',
      ExitCode.Usage,
    );
  }
  if (isScript) return { ...readScript(program), sourceFindings: [] };
  const { bundleOnly } = await import('../build/build.ts');
  return bundleOnly({ firmware: program, ...(broker !== undefined && { brokerProfile: broker }) });
}

async function runCheck(program: string, flags: CheckFlags): Promise<void> {
  const { code, map, sourceFindings } = await readProgram(program, flags.brokerProfile);
  const { checkBundle, formatFinding } = await import('../check/check.ts');
  const engineFindings = checkBundle(code, {
    file: program,
    profile: flags.profile,
    hot: flags.hot,
    ...(map !== undefined && { map }),
  });
  const findings = [...sourceFindings, ...engineFindings];
  for (const finding of findings) {
    process.stdout.write(`${flags.json ? JSON.stringify(finding) : formatFinding(finding)}\n`);
  }
  const errors = findings.filter((finding) => finding.severity === 'error').length;
  if (!flags.json) {
    process.stderr.write(
      `${program}: ${errors} errors, ${findings.length - errors} warnings for ${flags.profile}\n`,
    );
  }
  if (errors > 0) process.exitCode = ExitCode.Firmware;
}
