// `mote upload`: a firmware onto a board with Espruino, kept or for a try, once or at every change.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Option, type Command } from 'commander';
import { boardFor } from '../boards.ts';
import { ExitCode, MoteError } from '../errors.ts';
import type { Board } from '../upload/board.ts';
import { addFirmwareOptions, firmwareOptions, type FirmwareFlags } from './options.ts';
import { createProgress, reportError } from './output.ts';
import { askPassword, newPassword } from './password.ts';

interface UploadFlags extends FirmwareFlags {
  readonly port?: string;
  readonly board?: string;
  readonly ram?: boolean;
  readonly watch?: boolean;
  readonly store?: boolean;
  readonly trial: string;
  readonly wait: boolean;
  readonly replace?: boolean;
  readonly compact?: boolean;
  readonly lock?: boolean;
  readonly unlock?: boolean;
  readonly passwordFile?: string;
  readonly via: 'mote' | 'espruino-tools';
  readonly json?: boolean;
}

export function addUpload(program: Command): void {
  addFirmwareOptions(
    program
      .command('upload')
      .description('put a firmware on a board with Espruino; the former one comes back if it does not work')
      .argument('[firmware]', 'folder with main.ts, a .ts file, or a bundle (.js)', '.')
      .option('--port <port>', 'serial port or tcp://host:port; without it, the only board that is there')
      .option('--board <id>', 'what it is built for; without it, what the board says that it is'),
  )
    .option('--ram', 'run it from memory: the next restart brings back what is stored')
    .option('--watch', 'upload again at every change, to memory, until Ctrl-C')
    .option('--store', 'with --watch: keep each upload')
    .option(
      '--trial <minutes>',
      'how long a new firmware has to report before the former one comes back',
      '10',
    )
    .option('--no-wait', 'end once it runs, before it has reported')
    .option('--replace', 'give up boot code that somebody else has put on the board')
    .option('--compact', 'make room where there is none; a power cut meanwhile erases everything')
    .option('--lock', 'have the console ask for a password from now on')
    .option('--unlock', 'have it ask for none any more')
    .option('--password-file <file>', 'the password of the console; or MOTE_PASSWORD, or typed')
    .addOption(new Option('--via <tool>', 'who uploads').choices(['mote', 'espruino-tools']).default('mote'))
    .option('--json', 'print one JSON object an upload')
    .action(runUpload);
}

/** How long to wait for the report of a firmware that nothing would take the place of. */
const ALONE_MS = 45_000;

/** What came of one upload. */
interface Outcome {
  readonly [key: string]: unknown;
  readonly text: string;
}

function trialMinutes(text: string): number {
  const minutes = Number(text);
  if (/^\d+$/.test(text) && minutes >= 1 && minutes <= 250) return minutes;
  throw new MoteError(
    `${JSON.stringify(text)} is not a number of minutes from 1 to 250`,
    'write --trial N',
    '--trial',
    ExitCode.Usage,
  );
}

function checkFlags(flags: UploadFlags): void {
  const locks = flags.lock === true || flags.unlock === true;
  const keeps = !flags.ram && !flags.watch;
  const clashes: readonly (readonly [clash: unknown, what: string, fix: string, where: string])[] = [
    [flags.store && !flags.watch, 'an upload is stored anyway', 'leave it out', '--store'],
    [flags.ram && flags.store, 'either is meant, not both', 'leave out --ram or --store', '--store'],
    [flags.lock && flags.unlock, 'either is meant, not both', 'leave one out', '--lock'],
    [locks && !keeps, 'a password is kept with a stored firmware', 'leave out --ram or --watch', '--lock'],
    [
      flags.via !== 'mote' && (locks || flags.compact || flags.watch),
      'only mote itself can do that',
      'leave out --via',
      '--via',
    ],
  ];
  for (const [clash, what, fix, where] of clashes) {
    if (clash) throw new MoteError(what, fix, where, ExitCode.Usage);
  }
}

function readBundle(file: string): string {
  let code: string;
  try {
    code = readFileSync(file, 'latin1');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new MoteError(
      code === 'ENOENT' ? 'no such file' : `cannot read it (${code})`,
      'name a bundle that mote build has written, or a firmware',
      file,
      ExitCode.Environment,
    );
  }
  if (code.trim() !== '') return code;
  throw new MoteError('nothing is in it', 'build it again with mote build', file, ExitCode.Firmware);
}

interface Session {
  readonly flags: UploadFlags;
  readonly port: string;
  readonly board: Board;
  /** To lock the console with. */
  readonly password: string | undefined;
  /** Ctrl-C: nothing more is waited for. */
  isStopped(): boolean;
  step(text: string): void;
  warn(text: string): void;
}

async function toRam({ board, step }: Session, code: string): Promise<Outcome> {
  const { runFromRam } = await import('../upload/ram.ts');
  await runFromRam(board, code, step);
  return {
    bytes: code.length,
    stored: false,
    text: `${code.length} bytes run from memory; a restart brings back what is stored`,
  };
}

async function toFlash({ flags, board, isStopped, step, warn }: Session, code: string): Promise<Outcome> {
  const { upload } = await import('../upload/upload.ts');
  const { judge, look, trialMs, waitForVerdict } = await import('../upload/verdict.ts');
  const trialMin = trialMinutes(flags.trial);
  const done = await upload(board, {
    code,
    trialMin,
    replace: flags.replace ?? false,
    compact: flags.compact ?? false,
    onStep: step,
    warn,
  });
  const { slot, place, bytes, isSame, uploadsLeft: left } = done;
  const fit = `${left} more of this size fit`;
  const facts = { bytes, stored: true, slot: 'ab'[slot], entry: place, isSame, uploadsLeft: left };
  const waiting = `${bytes} bytes in slot ${facts.slot} run, and have not reported; ${fit}`;
  if (!flags.wait && !isSame) return { ...facts, health: 'waiting', text: waiting };
  if (flags.wait) step(done.reports ? 'waiting for its first session' : 'waiting half a minute for errors');
  const isTrial = await board.ask<boolean>('!!(global.moteBoot&&moteBoot.isTrial)');
  const limitMs = isTrial ? trialMs(trialMin) : ALONE_MS;
  const health = flags.wait
    ? await waitForVerdict(board, done, limitMs, isStopped)
    : (await look(board, place)).verdict;
  if (health === 'waiting' && (!flags.wait || isStopped())) return { ...facts, health, text: waiting };
  judge(health, isTrial, board.name);
  const said =
    health === 'healthy'
      ? `${isSame ? 'is there already, and ' : ''}runs and reports healthy`
      : 'runs and has not reported; there is no former firmware to go back to';
  return { ...facts, health, text: `${bytes} bytes in slot ${facts.slot}: it ${said}; ${fit}` };
}

/** @returns the id of the board at a port, for who does not keep the connection. */
async function askWhatItIs(port: string, flags: UploadFlags): Promise<string> {
  const { openBoard } = await import('../upload/board.ts');
  const board = await openBoard(port, { password: () => askPassword(flags.passwordFile) });
  await board.close();
  return boardFor(board.kind).id;
}

async function viaEspruinoTools(
  port: string,
  code: string,
  flags: UploadFlags,
  step: (text: string) => void,
): Promise<Outcome> {
  const { findEspruinoTools, uploadWithEspruinoTools } = await import('../upload/espruino-tools.ts');
  const command = findEspruinoTools();
  if (!flags.ram && !flags.replace) {
    const { inspectBoard } = await import('../upload/inspect.ts');
    const { bootCode } = await inspectBoard(port, { password: () => askPassword(flags.passwordFile) });
    if (bootCode !== 'none') {
      throw new MoteError(
        'EspruinoTools writes over the boot code that is on the board',
        'add --replace to give it up, or upload without --via',
        port,
        ExitCode.Environment,
      );
    }
  }
  const folder = mkdtempSync(join(tmpdir(), 'mote-'));
  try {
    const file = join(folder, 'firmware.js');
    writeFileSync(file, code, 'latin1');
    step(`uploading with ${command}`);
    const onOutput = (text: string) => {
      if (process.env['MOTE_DEBUG'] === '1') process.stderr.write(text);
    };
    await uploadWithEspruinoTools(command, { port, file, store: !flags.ram, onOutput });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const text = `${code.length} bytes uploaded by EspruinoTools; there is no former firmware to come back`;
  return { bytes: code.length, stored: !flags.ram, via: 'espruino-tools', text };
}

function print(outcome: Outcome, flags: UploadFlags): void {
  const { text, ...facts } = outcome;
  process.stdout.write(flags.json ? `${JSON.stringify(facts)}\n` : `${text}\n`);
}

/** @returns what to lock the console with, undefined when it is not to be locked. Asked for before anything is done to the board. */
async function passwordToSet(flags: UploadFlags): Promise<string | undefined> {
  if (!flags.lock) return undefined;
  const { checkPassword } = await import('../upload/lock.ts');
  const password = await newPassword(flags.passwordFile);
  checkPassword(password);
  return password;
}

async function applyLock({ flags, board, password, step }: Session): Promise<void> {
  if (password === undefined && !flags.unlock) return;
  const { lockBoard, unlockBoard } = await import('../upload/lock.ts');
  if (password === undefined) return unlockBoard(board);
  step('locking the console');
  await lockBoard(board, password);
}

async function runUpload(firmware: string, flags: UploadFlags): Promise<void> {
  checkFlags(flags);
  trialMinutes(flags.trial);
  const password = await passwordToSet(flags);
  const progress = createProgress();
  const step = (text: string) => {
    if (!flags.json) progress.step(text);
  };
  const warn = (text: string) => {
    progress.clear();
    process.stderr.write(`warning: ${text}\n`);
  };
  const { choosePort } = await import('../port/list.ts');
  const port = /^tcp:/i.test(flags.port ?? '') ? flags.port! : (await choosePort(flags.port)).path;
  const isBundle = firmware.endsWith('.js');
  const options = (board: string) => ({ ...firmwareOptions(firmware, flags), board, onProgress: step });

  if (flags.via === 'espruino-tools') {
    const build = async () =>
      (await import('../build/build.ts')).build(options(flags.board ?? (await askWhatItIs(port, flags))));
    const code = isBundle ? readBundle(firmware) : (await build()).code;
    print(await viaEspruinoTools(port, code, flags, step), flags);
    progress.clear();
    return;
  }

  const { openBoard } = await import('../upload/board.ts');
  step(`looking for the board at ${port}`);
  const board = await openBoard(port, {
    password: () => askPassword(flags.passwordFile),
    canInterrupt: true,
  });
  if (!flags.watch) {
    // Left alone, a console that asks for a password would stay open.
    for (const [signal, code] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      process.once(signal, () => void board.close().then(() => process.exit(code)));
    }
  }
  const stop = { isAsked: false };
  const session: Session = { flags, port, board, password, isStopped: () => stop.isAsked, step, warn };
  const target = () => flags.board ?? boardFor(board.kind).id;
  const send = (code: string) =>
    (flags.ram || (flags.watch && !flags.store) ? toRam : toFlash)(session, code);
  try {
    if (isBundle && flags.watch) {
      throw new MoteError(
        'a bundle does not change by itself',
        'name its firmware',
        firmware,
        ExitCode.Usage,
      );
    }
    if (!flags.watch) {
      const code = isBundle
        ? readBundle(firmware)
        : (await (await import('../build/build.ts')).build(options(target()))).code;
      const outcome = await send(code);
      await applyLock(session);
      progress.clear();
      print(outcome, flags);
      return;
    }
    await watchAndSend(options(target()), send, stop, flags, progress);
  } finally {
    progress.clear();
    await board.close();
  }
}

/** Build and send at every change; what goes wrong is said, and the next change is waited for. */
async function watchAndSend(
  options: ReturnType<typeof firmwareOptions> & { board: string },
  send: (code: string) => Promise<Outcome>,
  stop: { isAsked: boolean },
  flags: UploadFlags,
  progress: ReturnType<typeof createProgress>,
): Promise<void> {
  const { watch } = await import('../build/build.ts');
  const { createNewest } = await import('../upload/newest.ts');
  // The board has one console, and every upload takes room of its Storage.
  const builds = createNewest(async (code: string) => {
    const begin = performance.now();
    try {
      const outcome = await send(code);
      progress.clear();
      print({ ...outcome, milliseconds: Math.round(performance.now() - begin) }, flags);
    } catch (error) {
      progress.clear();
      reportError(error);
    }
    if (!flags.json && !stop.isAsked) process.stderr.write('watching; Ctrl-C ends it\n');
  });
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  }).then(() => {
    stop.isAsked = true;
    return builds.stop();
  });
  const watcher = await watch(options, (result) => {
    if (result instanceof MoteError) reportError(result);
    else builds.offer(result.code);
  });
  await stopped;
  watcher.close();
}
