// `mote check`: what an engine would get wrong in a program, without running it.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { Option, type Command } from 'commander';
import { ExitCode, MoteError } from '../errors.ts';
import { collect } from './options.ts';

interface CheckFlags {
  readonly profile: 'espruino' | 'jerryscript';
  readonly hot: string[];
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

async function readProgram(program: string): Promise<{ code: string; map?: string }> {
  const isScript = program.endsWith('.js') && !(existsSync(program) && statSync(program).isDirectory());
  if (isScript) return readScript(program);
  const { bundleOnly } = await import('../build/build.ts');
  const { code, map } = await bundleOnly({ firmware: program });
  return { code, map };
}

async function runCheck(program: string, flags: CheckFlags): Promise<void> {
  const { code, map } = await readProgram(program);
  const { checkBundle, formatFinding } = await import('../check/check.ts');
  const findings = checkBundle(code, {
    file: program,
    profile: flags.profile,
    hot: flags.hot,
    ...(map !== undefined && { map }),
  });
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
