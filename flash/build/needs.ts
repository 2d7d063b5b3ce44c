// What a firmware opens of a board, by the calls of Mote's own functions and of the engine's: pins, buses, sleep, watchdog, TLS. As far as
// source and settings tell; what runs under a condition that they do not decide, or inside a function, may never run.

import { basename, join } from 'node:path';
import ts from 'typescript';
import type { Draft } from './compile.ts';
import { createConstants, type Constants, type Value } from './constants.ts';
import { isOwnSource, PACKAGE_ROOT } from './firmware.ts';
import { isChoice } from './references.ts';
import { numberOf, textOf } from './traffic.ts';

/** What is done with a pin: `bus` drives it and is wired to a chip. */
export type Use = 'input' | 'pulled' | 'output' | 'bus' | 'analog';
export type BusKind = 'i2c' | 'spi' | 'serial';
export type Ability = 'sleep' | 'watchdog' | 'tls' | 'flash';

interface Need {
  readonly at: ts.Node;
  /** The function that asks for it. */
  readonly by: string;
  /** false: it may never run. */
  readonly isSure: boolean;
}

export interface PinNeed extends Need {
  readonly pin: number;
  readonly use: Use;
  readonly value: Value;
}

export interface BusNeed extends Need {
  readonly kind: BusKind;
  readonly number: number;
  readonly value?: Value;
}

export interface AbilityNeed extends Need {
  readonly ability: Ability;
}

export interface Needs {
  readonly pins: PinNeed[];
  readonly buses: BusNeed[];
  readonly abilities: AbilityNeed[];
}

/** One call, with what its arguments are worth. */
interface Call extends Need {
  argument(index: number): Value | undefined;
  member(index: number, name: string): Value | undefined;
}

type Ask = (call: Call, needs: Needs) => void;

/** @returns a pin's number, also where it is written as the engine's object. */
function pinOf(value: Value | undefined): number | undefined {
  const name = value?.kind === 'unknown' && ts.isIdentifier(value.at) ? value.at.text : '';
  const [, digits] = /^D(\d+)$/.exec(name) ?? [];
  return digits === undefined ? numberOf(value) : Number(digits);
}

function pin({ at, by, isSure }: Call, value: Value | undefined, use: Use, needs: Needs): void {
  const number = pinOf(value);
  if (value !== undefined && number !== undefined) {
    needs.pins.push({ at, by, isSure, pin: number, use, value });
  }
}

/** A bus by its number, and pins by the names that the options give them. */
function bus(kind: BusKind, numbered: string, uses: Readonly<Record<string, Use>>): Ask {
  return (call, needs) => {
    const { at, by, isSure } = call;
    const value = call.member(0, numbered);
    const number = numberOf(value);
    if (value !== undefined && number !== undefined) {
      needs.buses.push({ at, by, isSure, kind, number, value });
    }
    for (const [name, use] of Object.entries(uses)) pin(call, call.member(0, name), use, needs);
  };
}

const one =
  (use: Use): Ask =>
  (call, needs) =>
    pin(call, call.argument(0), use, needs);

/** With a pull resistor of the chip, where the second argument asks for one. */
const pulled: Ask = (call, needs) =>
  pin(call, call.argument(0), numberOf(call.argument(1)) ? 'pulled' : 'input', needs);

const ability =
  (name: Ability): Ask =>
  ({ at, by, isSure }, needs) =>
    void needs.abilities.push({ at, by, isSure, ability: name });

/** By the beginning of the engine's names of modes. */
const MODES: readonly (readonly [RegExp, Use])[] = [
  [/^analog/, 'analog'],
  [/^input_pull/, 'pulled'],
  [/^input/, 'input'],
  [/^(output|opendrain|af_)/, 'output'],
];

const byMode: Ask = (call, needs) => {
  const mode = textOf(call.argument(1)) ?? '';
  const use = MODES.find(([name]) => name.test(mode))?.[1];
  if (use !== undefined) pin(call, call.argument(0), use, needs);
};

const TYPES = join(PACKAGE_ROOT, 'types');

/** By the file that declares a function, `engine` for what the engine has, and its name. */
const CALLS: Readonly<Record<string, Ask>> = {
  'i2c.ts openI2c': bus('i2c', 'bus', { data: 'bus', clock: 'bus' }),
  'spi.ts openSpi': bus('spi', 'bus', { clock: 'output', out: 'output', in: 'input', select: 'output' }),
  'uart.ts openUart': bus('serial', 'port', { transmit: 'output', receive: 'input' }),
  'onewire.ts openOneWire': one('bus'),
  'gpio.ts openDigitalInput': pulled,
  'gpio.ts openEdgeInput': pulled,
  'gpio.ts openDigitalOutput': one('output'),
  'gpio.ts openAnalogInput': one('analog'),
  'pulse.ts openOpenDrain': one('bus'),
  'pulse.ts openPulseEcho': (call, needs) => {
    pin(call, call.argument(0), 'output', needs);
    pin(call, call.argument(1), 'input', needs);
  },
  'sleep.ts createSleep': ability('sleep'),
  'watchdog.ts createWatchdog': ability('watchdog'),
  'espruino.ts openTls': ability('tls'),
  'espruino.ts formatOutbox': ability('flash'),
  'espruino.ts createVerify': ability('flash'),
  'account.ts createAccount': ability('flash'),
  'history.ts createHistory': ability('flash'),
  'configuration.ts createConfiguration': ability('flash'),
  'count-store.ts createCountStore': ability('flash'),
  'engine pinMode': byMode,
  'engine digitalWrite': one('output'),
  'engine digitalPulse': one('output'),
  'engine digitalRead': one('input'),
  'engine analogRead': one('analog'),
  'engine setWatch': (call, needs) => pin(call, call.argument(1), 'input', needs),
};

/** The engine's own names of its buses. */
const BUS_NAME = /^(I2C|SPI|Serial)(\d)$/;

/** @returns whether a part of a node runs whenever the node does; undefined when that is unknown, false: it never does. */
function runsIn(constants: Constants, at: ts.Node, part: ts.Node): boolean | undefined {
  if (ts.isIfStatement(at) && part !== at.expression) {
    const truth = constants.truthOf(constants.of(at.expression));
    return truth === undefined ? undefined : truth === (part === at.thenStatement);
  }
  if (ts.isConditionalExpression(at) && part !== at.condition) {
    const truth = constants.truthOf(constants.of(at.condition));
    return truth === undefined ? undefined : truth === (part === at.whenTrue);
  }
  if (ts.isBinaryExpression(at) && part === at.right && isChoice(at)) return constants.takesRight(at);
  const mayNot = ts.isFunctionLike(at) || ts.isIterationStatement(at, false) || ts.isCaseOrDefaultClause(at);
  return mayNot ? undefined : true;
}

/**
 * @returns whether a node runs whenever the program does; undefined when it surely never runs. A condition that source and settings
 * decide is none.
 */
function runs(constants: Constants, node: ts.Node): boolean | undefined {
  let isSure = true;
  let inner = node;
  for (let at = node.parent; !ts.isSourceFile(at); inner = at, at = at.parent) {
    const does = runsIn(constants, at, inner);
    if (does === false) return undefined;
    if (does === undefined) isSure = false;
  }
  return isSure;
}

/** @returns what Mote declares under a name, file and name, or the engine does. */
function declared(constants: Constants, name: ts.Identifier): string | undefined {
  const declaration = constants.declarationOf(name);
  if (declaration === undefined) return undefined;
  const { fileName, isDeclarationFile } = declaration.getSourceFile();
  if (!isOwnSource(fileName) && !fileName.startsWith(TYPES)) return undefined;
  const place = isDeclarationFile ? 'engine' : basename(fileName);
  return `${place} ${ts.getNameOfDeclaration(declaration)?.getText() ?? ''}`;
}

function askCall(constants: Constants, at: ts.CallExpression, needs: Needs): void {
  const callee = ts.isPropertyAccessExpression(at.expression) ? at.expression.name : at.expression;
  if (!ts.isIdentifier(callee)) return;
  const ask = CALLS[declared(constants, callee) ?? ''];
  if (ask === undefined) return;
  const isSure = runs(constants, at);
  if (isSure === undefined) return;
  const argument = (index: number) => {
    const node = at.arguments[index];
    return node === undefined ? undefined : constants.of(node);
  };
  const member = (index: number, name: string) => {
    const value = argument(index);
    return value === undefined ? undefined : constants.member(value, name);
  };
  ask({ at, by: callee.text, isSure, argument, member }, needs);
}

function askName(constants: Constants, at: ts.Identifier, needs: Needs): void {
  const [, name, number] = BUS_NAME.exec(at.text) ?? [];
  if (name === undefined || declared(constants, at) !== `engine ${at.text}`) return;
  const isSure = runs(constants, at);
  const kind = name.toLowerCase() as BusKind;
  if (isSure !== undefined) needs.buses.push({ at, by: at.text, isSure, kind, number: Number(number) });
}

/** @param folder of the firmware. @returns what its own files ask for, Mote's not among them. */
export function collectNeeds(draft: Draft, folder: string): Needs {
  const constants = createConstants(draft, folder);
  const needs: Needs = { pins: [], buses: [], abilities: [] };
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) askCall(constants, node, needs);
    else if (ts.isIdentifier(node)) askName(constants, node, needs);
    ts.forEachChild(node, visit);
  };
  for (const source of draft.program.getSourceFiles()) {
    if (!source.isDeclarationFile && !isOwnSource(source.fileName) && !source.fileName.endsWith('.json')) {
      visit(source);
    }
  }
  return needs;
}
