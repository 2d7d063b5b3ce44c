// Which property names must stay as they are written: those that an engine knows, those written in quotes, and, where
// a firmware looks at names at run time, those of the firmware. The minifier shortens all others.

import ts from 'typescript';
import { displayName, isOwnSource } from './firmware.ts';

/** A place where the firmware looks at property names at run time. */
export interface Reflection {
  readonly construct: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface KeptNames {
  readonly reserved: string[];
  readonly reflections: Reflection[];
}

/** Calls that see names; `hasOwnProperty` is one on any object. */
const REFLECTING_CALL =
  /^(JSON\.(stringify|parse)|Object\.(keys|entries|assign|getOwnPropertyNames|getOwnPropertyDescriptors?|defineProperty|defineProperties))$/;

const UNTYPED = ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.NonPrimitive;

/** No engine for boards has it, and its options have everyday names such as `day`. */
const ABSENT_NAMESPACE = 'Intl';

function nameText(name: ts.Node | undefined): string | undefined {
  return name && (ts.isIdentifier(name) || ts.isStringLiteralLike(name)) ? name.text : undefined;
}

function isMember(node: ts.Node): node is ts.NamedDeclaration {
  return (
    ts.isPropertySignature(node) ||
    ts.isMethodSignature(node) ||
    ts.isPropertyDeclaration(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isPropertyAssignment(node) ||
    ts.isShorthandPropertyAssignment(node) ||
    ts.isAccessor(node)
  );
}

/** Names that the engine gives to the firmware. */
function addDeclared(node: ts.Node, into: Set<string>): void {
  if (ts.isModuleDeclaration(node) && node.name.text === ABSENT_NAMESPACE) return;
  const isGlobal =
    ts.isVariableDeclaration(node) ||
    ts.isFunctionDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isModuleDeclaration(node);
  if (isMember(node) || isGlobal) {
    const name = nameText(node.name);
    if (name !== undefined) into.add(name);
  }
  ts.forEachChild(node, (child) => addDeclared(child, into));
}

/** Every property name that a file mentions. */
function addMentioned(node: ts.Node, into: Set<string>): void {
  const name = isMember(node) || ts.isPropertyAccessExpression(node) ? nameText(node.name) : undefined;
  if (name !== undefined) into.add(name);
  ts.forEachChild(node, (child) => addMentioned(child, into));
}

/** Property names of a type, of its members' types, and so on. */
function addTypeNames(
  type: ts.Type,
  checker: ts.TypeChecker,
  into: Set<string>,
  seen = new Set<ts.Type>(),
): void {
  if (seen.has(type)) return;
  seen.add(type);
  if (type.isUnionOrIntersection()) type.types.forEach((part) => addTypeNames(part, checker, into, seen));
  if (!(type.flags & ts.TypeFlags.Object)) return;
  const element = checker.getIndexTypeOfType(type, ts.IndexKind.Number);
  if (element) return addTypeNames(element, checker, into, seen);
  for (const property of checker.getPropertiesOfType(type)) {
    if (property.declarations?.every((declaration) => declaration.getSourceFile().isDeclarationFile)) {
      continue;
    }
    into.add(property.name);
    addTypeNames(checker.getTypeOfSymbol(property), checker, into, seen);
  }
}

/** @returns the strings that a key can be, or undefined when it can be any. */
function literalKeys(type: ts.Type): string[] | undefined {
  const parts = type.isUnion() ? type.types : [type];
  return parts.every((part) => part.isStringLiteral()) ? parts.map((part) => part.value) : undefined;
}

/** What a node says about names, found in one pass over a source file. */
function createVisitor(checker: ts.TypeChecker, reserved: Set<string>) {
  const reflections: { node: ts.Node; construct: string }[] = [];

  function reflect(node: ts.Node, construct: string, over: (ts.Node | undefined)[]): void {
    reflections.push({ node, construct });
    for (const seen of over) if (seen) addTypeNames(checker.getTypeAtLocation(seen), checker, reserved);
  }

  function visitElementAccess(node: ts.ElementAccessExpression): void {
    const key = node.argumentExpression;
    if (ts.isStringLiteralLike(key)) {
      reserved.add(key.text);
      return;
    }
    const type = checker.getTypeAtLocation(key);
    const literals = literalKeys(type);
    if (literals) literals.forEach((name) => reserved.add(name));
    else if (!checker.isTypeAssignableTo(type, checker.getNumberType()) || type.flags & ts.TypeFlags.Any) {
      reflect(node, 'a computed property name', [node.expression]);
    }
  }

  function visitCall(node: ts.CallExpression): void {
    const callee = node.expression.getText();
    const owns =
      ts.isPropertyAccessExpression(node.expression) && node.expression.name.text === 'hasOwnProperty';
    if (!owns && !REFLECTING_CALL.test(callee)) return;
    const target =
      ts.isAsExpression(node.parent) || ts.isVariableDeclaration(node.parent) ? node.parent : undefined;
    reflect(node, owns ? 'hasOwnProperty' : callee, [target, ...node.arguments]);
  }

  function visit(node: ts.Node): void {
    if (ts.isPropertyAccessExpression(node)) {
      // Without a type nobody can say whose name it is.
      if (checker.getTypeAtLocation(node.expression).flags & ts.TypeFlags.Any) reserved.add(node.name.text);
    } else if (ts.isElementAccessExpression(node)) {
      visitElementAccess(node);
    } else if (ts.isObjectLiteralExpression(node)) {
      const expected = checker.getContextualType(node);
      if (expected && expected.flags & UNTYPED) {
        addTypeNames(checker.getTypeAtLocation(node), checker, reserved);
      }
    } else if (ts.isForInStatement(node)) {
      reflect(node, 'for-in', [node.expression]);
    } else if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.InKeyword) {
      reflect(node, 'the in operator', [node.right]);
      if (ts.isStringLiteralLike(node.left)) reserved.add(node.left.text);
    } else if (ts.isCallExpression(node)) {
      visitCall(node);
    } else if (isMember(node) && node.name && ts.isStringLiteralLike(node.name)) {
      reserved.add(node.name.text);
    }
    ts.forEachChild(node, visit);
  }

  return { visit, reflections };
}

/** Find the names of a type-checked program that the minifier must keep. */
export function keptNames(program: ts.Program): KeptNames {
  const reserved = new Set<string>();
  const mentioned = new Set<string>();
  const visitor = createVisitor(program.getTypeChecker(), reserved);
  for (const source of program.getSourceFiles()) {
    if (source.isDeclarationFile) {
      // Decorators are only types; the compiler brings them along with ES5.
      if (!/lib\.decorators/.test(source.fileName)) addDeclared(source, reserved);
      continue;
    }
    // Keys of JSON are in quotes because JSON has no other way; the build writes them without.
    if (!source.fileName.endsWith('.json')) visitor.visit(source);
    if (!isOwnSource(source.fileName)) addMentioned(source, mentioned);
  }
  if (visitor.reflections.length > 0) mentioned.forEach((name) => reserved.add(name));
  const reflections = visitor.reflections.map(({ node, construct }) => {
    const source = node.getSourceFile();
    const { line, character } = source.getLineAndCharacterOfPosition(node.getStart());
    return { construct, file: displayName(source.fileName), line: line + 1, column: character + 1 };
  });
  return { reserved: [...reserved].sort(), reflections };
}
