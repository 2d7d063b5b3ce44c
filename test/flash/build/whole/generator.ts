// Random programs of the shape that rollup gives the passes: functions and factories of modules, one after the other, all
// in one function. What is said on the way shows the order of effects. Nothing is used before it is defined, as the
// compiler and `mote check` see to.

/** Gives a number below `n`. Zero is the simplest choice: shrinking and the end of the tape lead there. */
export type Choose = (n: number) => number;

/** @returns choices from numbers that were drawn before. */
export function chooseFrom(tape: readonly number[]): Choose {
  let at = 0;
  return (n) => (tape[at++] ?? 0) % n;
}

/** What a piece of code can name. */
interface Scope {
  readonly values: readonly string[];
  /** Those of them that may be written. */
  readonly places: readonly string[];
  /** Objects whose members are `a`, `b` (values) and `run` (a function of two parameters). */
  readonly objects: readonly string[];
  /** Objects with `a` and `b` only. */
  readonly records: readonly string[];
  readonly functions: readonly Callable[];
}

interface Callable {
  readonly name: string;
  /** What each parameter takes. */
  readonly takes: readonly ('value' | 'record' | 'object' | 'function')[];
  calls: number;
}

const NAMES = ['a', 'b', 'n', 'x', 'result', 'count', 'done'];
const HOT = ['', '', '', '/** @hot */\n', '/** @hot 3 */\n', '/** @apart */\n'];

/** @returns a program, as the body of the function that rollup puts around it. */
export function createProgram(choose: Choose): string {
  let serial = 0;

  function pick<T>(list: readonly T[]): T {
    return list[choose(list.length)] as T;
  }

  function oneIn(n: number): boolean {
    return choose(n) === n - 1;
  }

  function freshName(stem: string): string {
    return `${stem}${++serial}`;
  }

  function literal(): string {
    return pick([
      '1',
      '0',
      '2',
      '7',
      '-1',
      '"s"',
      '"a longer text"',
      'true',
      'false',
      'null',
      'undefined',
      '1.5',
    ]);
  }

  /** Mostly one that nobody calls yet: functions that are called once are what it is about. */
  function callable({ functions }: Scope): Callable | undefined {
    const idle = functions.filter(({ calls }) => calls === 0);
    const found =
      idle.length > 0 && !oneIn(5) ? idle.at(-1 - choose(Math.min(2, idle.length))) : pick(functions);
    // One that is called too often makes programs that do not end.
    return found !== undefined && found.calls < 4 ? found : undefined;
  }

  function argument(kind: Callable['takes'][number], scope: Scope, depth: number): string {
    if (kind === 'record') {
      if (scope.records.length > 0 && !oneIn(3)) return pick(scope.records);
      return `{ a: ${value(scope, depth - 1)}, b: ${value(scope, depth - 1)} }`;
    }
    if (kind === 'object') {
      if (scope.objects.length > 0 && !oneIn(3)) return pick(scope.objects);
      return `{ a: ${value(scope, depth - 1)}, b: ${literal()}, run: ${functionText(scope)} }`;
    }
    if (kind === 'function') {
      const plain = scope.functions.filter(({ takes }) => takes.every((take) => take === 'value'));
      const found = plain.length > 0 && oneIn(3) ? pick(plain) : undefined;
      if (found === undefined || found.calls > 3) return functionText(scope);
      found.calls++;
      return found.name;
    }
    return value(scope, depth - 1);
  }

  function functionText(scope: Scope): string {
    const names = [freshName('p'), freshName('q')];
    const inner = { ...scope, values: [...scope.values, ...names], places: [...scope.places, ...names] };
    return `function (${names.join(', ')}) { ${oneIn(3) ? `say(${value(inner, 1)}); ` : ''}return ${value(inner, 1)}; }`;
  }

  function call(scope: Scope, depth: number): string {
    const found = scope.functions.length > 0 ? callable(scope) : undefined;
    if (found === undefined) return `say(${value(scope, depth - 1)})`;
    found.calls++;
    const given = found.takes.map((kind) => argument(kind, scope, depth));
    if (oneIn(12)) given.push(value(scope, depth - 1));
    if (oneIn(12) && found.takes.at(-1) === 'value') {
      given.length = Math.min(given.length, found.takes.length - 1);
    }
    return `${found.name}(${given.join(', ')})`;
  }

  function objectUse(scope: Scope, depth: number): string {
    if (scope.objects.length === 0 || oneIn(3)) {
      if (scope.records.length === 0) return literal();
      const record = pick(scope.records);
      return pick([`${record}.a`, `${record}.b`, `${record}.c`, `typeof ${record}.a`, `${record}["b"]`]);
    }
    const object = pick(scope.objects);
    return pick([
      `${object}.run(${value(scope, depth - 1)}, ${value(scope, depth - 1)})`,
      `${object}.a`,
      `${object}.b`,
      `${object}.c`,
      `(${object}.a = ${value(scope, depth - 1)})`,
      `${object}.a++`,
    ]);
  }

  function known({ values }: Scope): string {
    return values.length > 0 ? pick(values) : literal();
  }

  function assignment(scope: Scope, depth: number): string {
    if (scope.places.length === 0) return literal();
    return `(${pick(scope.places)} ${pick(['=', '+='])} ${value(scope, depth - 1)})`;
  }

  function value(scope: Scope, depth: number): string {
    if (depth <= 0) return oneIn(3) ? literal() : known(scope);
    const next = () => value(scope, depth - 1);
    switch (choose(14)) {
      case 0:
        return literal();
      case 1:
      case 2:
        return known(scope);
      case 3:
      case 4:
      case 5:
        return call(scope, depth);
      case 6:
        return `(${next()} ${pick(['+', '-', '*', '<', '>', '<=', '===', '!=='])} ${next()})`;
      case 7:
        return `(${next()} ? ${next()} : ${next()})`;
      case 8:
        return `(${next()} ${pick(['&&', '||'])} ${next()})`;
      case 9:
        return `say(${next()})`;
      case 10:
        return assignment(scope, depth);
      case 11:
        return `[${next()}, ${next()}].length`;
      case 12:
        return `${pick(['-', '!', 'typeof '])}(${next()})`;
      default:
        return objectUse(scope, depth);
    }
  }

  /** Statements of a function's body. Variables of inner blocks may be named behind them, as `var` allows. */
  function statements(outer: Scope, count: number, depth: number, isInFunction: boolean): string {
    let scope = outer;
    const lines: string[] = [];

    function remember(name: string, isPlace: boolean): void {
      scope = {
        ...scope,
        values: [...scope.values, name],
        places: isPlace ? [...scope.places, name] : scope.places,
      };
    }

    function inner(): string {
      return `{\n${statements(scope, 1 + choose(2), depth - 1, isInFunction)}\n}`;
    }

    function loop(): string {
      const name = freshName('i');
      const body = inner();
      const times = 2 + choose(2);
      return pick([
        `for (var ${name} = 0; ${name} < ${times}; ${name}++) ${body}`,
        `var ${name} = ${times};\nwhile (${name}-- > 0) ${body}`,
      ]);
    }

    function simple(kind: number): string {
      switch (kind) {
        case 0:
          return `say(${value(scope, 2)});`;
        case 1:
        case 2:
          return `${call(scope, 2)};`;
        case 3:
        case 4: {
          const text = value(scope, 2);
          const name = freshName(pick(NAMES));
          remember(name, oneIn(2));
          return `var ${name} = ${text};`;
        }
        case 5: {
          const name = freshName(pick(NAMES));
          remember(name, true);
          return `var ${name};`;
        }
        case 6:
          return scope.places.length > 0
            ? `${pick(scope.places)} ${pick(['=', '+=', '='])} ${value(scope, 2)};`
            : `say(${literal()});`;
        case 7: {
          const name = freshName('record');
          const text = `var ${name} = { a: ${value(scope, 1)}, b: ${literal()} };`;
          scope = { ...scope, records: [...scope.records, name] };
          return text;
        }
        default:
          return `${objectUse(scope, 2)};`;
      }
    }

    function branch(kind: number): string {
      switch (kind) {
        case 9:
        case 10:
          return `if (${value(scope, 2)}) ${inner()}${oneIn(3) ? ` else ${inner()}` : ''}`;
        default:
          return isInFunction
            ? `if (${value(scope, 2)}) {\n${inner()}\nreturn${oneIn(6) ? '' : ` ${value(scope, 2)}`};\n}`
            : `if (${value(scope, 2)}) say(${value(scope, 1)});`;
      }
    }

    function block(kind: number): string {
      switch (kind) {
        case 13:
          return loop();
        case 14: {
          const error = freshName('error');
          const thrower = oneIn(2) ? `\nif (${value(scope, 1)}) throw ${literal()};` : '';
          const leave = isInFunction && oneIn(2) ? `\nreturn ${value(scope, 2)};` : '';
          const back = isInFunction && oneIn(2) ? `\nreturn ${error};` : '';
          return `try {\n${inner()}${thrower}${leave}\n} catch (${error}) {\nsay(${error});${back}\n}`;
        }
        case 15: {
          const name = freshName(pick(NAMES));
          const text = `if (${value(scope, 1)}) {\nvar ${name} = ${value(scope, 2)};\nsay(${name});\n}`;
          remember(name, false);
          return text;
        }
        case 16: {
          const name = freshName(pick(NAMES));
          const times = freshName('i');
          const body = `var ${name};\n${inner()}\nif (${value(scope, 1)}) ${name} = ${value(scope, 1)};\nsay(${name});`;
          return `for (var ${times} = 0; ${times} < 2; ${times}++) {\n${body}\n}`;
        }
        default:
          return `switch (${value(scope, 1)}) {\ncase ${literal()}:\n${call(scope, 1)};\nbreak;\ndefault:\nsay(${value(scope, 1)});\n}`;
      }
    }

    for (let i = 0; i < count; i++) {
      const kind = choose(depth > 0 ? 18 : 9);
      lines.push(kind < 9 ? simple(kind) : kind < 13 ? branch(kind) : block(kind));
    }
    return lines.join('\n');
  }

  /** Parameters share names with those of other functions, as they do in modules. */
  function parameters(kinds: readonly Callable['takes'][number][], taken: Set<string>): string[] {
    return kinds.map((kind) => {
      const free = NAMES.filter((name) => !taken.has(name));
      const stem = kind === 'value' ? pick(free) : kind === 'function' ? 'call' : kind;
      const name = taken.has(stem) ? freshName(stem) : stem;
      taken.add(name);
      return name;
    });
  }

  function functionScope(outer: Scope, callableOne: Callable): { names: string[]; scope: Scope } {
    const names = parameters(callableOne.takes, new Set());
    const isSeen = (name: string) => !names.includes(name);
    const of = (kind: string) => names.filter((_, index) => callableOne.takes[index] === kind);
    const scope: Scope = {
      values: [...outer.values.filter(isSeen), ...of('value')],
      places: [...outer.places.filter(isSeen), ...(oneIn(3) ? of('value') : [])],
      objects: [...outer.objects.filter(isSeen), ...of('object')],
      records: [...outer.records.filter(isSeen), ...of('record')],
      functions: [
        ...outer.functions.filter(({ name }) => isSeen(name)),
        ...of('function').map((name) => ({ name, takes: ['value', 'value'] as const, calls: 0 })),
      ],
    };
    return { names, scope };
  }

  function functionStatement(outer: Scope): { text: string; made: Callable } {
    const takes = Array.from({ length: choose(4) }, () =>
      pick(['value', 'value', 'value', 'record', 'object', 'function'] as const),
    );
    const made: Callable = { name: freshName('work'), takes, calls: 0 };
    const { names, scope } = functionScope(outer, made);
    const body = statements(scope, choose(4), 2, true);
    const end = oneIn(3) ? '' : `\nreturn ${value(scope, 2)};`;
    return { text: `${pick(HOT)}function ${made.name}(${names.join(', ')}) {\n${body}${end}\n}`, made };
  }

  /** What a module exports as `create...`: variables, functions on them, and an object of those. */
  function factory(outer: Scope): { text: string; made: Callable } {
    const takes = Array.from({ length: choose(3) }, () =>
      pick(['record', 'value', 'function', 'object'] as const),
    );
    const made: Callable = { name: freshName('create'), takes, calls: 0 };
    const { names, scope } = functionScope(outer, made);
    const state = freshName('state');
    const withState = { ...scope, values: [...scope.values, state], places: [...scope.places, state] };
    const early = oneIn(4) ? `if (${value(withState, 1)}) say(${literal()});\n` : '';
    const helper = functionStatement(withState);
    const withHelper = { ...withState, functions: [...withState.functions, helper.made] };
    const parts = [`var ${state} = ${value(scope, 1)};\n${early}`, helper.text];
    if (oneIn(2)) parts.reverse();
    const leave = oneIn(4)
      ? `if (${literal()}) return { a: 1, b: 2, run: ${functionText(withHelper)} };\n`
      : '';
    const [p, q] = [freshName('p'), freshName('q')];
    const inRun = { ...withHelper, values: [...withHelper.values, p, q], places: [...withHelper.places, p] };
    const run = `function (${p}, ${q}) {\n${statements(inRun, choose(3), 1, true)}\nreturn ${value(inRun, 1)};\n}`;
    const end = `return { a: ${pick([state, literal()])}, b: ${value(withHelper, 1)}, run: ${run} };`;
    const [first, second] = parts;
    const text =
      oneIn(5) && leave !== ''
        ? `${first}\n${leave}${end}\n${second}`
        : `${first}\n${second}\n${leave}${end}`;
    return { text: `function ${made.name}(${names.join(', ')}) {\n${text}\n}`, made };
  }

  const lines: string[] = [];
  let scope: Scope = { values: [], places: [], objects: [], records: [], functions: [] };
  const parts = 3 + choose(6);
  for (let i = 0; i < parts; i++) {
    const kind = choose(6);
    if (kind === 0 || kind === 1) {
      const { text, made } = functionStatement(scope);
      lines.push(text);
      scope = { ...scope, functions: [...scope.functions, made] };
    } else if (kind === 2) {
      const { text, made } = factory(scope);
      const name = freshName('client');
      made.calls = oneIn(4) ? 0 : 3;
      const given = made.takes.map((take) => argument(take, scope, 2));
      lines.push(text, `var ${name} = ${made.name}(${given.join(', ')});`);
      scope = { ...scope, objects: [...scope.objects, name] };
      if (oneIn(4)) {
        const other = freshName('client');
        lines.push(
          `var ${other} = ${made.name}(${made.takes.map((take) => argument(take, scope, 1)).join(', ')});`,
        );
        scope = { ...scope, objects: [...scope.objects, other] };
      }
    } else if (kind === 3) {
      const name = freshName('value');
      const sum = `${choose(9)} ${pick(['+', '*', '<', '-'])} ${choose(9)}`;
      lines.push(`var ${name} = ${pick([value(scope, 2), literal(), sum])};`);
      const isPlace = oneIn(3);
      scope = {
        ...scope,
        values: [...scope.values, name],
        places: isPlace ? [...scope.places, name] : scope.places,
      };
    } else if (kind === 4) {
      const name = freshName('options');
      lines.push(`var ${name} = { a: ${value(scope, 1)}, b: ${literal()} };`);
      scope = { ...scope, records: [...scope.records, name] };
    } else {
      lines.push(statements(scope, 1 + choose(2), 2, false));
    }
  }
  lines.push(statements(scope, 3, 2, false), `say(${value(scope, 3)});`);
  for (const found of scope.functions) {
    if (found.calls === 0) lines.push(`say(${call({ ...scope, functions: [found] }, 2)});`);
  }
  return lines.join('\n');
}
