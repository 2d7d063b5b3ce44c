// Arguments of a fault as they come from outside, held against what the fault takes.

import { ExitCode, MoteError } from '../errors.ts';
import type { FaultArgument } from './events.ts';
import type { FaultArgs } from './fault-scene.ts';

const wrong = (what: string, fix: string, where: string) => new MoteError(what, fix, where, ExitCode.Usage);

/** Text from outside, short enough for a sentence. */
const quoted = (value: unknown) => {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
};

function readOne(argument: FaultArgument, given: unknown, fault: string): number | string {
  const { name, choices, value, least = -Infinity, most = Infinity, unit = '' } = argument;
  const where = `${fault}.${name}`;
  if (choices !== undefined) {
    const chosen = given ?? choices[0];
    if (typeof chosen === 'string' && choices.includes(chosen)) return chosen;
    throw wrong(`${quoted(chosen)} is not to be had`, `choose one of: ${choices.join(', ')}`, where);
  }
  const number = given ?? value;
  if (typeof number === 'number' && number >= least && number <= most) return number;
  const range = `a number from ${least} to ${most}${unit === '' ? '' : ` ${unit}`}`;
  throw wrong(`${quoted(number)} is not ${range}`, `write ${range}`, where);
}

/** @throws MoteError that names the argument. */
export function readFaultArgs(
  fault: string,
  known: readonly FaultArgument[],
  given: Readonly<Record<string, unknown>>,
): FaultArgs {
  const stray = Object.keys(given).find((name) => !known.some((argument) => argument.name === name));
  if (stray !== undefined) {
    const names = known.map(({ name }) => name).join(', ') || 'nothing';
    throw wrong(`${fault} takes no ${quoted(stray)}`, `it takes ${names}`, fault);
  }
  return Object.fromEntries(
    known.map((argument) => [argument.name, readOne(argument, given[argument.name], fault)]),
  );
}
