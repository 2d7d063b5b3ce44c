// The titles of tests, read from their source: which statement of the standard is held by which test. A title that nobody can
// read without running the file does not count, and neither does a test that is skipped.

import ts from 'typescript';

export interface Title {
  /** The test's own title, those of its suites in front. */
  readonly text: string;
  /** Statements that it names: MQTT-x.y.z-n. */
  readonly ids: readonly string[];
}

const ID = /\[(MQTT-\d+(?:\.\d+)*-\d+)\]/g;
const SUITES = new Set(['describe', 'suite']);
const TESTS = new Set(['it', 'test']);

/** @returns what an expression says, as far as that stands in the source. */
function literal(node: ts.Node | undefined): string | undefined {
  return node !== undefined && ts.isStringLiteralLike(node) ? node.text : undefined;
}

/** Calls as `it(…)` and `it.each(table)(…)`; `it.skip`, `it.todo`, `it.skipIf(…)` and others are not looked into. */
function readCall(call: ts.CallExpression): { name: string; table: ts.Node | undefined } | undefined {
  const callee = call.expression;
  if (ts.isIdentifier(callee)) return { name: callee.text, table: undefined };
  if (!ts.isCallExpression(callee) || !ts.isPropertyAccessExpression(callee.expression)) return undefined;
  const { expression, name } = callee.expression;
  if (!ts.isIdentifier(expression) || !/^(each|for)$/.test(name.text)) return undefined;
  return { name: expression.text, table: callee.arguments[0] };
}

/** @returns the title that a row of a table makes of `title`: its texts take the places of %s and %j, one by one. */
function fill(title: string, row: ts.Expression): string {
  const values = ts.isArrayLiteralExpression(row) ? [...row.elements] : [row];
  return title.replace(/%[a-z]/g, (place) => {
    const text = literal(values.shift());
    if (text === undefined) return place;
    return place === '%j' ? JSON.stringify(text) : text;
  });
}

function idsOf(text: string): string[] {
  return [...new Set([...text.matchAll(ID)].map((match) => match[1]!))];
}

/** @returns the titles of all tests in `source` that name a statement. */
export function readTitles(source: string): Title[] {
  const file = ts.createSourceFile('tests.ts', source, ts.ScriptTarget.Latest, true);
  const titles: Title[] = [];
  const tables = new Map<string, ts.Node>();

  function rowsOf(table: ts.Node | undefined): readonly ts.Expression[] {
    let found = table;
    if (found !== undefined && ts.isIdentifier(found)) found = tables.get(found.text);
    if (found !== undefined && ts.isAsExpression(found)) found = found.expression;
    return found !== undefined && ts.isArrayLiteralExpression(found) ? found.elements : [];
  }

  /** @param known statements that are listed under another title. */
  function add(title: string, suites: readonly string[], known: readonly string[] = []): void {
    const text = [...suites, title].join(' > ').replace(/%[a-z]/g, '…');
    const ids = idsOf(text).filter((id) => !known.includes(id));
    if (ids.length > 0) titles.push({ text, ids });
  }

  function visit(node: ts.Node, suites: readonly string[]): void {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer !== undefined) {
      tables.set(node.name.text, node.initializer);
    }
    const call = ts.isCallExpression(node) ? readCall(node) : undefined;
    const title = ts.isCallExpression(node) ? literal(node.arguments[0]) : undefined;
    if (call === undefined || title === undefined) {
      // What is skipped has a callback too: no test inside of it counts.
      const isSkipped = ts.isCallExpression(node) && title !== undefined;
      if (!isSkipped) ts.forEachChild(node, (child) => visit(child, suites));
    } else if (TESTS.has(call.name)) {
      add(title, suites);
      // A row has a place of its own where it names more than all rows do.
      const known = idsOf([...suites, title].join(' '));
      for (const row of rowsOf(call.table)) add(fill(title, row), suites, known);
    } else if (SUITES.has(call.name)) {
      ts.forEachChild(node, (child) => visit(child, [...suites, title]));
    } else {
      ts.forEachChild(node, (child) => visit(child, suites));
    }
  }

  visit(file, []);
  return titles;
}
