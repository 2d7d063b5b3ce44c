// The polyfill step: a use of a builtin that the engine lacks becomes a call of Mote's own function, imported where it is used. Nothing is
// put on the engine's objects, so a program that uses none is what it was, and one that does has what it uses and no more.

import { join, relative } from 'node:path';
import ts from 'typescript';
import { PACKAGE_ROOT } from './firmware.ts';

export const POLYFILLS = join(PACKAGE_ROOT, 'src', 'polyfills');

export type Engine = 'espruino' | 'jerryscript';

/** A function or constant of a file of src/polyfills. */
interface Filling {
  readonly file: string;
  readonly name: string;
}

/** Members of built-in objects. JerryScript with its whole profile lacks none of them. */
const STATICS: Readonly<Record<string, Filling>> = {
  'Math.trunc': { file: 'math-trunc', name: 'trunc' },
  'Math.imul': { file: 'math-imul', name: 'imul' },
  'Math.clz32': { file: 'math-clz32', name: 'clz32' },
  'Math.log2': { file: 'math-log2', name: 'log2' },
  'Math.log10': { file: 'math-log10', name: 'log10' },
  'Math.hypot': { file: 'math-hypot', name: 'hypot' },
  'Number.isInteger': { file: 'number-tests', name: 'isInteger' },
  'Number.isSafeInteger': { file: 'number-tests', name: 'isSafeInteger' },
  'Number.isFinite': { file: 'number-tests', name: 'isFiniteNumber' },
  'Number.isNaN': { file: 'number-tests', name: 'isNaNumber' },
  'Number.MAX_SAFE_INTEGER': { file: 'number-limits', name: 'MAX_SAFE_INTEGER' },
  'Number.MIN_SAFE_INTEGER': { file: 'number-limits', name: 'MIN_SAFE_INTEGER' },
  'Number.EPSILON': { file: 'number-limits', name: 'EPSILON' },
};

type Kind = 'array' | 'string';

/** Methods, by the kind of value that they are called on; one that takes one argument less may be another function. */
const METHODS: Readonly<Record<string, { kind: Kind; by: Readonly<Record<number, Filling>> }>> = {
  lastIndexOf: {
    kind: 'array',
    by: {
      1: { file: 'array-last-index-of', name: 'lastIndexOf' },
      2: { file: 'array-last-index-of', name: 'lastIndexFrom' },
    },
  },
  reduceRight: {
    kind: 'array',
    by: {
      1: { file: 'array-reduce-right', name: 'reduceRightFromLast' },
      2: { file: 'array-reduce-right', name: 'reduceRight' },
    },
  },
  trimStart: { kind: 'string', by: { 0: { file: 'string-trim', name: 'trimStart' } } },
  trimEnd: { kind: 'string', by: { 0: { file: 'string-trim', name: 'trimEnd' } } },
};

/** What is brought along, as a person writes it. */
export const FILLED: readonly string[] = [
  ...Object.keys(STATICS),
  ...Object.entries(METHODS).map(([name, { kind }]) => `${kind}.${name}`),
];

/** Of a text that has none of these names, nothing has to be looked at. */
const MENTION = new RegExp(
  `\\b(${[...Object.keys(STATICS).map((path) => path.split('.')[1]), ...Object.keys(METHODS)].join('|')})\\b`,
);

const TYPED_ARRAY = /^(Uint|Int|Float)\d+(Clamped)?Array$/;

function isOfKind(checker: ts.TypeChecker, node: ts.Expression, kind: Kind): boolean {
  const type = checker.getNonNullableType(checker.getTypeAtLocation(node));
  if (kind === 'string') return (type.flags & ts.TypeFlags.StringLike) !== 0;
  if (type.flags & ts.TypeFlags.Any) return false;
  return (
    checker.isArrayType(type) ||
    checker.isTupleType(type) ||
    TYPED_ARRAY.test(type.getSymbol()?.getName() ?? '')
  );
}

/** @returns whether a name is the engine's own, not one of the program. */
function isBuiltIn(checker: ts.TypeChecker, node: ts.Identifier): boolean {
  const declarations = checker.getSymbolAtLocation(node)?.declarations ?? [];
  return declarations.length > 0 && declarations.every((at) => at.getSourceFile().isDeclarationFile);
}

/** @returns whether a node is only asked about, or given a value: the program sees to it by itself. */
function isProvided(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isTypeOfExpression(parent)) return true;
  return (
    ts.isBinaryExpression(parent) &&
    parent.left === node &&
    parent.operatorToken.kind === ts.SyntaxKind.EqualsToken
  );
}

/** @returns a transformer that puts polyfills in the place of what `engine` lacks; undefined when it lacks nothing. */
export function fillIn(
  engine: Engine,
  program: ts.Program,
): ts.TransformerFactory<ts.SourceFile> | undefined {
  if (engine !== 'espruino') return undefined;
  const checker = program.getTypeChecker();
  return (context) => (source) => (MENTION.test(source.text) ? fillFile(source, checker, context) : source);
}

function fillFile(
  source: ts.SourceFile,
  checker: ts.TypeChecker,
  context: ts.TransformationContext,
): ts.SourceFile {
  const { factory } = context;
  const used = new Map<string, { filling: Filling; local: ts.Identifier }>();

  function use(filling: Filling): ts.Identifier {
    const known = used.get(filling.name);
    if (known !== undefined) return known.local;
    const local = factory.createUniqueName(filling.name);
    used.set(filling.name, { filling, local });
    return local;
  }

  const visitAll = (nodes: readonly ts.Expression[]) =>
    nodes.map((node) => ts.visitNode(node, visit) as ts.Expression);

  /** More than two sides: of the first two, and so on. */
  function fillHypot(node: ts.CallExpression, filling: Filling): ts.Expression | undefined {
    const [first, ...others] = visitAll(node.arguments);
    if (first === undefined || node.arguments.some(ts.isSpreadElement)) return undefined;
    const sides = others.length === 0 ? [factory.createNumericLiteral(0)] : others;
    return sides.reduce(
      (longer, side) => factory.createCallExpression(use(filling), undefined, [longer, side]),
      first,
    );
  }

  function staticOf(node: ts.Node): [path: string, filling: Filling] | undefined {
    if (!ts.isPropertyAccessExpression(node) || !ts.isIdentifier(node.expression)) return undefined;
    const path = `${node.expression.text}.${node.name.text}`;
    const filling = Object.hasOwn(STATICS, path) ? STATICS[path] : undefined;
    if (filling === undefined || !isBuiltIn(checker, node.expression) || isProvided(node)) return undefined;
    return [path, filling];
  }

  function fillCall(node: ts.CallExpression): ts.Expression | undefined {
    const { expression } = node;
    if (!ts.isPropertyAccessExpression(expression)) return undefined;
    const [path, filling] = staticOf(expression) ?? [];
    if (path === 'Math.hypot' && filling !== undefined) return fillHypot(node, filling);
    const { text } = expression.name;
    const method = Object.hasOwn(METHODS, text) ? METHODS[text] : undefined;
    const by = method?.by[node.arguments.length];
    if (method === undefined || by === undefined) return undefined;
    if (!isOfKind(checker, expression.expression, method.kind)) return undefined;
    const given = visitAll([expression.expression, ...node.arguments]);
    return ts.setTextRange(factory.createCallExpression(use(by), undefined, given), node);
  }

  function visit(node: ts.Node): ts.Node {
    if (ts.isCallExpression(node)) {
      const filled = fillCall(node);
      if (filled !== undefined) return filled;
    }
    const [path, filling] = staticOf(node) ?? [];
    if (filling !== undefined && path !== 'Math.hypot') return ts.setTextRange(use(filling), node);
    return ts.visitEachChild(node, visit, context);
  }

  const filled = ts.visitEachChild(source, visit, context);
  if (used.size === 0) return source;
  const imports = [...used.values()].map(({ filling, local }) =>
    factory.createImportDeclaration(
      undefined,
      factory.createImportClause(
        undefined,
        undefined,
        factory.createNamedImports([
          factory.createImportSpecifier(false, factory.createIdentifier(filling.name), local),
        ]),
      ),
      factory.createStringLiteral(join(POLYFILLS, `${filling.file}.ts`)),
    ),
  );
  return factory.updateSourceFile(filled, [...imports, ...filled.statements]);
}

/** @returns the names of what stands in a bundle for builtins, of the modules that rollup left something of. */
export function filledBy(
  modules: Readonly<Record<string, { renderedExports: readonly string[] }>>,
): string[] {
  const found: string[] = [];
  const name = (file: string, exported: string, shown: string, filling: Filling) => {
    if (filling.file === file && filling.name === exported && !found.includes(shown)) found.push(shown);
  };
  for (const [id, { renderedExports }] of Object.entries(modules)) {
    const file = relative(POLYFILLS, id).replace(/\.ts$/, '');
    for (const exported of renderedExports) {
      for (const [path, filling] of Object.entries(STATICS)) name(file, exported, path, filling);
      for (const [method, { kind, by }] of Object.entries(METHODS)) {
        for (const filling of Object.values(by)) name(file, exported, `${kind}.${method}`, filling);
      }
    }
  }
  return found.sort();
}
