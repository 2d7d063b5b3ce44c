// Two things that only the source can tell: which construct made the compiler call a helper that no bundle has, and
// where a text holds characters instead of bytes.

import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import ts from 'typescript';
import { MoteError } from '../errors.ts';
import type { Code, Compiled } from './compile.ts';
import { displayName } from './firmware.ts';

/** What in the source makes TypeScript call a helper. */
const HELPERS: Readonly<Record<string, string>> = {
  __extends: 'a class that extends another',
  __assign: 'a spread object',
  __rest: 'a rest element',
  __spreadArray: 'a spread array or argument',
  __spread: 'a spread array or argument',
  __read: 'destructuring of an iterable',
  __values: 'for-of over an iterable',
  __awaiter: 'an async function',
  __generator: 'a generator',
  __await: 'an async generator',
  __asyncGenerator: 'an async generator',
  __asyncDelegator: 'an async generator',
  __asyncValues: 'for await',
  __makeTemplateObject: 'a tagged template',
  __decorate: 'a decorator',
  __esDecorate: 'a decorator',
  __runInitializers: 'a decorator',
  __classPrivateFieldGet: 'a private field',
  __classPrivateFieldSet: 'a private field',
  __classPrivateFieldIn: 'a private field',
  __propKey: 'a computed key',
  __setFunctionName: 'a class or decorator',
  __addDisposableResource: 'a using declaration',
  __disposeResources: 'a using declaration',
};

function where(file: string, line: number, column: number): string {
  return `${displayName(file)}:${line + 1}:${column + 1}`;
}

function lineAndColumn(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at).split('\n');
  return { line: before.length, column: (before.at(-1) as string).length };
}

function refuseHelpers(file: string, { code, map }: Code): void {
  const call = /(?<![\w$.])__[a-zA-Z]+(?=\()/g;
  for (const match of code.matchAll(call)) {
    const construct = HELPERS[match[0]];
    if (construct === undefined) continue;
    const position = originalPositionFor(new TraceMap(map), lineAndColumn(code, match.index));
    throw new MoteError(
      `${construct} needs the compiler's helper ${match[0]}, which a bundle does not have`,
      'write it out with plain functions and loops',
      where(file, (position.line ?? 1) - 1, position.column ?? 0),
    );
  }
}

function refuseText(source: ts.SourceFile): void {
  function visit(node: ts.Node): void {
    const isText =
      ts.isStringLiteralLike(node) || ts.isTemplateExpression(node) || ts.isRegularExpressionLiteral(node);
    const at = isText ? node.getText(source).search(/[^ -~\t\r\n]/) : -1;
    if (at >= 0) {
      const start = node.getStart(source) + at;
      const character = String.fromCodePoint(source.text.codePointAt(start) as number);
      const bytes = [...Buffer.from(character)]
        .map((byte) => `\\x${byte.toString(16).toUpperCase()}`)
        .join('');
      const { line, character: column } = source.getLineAndCharacterOfPosition(start);
      throw new MoteError(
        `the character ${character} in a text: a board holds bytes, and engines differ on it`,
        `write its UTF-8 bytes: ${bytes}`,
        where(source.fileName, line, column),
      );
    }
    ts.forEachChild(node, visit);
  }
  visit(source);
}

/** Refuse what the emitted code no longer shows clearly. Throws MoteError. */
export function guardSource({ program, modules }: Compiled): void {
  for (const [file, module] of modules) {
    refuseHelpers(file, module);
    const source = program.getSourceFile(file);
    if (source) refuseText(source);
  }
}
