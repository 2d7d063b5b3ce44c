// The options of `mote sim` as they come from the command line: which numbers they hold, and which of them contradict each other.

import { ExitCode, MoteError } from '../errors.ts';
import type { FirmwareFlags } from './options.ts';

export interface SimFlags extends FirmwareFlags {
  readonly board?: string;
  readonly broker?: string;
  readonly port: string;
  readonly seconds?: string;
  readonly cutPower?: string;
  readonly engine: string;
  readonly virtual?: boolean;
  readonly speed?: string;
  readonly seed?: string;
  readonly pagePort?: string;
  /** false with --no-page. */
  readonly page: boolean;
  readonly console?: string;
  readonly flashFile?: string;
  readonly empty?: boolean;
  readonly json?: boolean;
}

export interface SimNumbers {
  readonly port: number;
  readonly seconds: number | undefined;
  readonly cutPower: number | undefined;
  readonly seed: number | undefined;
  /** undefined: time is real. */
  readonly virtualSpeed: number | undefined;
  /** undefined: no page. */
  readonly pagePort: number | undefined;
}

const SPEED = '60';

const usage = (what: string, fix: string, where: string) => new MoteError(what, fix, where, ExitCode.Usage);

function wholeNumber(text: string, option: string, least: number, greatest: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= greatest) return value;
  const what = `${JSON.stringify(text)} is not a whole number from ${least} to ${greatest}`;
  throw usage(what, `write ${option} N`, option);
}

/** @throws MoteError that names the option. */
export function readNumbers(flags: SimFlags): SimNumbers {
  const optional = (text: string | undefined, option: string, least: number, greatest: number) =>
    text === undefined ? undefined : wholeNumber(text, option, least, greatest);
  const speed = wholeNumber(flags.speed ?? SPEED, '--speed', 1, 1000);
  return {
    port: wholeNumber(flags.port, '--port', 0, 65535),
    seconds: optional(flags.seconds, '--seconds', 1, 86400 * 365),
    cutPower: optional(flags.cutPower, '--cut-power', 1, 100_000),
    seed: optional(flags.seed, '--seed', 0, 65535),
    virtualSpeed: flags.virtual ? speed : undefined,
    pagePort: flags.page ? wholeNumber(flags.pagePort ?? '0', '--page-port', 0, 65535) : undefined,
  };
}

/** @returns whether a page could connect there. */
export const isSocketAddress = (broker: string) => /^wss?:/i.test(broker);

/** Options that contradict each other: when, what is wrong, what to do, and where. */
type Contradiction = readonly [is: boolean, what: string, fix: string, where: string];

function contradictions(flags: SimFlags): Contradiction[] {
  const isVirtualBoard = flags.engine === 'vm';
  const isPageOnly = flags.broker !== undefined && isSocketAddress(flags.broker);
  const isOfBoard = flags.console !== undefined || flags.cutPower !== undefined || !isVirtualBoard;
  const option = flags.empty ? '--empty' : '--flash-file';
  const isForConsole = flags.flashFile !== undefined || flags.empty === true;
  return [
    [
      flags.cutPower !== undefined && !isVirtualBoard,
      'only the power of a virtual board can be cut',
      'leave --engine out, or --cut-power',
      '--cut-power',
    ],
    [
      flags.virtual === true && !isVirtualBoard,
      'only the virtual board runs in virtual time',
      'leave --engine out, or --virtual',
      '--virtual',
    ],
    [
      flags.virtual === true && flags.broker !== undefined,
      'virtual time has a model broker',
      'leave --broker out, or --virtual',
      '--virtual',
    ],
    [
      flags.virtual === true && flags.console !== undefined,
      'the console that is offered is in real time',
      'leave --console out, or --virtual',
      '--virtual',
    ],
    [flags.speed !== undefined && !flags.virtual, 'time passes by itself here', 'add --virtual', '--speed'],
    [
      flags.console === undefined && isForConsole,
      'without --console there is nothing that it is for',
      'add --console tcp',
      option,
    ],
    [
      isPageOnly && isOfBoard,
      'with a broker over WebSocket there is no board here, only a page',
      'leave the options of a board out, or write --broker mqtt://…',
      '--broker',
    ],
    [isPageOnly && !flags.page, 'there is nothing but the page', 'leave --no-page out', '--no-page'],
  ];
}

/** @throws MoteError where two options contradict each other. */
export function checkFlags(flags: SimFlags): void {
  const found = contradictions(flags).find(([is]) => is);
  if (found === undefined) return;
  const [, what, fix, where] = found;
  throw usage(what, fix, where);
}
