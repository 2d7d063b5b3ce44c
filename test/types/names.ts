// What types/espruino.d.ts declares, as expressions to ask an engine with, and how a value of each of its classes is had.

import { resolve } from 'node:path';
import ts from 'typescript';

/** A value of each class and of each module, on Espruino for Linux; the engine shows methods on values only. */
const VALUES: Readonly<Record<string, string>> = {
  String: '""',
  Array: '[]',
  ObjectConstructor: 'Object',
  Math: 'Math',
  Function: '(function(){})',
  Promise: 'Promise.resolve()',
  PromiseConstructor: 'Promise',
  Pin: 'D0',
  Waveform: 'new Waveform(8)',
  I2C: 'I2C1',
  SPI: 'SPI1',
  Serial: 'Serial1',
  OneWire: 'new OneWire(D0)',
  EspruinoStorage: 'require("Storage")',
  StorageFile: 'require("Storage").open("types","a")',
  EspruinoFlash: 'require("Flash")',
  EspruinoFiles: 'require("fs")',
  EspruinoNet: 'require("net")',
  EspruinoTls: 'require("tls")',
  EspruinoHttp: 'require("http")',
  EspruinoCrypto: 'require("crypto")',
  Server: 'require("net").createServer(function(){})',
  httpSrv: 'require("http").createServer(function(){})',
  httpCRq: 'require("http").request({host:"127.0.0.1",port:9},function(){})',
};

/** What only a board has, and why this engine cannot be asked. */
export const BOARD_ONLY: Readonly<Record<string, string>> = {
  EspruinoWifi: 'no radio',
  ESP32: 'no such chip',
  LED1: 'no lamp',
  BTN1: 'no button',
  // Linux has the pins D0 to D32.
  ...Object.fromEntries(Array.from({ length: 16 }, (_, at) => [`D${33 + at}`, 'no such pin'])),
};

/** Values that come from a connection only, or that are no values of the engine's: what they look like is seen elsewhere. */
export const NOT_ASKED: Readonly<Record<string, string>> = {
  Socket: 'a connection: test/contract',
  httpCRs: 'an answer: this file',
  httpSRq: 'a request: this file',
  httpSRs: 'an answer: this file',
  EspruinoReadable: 'anything that has read',
  EspruinoWritable: 'anything that has write',
};

interface Asked {
  /** Expressions that must be something. */
  readonly there: string[];
  /** Types with methods for which this file has no value, which is a mistake in it. */
  readonly unknown: string[];
}

type Members = ts.NodeArray<ts.TypeElement | ts.ClassElement>;

const named = (name: ts.Node | undefined): string | undefined =>
  name !== undefined && ts.isIdentifier(name) ? name.text : undefined;

/** @returns names of members that have to be there: no constructors, no optional ones. */
function memberNames(members: Members, isStatic: boolean): string[] {
  return members.flatMap((member) => {
    if (ts.isConstructorDeclaration(member) || ts.isConstructSignatureDeclaration(member)) return [];
    if ('questionToken' in member && member.questionToken !== undefined) return [];
    const flags = ts.canHaveModifiers(member) ? (ts.getModifiers(member) ?? []) : [];
    const is = flags.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword);
    const name = named(member.name);
    return name !== undefined && is === isStatic ? [name] : [];
  });
}

const hasMethods = (members: Members): boolean =>
  members.some((member) => ts.isMethodSignature(member) || ts.isMethodDeclaration(member));

function askType(name: string, members: Members, asked: Asked): void {
  if (name in BOARD_ONLY || name in NOT_ASKED || !hasMethods(members)) return;
  const value = VALUES[name];
  if (value === undefined) asked.unknown.push(name);
  else asked.there.push(...memberNames(members, false).map((member) => `(${value}).${member}`));
}

function askStatement(node: ts.Statement, asked: Asked): void {
  if (ts.isInterfaceDeclaration(node)) askType(node.name.text, node.members, asked);
  if (ts.isClassDeclaration(node) && node.name !== undefined) {
    const name = node.name.text;
    asked.there.push(name, ...memberNames(node.members, true).map((member) => `${name}.${member}`));
    askType(name, node.members, asked);
  }
  if (ts.isFunctionDeclaration(node) && node.name !== undefined) asked.there.push(node.name.text);
  if (!ts.isVariableStatement(node)) return;
  for (const { name, type } of node.declarationList.declarations) {
    const text = named(name) ?? '';
    if (text in BOARD_ONLY) continue;
    asked.there.push(text);
    if (type !== undefined && ts.isTypeLiteralNode(type)) {
      asked.there.push(...memberNames(type.members, false).map((member) => `${text}.${member}`));
    }
  }
}

/** @returns what an engine has to be asked for. */
export function declaredNames(): Asked {
  const program = ts.createProgram({
    rootNames: [resolve('types/espruino.d.ts')],
    options: { lib: ['lib.es5.d.ts'], types: [] },
  });
  const asked: Asked = { there: [], unknown: [] };
  for (const source of program.getSourceFiles()) {
    if (program.isSourceFileDefaultLibrary(source)) continue;
    source.statements.forEach((statement) => askStatement(statement, asked));
  }
  return { there: [...new Set(asked.there)].filter((name) => name !== ''), unknown: asked.unknown };
}
