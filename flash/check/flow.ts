// Which definitions an engine without hoisting has certainly executed at each place. A `var` or function exists from its
// statement on; a place that some path reaches without that statement cannot count on it.

import type { AnyNode, Identifier, Program } from 'acorn';
import { boundNames } from './scope.ts';
import type { Variable } from './scope.ts';
import type { Source } from './source.ts';
import { dispatch } from './tree.ts';
import type { ByType, FunctionNode } from './tree.ts';

/** Variables defined on every path so far; null where no path leads. */
export type Defined = ReadonlySet<Variable> | null;

function both(a: Defined, b: Defined): Defined {
  if (a === null) return b;
  if (b === null || a === b) return a;
  return new Set([...a].filter((variable) => b.has(variable)));
}

function either(a: Defined, b: Defined): Defined {
  return a === null || b === null ? null : new Set([...a, ...b]);
}

/** A statement that `break` leaves, and `continue` too if it is a loop. */
interface Target {
  readonly labels: readonly string[];
  readonly kind: 'loop' | 'switch' | 'block';
  atBreak: Defined;
  atContinue: Defined;
}

/**
 * Walk the statements of a function or program in the order in which an engine runs them.
 * @param onPart is told of each expression that is evaluated, and what is defined then.
 */
export function walkFlow(
  owner: FunctionNode | Program,
  source: Source,
  onPart: (part: AnyNode, defined: ReadonlySet<Variable>) => void,
): void {
  const targets: Target[] = [];
  let labels: string[] = [];

  function evaluate(part: AnyNode | null | undefined, defined: Defined): void {
    if (part && defined !== null) onPart(part, defined);
  }

  function define(ids: readonly Identifier[], defined: Defined): Defined {
    if (defined === null) return null;
    const added = ids.flatMap((id) => source.scopes.declared.get(id) ?? []);
    return new Set([...defined, ...added]);
  }

  function sequence(body: readonly AnyNode[], defined: Defined): Defined {
    return body.reduce((before, statement) => run(statement, before), defined);
  }

  /** @param body gets the target and returns what is defined where it ends by itself. */
  function breakable(kind: Target['kind'], body: (target: Target) => Defined): Defined {
    const target: Target = { labels, kind, atBreak: null, atContinue: null };
    labels = [];
    targets.push(target);
    const after = body(target);
    targets.pop();
    return both(after, target.atBreak);
  }

  function jump(statement: AnyNode, defined: Defined): null {
    if (statement.type !== 'BreakStatement' && statement.type !== 'ContinueStatement') return null;
    const name = statement.label?.name;
    const isContinue = statement.type === 'ContinueStatement';
    const target = targets.findLast(({ kind, labels: names }) =>
      name === undefined ? kind === 'loop' || (kind === 'switch' && !isContinue) : names.includes(name),
    );
    if (target === undefined) return null;
    if (isContinue) target.atContinue = both(target.atContinue, defined);
    else target.atBreak = both(target.atBreak, defined);
    return null;
  }

  function declare(node: AnyNode, defined: Defined): Defined {
    if (node.type !== 'VariableDeclaration') {
      evaluate(node, defined);
      return defined;
    }
    return node.declarations.reduce((before, declarator) => {
      // The engine makes the variable, then evaluates its value.
      const after = define(boundNames(declarator.id), before);
      evaluate(declarator, after);
      return after;
    }, defined);
  }

  interface Loop {
    test?: AnyNode | null | undefined;
    body: AnyNode;
    update?: AnyNode | null | undefined;
    /** Only a jump leads out. */
    endless: boolean;
  }

  function loop({ test, body, update, endless }: Loop, at: Defined): Defined {
    return breakable('loop', (target) => {
      evaluate(test, at);
      evaluate(update, both(run(body, at), target.atContinue));
      return endless ? null : at;
    });
  }

  function tryStatement(node: Extract<AnyNode, { type: 'TryStatement' }>, defined: Defined): Defined {
    const tried = run(node.block, defined);
    // Whatever goes wrong, the first statement has begun.
    const [first] = node.block.body;
    const begun =
      first?.type === 'VariableDeclaration'
        ? define(boundNames(first.declarations[0]!.id), defined)
        : defined;
    const caught = node.handler ? run(node.handler.body, begun) : null;
    const after = both(tried, caught);
    return node.finalizer ? either(after, run(node.finalizer, defined)) : after;
  }

  function switchStatement(node: Extract<AnyNode, { type: 'SwitchStatement' }>, defined: Defined): Defined {
    evaluate(node.discriminant, defined);
    return breakable('switch', () => {
      let end: Defined = null;
      for (const branch of node.cases) {
        evaluate(branch.test, defined);
        end = sequence(branch.consequent, both(end, defined));
      }
      return node.cases.some((branch) => branch.test === null) ? end : both(end, defined);
    });
  }

  function defineNamed(node: { id: Identifier | null }, defined: Defined): Defined {
    return define(node.id ? [node.id] : [], defined);
  }

  function block({ body }: { body: AnyNode[] }, defined: Defined): Defined {
    if (labels.length === 0) return sequence(body, defined);
    return breakable('block', () => sequence(body, defined));
  }

  /** The engine makes the variable even when there is nothing to go through. */
  function each(node: { left: AnyNode; right: AnyNode; body: AnyNode }, defined: Defined): Defined {
    evaluate(node.right, defined);
    return loop({ body: node.body, endless: false }, declare(node.left, defined));
  }

  function leave({ argument }: { argument?: AnyNode | null | undefined }, defined: Defined): null {
    evaluate(argument, defined);
    return null;
  }

  const statements: ByType<[defined: Defined], Defined> = {
    FunctionDeclaration: defineNamed,
    ClassDeclaration(node, defined) {
      const after = defineNamed(node, defined);
      evaluate(node, after);
      return after;
    },
    VariableDeclaration: declare,
    BlockStatement: block,
    IfStatement({ test, consequent, alternate }, defined) {
      evaluate(test, defined);
      return both(run(consequent, defined), alternate ? run(alternate, defined) : defined);
    },
    ForStatement(node, defined) {
      return loop({ ...node, endless: !node.test }, node.init ? declare(node.init, defined) : defined);
    },
    WhileStatement: (node, defined) => loop({ ...node, endless: false }, defined),
    DoWhileStatement: ({ body, test }, defined) =>
      breakable('loop', (target) => {
        const end = both(run(body, defined), target.atContinue);
        evaluate(test, end);
        return end;
      }),
    ForInStatement: each,
    ForOfStatement: each,
    SwitchStatement: switchStatement,
    TryStatement: tryStatement,
    LabeledStatement({ label, body }, defined) {
      labels.push(label.name);
      return run(body, defined);
    },
    BreakStatement: jump,
    ContinueStatement: jump,
    ReturnStatement: leave,
    ThrowStatement: leave,
    WithStatement({ object, body }, defined) {
      evaluate(object, defined);
      return run(body, defined);
    },
  };

  function run(statement: AnyNode, defined: Defined): Defined {
    const after = dispatch(statements, statement, defined);
    if (after !== undefined) return after;
    evaluate(statement, defined);
    return defined;
  }

  if (owner.type === 'Program') sequence(owner.body, new Set());
  else if (owner.body.type === 'BlockStatement') sequence(owner.body.body, new Set());
  else evaluate(owner.body, new Set());
}
