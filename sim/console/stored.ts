// The program of a board whose code comes from its Storage and its console: boot files in the engine's order, then lines
// that are typed, all in one global scope. Each start has a JavaScript world of its own, so nothing of the last one is left.

import { parse } from 'acorn';
import type { Program as Tree } from 'acorn';
import vm from 'node:vm';
import type { BoardData } from '../../boards/board.ts';
import { listenersOf, patchEvents } from '../board/events.ts';
import { boardStorage, BootFile, readFile } from '../board/files.ts';
import { globalsOf } from '../board/globals.ts';
import type { Outcome } from '../board/loop.ts';
import type { Machine } from '../board/machine.ts';
import type { Globals, Program } from '../board/program.ts';
import { createRealm } from '../board/realm.ts';
import type { Realm } from '../board/realm.ts';
import { banner } from './banner.ts';
import { completion } from './complete.ts';
import { complaint } from './complaint.ts';
import type { Source } from './complaint.ts';
import { createFlashCode } from './flash-code.ts';
import type { Repl, Typed } from './repl.ts';
import { createShow } from './show.ts';
import type { ShowNames } from './show.ts';

/** What the console can ask of the program while the board runs. */
export interface StoredProgram extends Program {
  /** The machine it runs on. */
  machine(): Machine;
  /** Run what was typed. @returns undefined when the board stopped meanwhile. */
  type(line: string): Typed | undefined;
  /** Run source text. @returns its value, or that it failed; undefined when the board stopped. */
  attempt(code: string): Outcome | undefined;
  complete(text: string): string;
}

/** Before the boot code, whatever the start. */
const FIRST_FILES = ['.boot0', '.boot1', '.boot2', '.boot3'];
const POWER_FILE = '.bootPowerOn';
const TYPED = 'REPL';
/** What the idle loop calls such a text. */
const EVENT = 'event';

/** The global object has the board's own globals, each made when it is asked for; what is assigned takes their place. */
function installGlobals(realm: Realm, data: BoardData, value: (name: string) => unknown): object {
  const root = realm.globals();
  const own = (name: string, content: unknown) =>
    Object.defineProperty(root, name, {
      value: content,
      writable: true,
      configurable: true,
      enumerable: true,
    });
  for (const name of globalsOf(data).keys()) {
    Object.defineProperty(root, name, {
      get: () => value(name),
      set: (content) => void own(name, content),
      configurable: true,
      enumerable: false,
    });
  }
  Object.defineProperty(root, 'global', { value: root, writable: true, configurable: true });
  return root;
}

function parsed(code: string): Tree | undefined {
  try {
    return parse(code, { ecmaVersion: 'latest', allowReturnOutsideFunction: false });
  } catch {
    // The engine's complaint about it comes when it is run.
    return undefined;
  }
}

/** Statements that have no value on the engine, though V8 gives them one. */
const SILENT = /^(For|While|DoWhile|Try|Switch)/;

/** @returns what has the value of a text whose last statement V8 gives none; null: it has no value. */
function valueExpression(tree: Tree | undefined): string | null | undefined {
  const last = tree?.body.findLast(({ type }) => type !== 'EmptyStatement');
  if (last === undefined) return undefined;
  if (SILENT.test(last.type)) return null;
  if (last.type === 'FunctionDeclaration' || last.type === 'ClassDeclaration') return last.id.name;
  if (last.type !== 'VariableDeclaration') return undefined;
  const { id, init } = last.declarations.at(-1)!;
  return id.type === 'Identifier' && init ? id.name : null;
}

/** `let` can be said again on the engine's console. */
function redeclarable(code: string, tree: Tree | undefined): string {
  let text = code;
  for (const node of tree?.body ?? []) {
    if (node.type !== 'VariableDeclaration' || node.kind !== 'let') continue;
    text = `${text.slice(0, node.start)}var${text.slice(node.start + 3)}`;
  }
  return text;
}

const isPort = (name: string) => /^(Serial|I2C|SPI|Loopback)[A-Z\d]/.test(name);

/** @param repl of the board, which outlasts this program. */
export function createStoredProgram(repl: Repl, data: BoardData): StoredProgram {
  const realm = createRealm();
  patchEvents(realm, (target, event, args) => realm.host?.emit(target, event, args));
  const sources = new Map<string, Source>();
  const typedFile = (() => {
    let count = 0;
    return () => `${TYPED}/${++count}`;
  })();
  const { Function: RealmFunction } = realm.globals() as { Function: new () => object };
  let device: string | null = data.bootCode ? 'Serial1' : 'USB';
  let globals: Globals;
  let machine: Machine;

  const names: ShowNames = {
    device(value) {
      return globals.names.find((name) => isPort(name) && globals.value(name) === value);
    },
    isNative: (value) =>
      typeof value === 'function' ? !(value instanceof RealmFunction) : realm.isNative(value),
  };
  const show = createShow(names);
  const flashCode = createFlashCode(realm);
  /** What was run from memory. */
  const typedTexts = () =>
    [...sources.values()].filter(({ file }) => file === undefined).map(({ text }) => text);

  // Callbacks that are source text.
  const plain = realm.evaluate;
  realm.evaluate = (code, name) => {
    if (name === EVENT) sources.set(EVENT, { text: code, file: undefined, title: EVENT });
    return plain(code, name);
  };

  /** Run a text in the global scope. */
  const evaluate = (code: string, name: string, source: Source): unknown => {
    sources.set(name, source);
    return realm.evaluate(code, name);
  };

  /** Run a file of Storage, if it is there. */
  const runFile = (name: string, title: string) => {
    const { loop } = machine;
    if (!loop.isOn()) return;
    const code = readFile(machine, name);
    if (code === undefined) return;
    loop.attempt(() => evaluate(code, name, { text: code, file: name, title }));
    if (loop.isOn()) loop.report();
  };

  const hasBootCode = () => Object.values(BootFile).some((name) => readFile(machine, name) !== undefined);

  /** A Storage that is not in order is erased, with all that is in it. */
  const checkStorage = () => {
    if (machine.part(boardStorage).isValid()) return;
    repl.write('Storage is corrupt.\nErasing Storage Area...\n');
    machine.part(boardStorage).eraseAll();
    repl.write('Erase complete.\n');
  };

  const tellInit = () => {
    const { loop } = machine;
    const e = globals.value('E') as object;
    loop.callAll(listenersOf(e, 'init') ?? [], e, []);
    if (loop.isOn()) loop.report();
    const { onInit } = realm.globals();
    if (onInit === undefined || !loop.isOn()) return;
    if (repl.hasEcho()) repl.write('Running onInit()...\n');
    loop.callAll([onInit as () => void], undefined, []);
    if (loop.isOn()) loop.report();
  };

  const begin = () => {
    const { loop, start } = machine;
    const isPower = start.how === 'power';
    repl.reset(start.how === 'file' ? 'reset' : start.how);
    // The power may go away while Storage is erased.
    if (isPower) loop.attempt(checkStorage);
    if (!loop.isOn()) return;
    const loads = isPower && hasBootCode();
    if (isPower) runFile(POWER_FILE, POWER_FILE);
    for (const name of FIRST_FILES) runFile(name, name);
    if (readFile(machine, BootFile.Reset) !== undefined) runFile(BootFile.Reset, 'boot code');
    else if (isPower || start.how === 'load') runFile(BootFile.Code, 'boot code');
    if (loop.isOn()) tellInit();
    if (!loop.isOn()) return;
    if (start.how !== 'load' && repl.hasEcho()) {
      if (!loads) repl.write(banner(data));
      repl.write('\n');
      repl.expectPrompt();
    }
    if (start.how === 'file') runFile(start.name, start.name);
    loop.onPassEnd(repl.passed);
    loop.wake();
  };

  return {
    realm,
    machine: () => machine,
    createRoot: (board, value) => installGlobals(realm, board, value),
    begin(made, its) {
      machine = made;
      globals = its;
      begin();
    },
    evaluate(code, file, its) {
      sources.set(file, { text: code, file, title: undefined });
      const own = its.names.filter((name) => !(name in its.root));
      const call = vm.compileFunction(code, own, { filename: file, parsingContext: realm.context });
      Reflect.apply(call, its.root, own.map(its.value));
    },
    enter: flashCode.enter,
    fileErased: (content) => flashCode.erased(content(), typedTexts),
    report(error) {
      repl.print(complaint(error, sources));
    },
    attempt: (code) => machine.loop.attempt(() => realm.evaluate(code, typedFile())),
    complete: (text) => completion(text, globals.root),
    type(line) {
      if (line === '') return { shown: '' };
      const tree = parsed(line);
      const name = typedFile();
      const outcome = machine.loop.attempt(() => {
        const source = { text: line, file: undefined, title: TYPED };
        const value = evaluate(redeclarable(line, tree), name, source);
        const expression = valueExpression(tree);
        if (expression === null) return undefined;
        return expression === undefined ? value : realm.evaluate(expression, name);
      });
      if (outcome === undefined || !machine.loop.isOn()) return undefined;
      machine.loop.report();
      return { shown: 'error' in outcome ? undefined : show(outcome.value) };
    },
    console: {
      write: repl.write,
      echo: repl.setEcho,
      setPassword: repl.setPassword,
      lock: repl.lock,
      leave: repl.leave,
      getDevice: () => device,
      setDevice(name) {
        device = name;
      },
    },
  };
}
