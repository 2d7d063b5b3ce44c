// A virtual board as a device: a flash with whatever is stored in it, a console to type on, and a power switch, which can also
// be thrown by the n-th flash operation. In real time, or in the time of a world that is given.

import type { BoardData } from '../../boards/board.ts';
import type { Bench } from '../board/bench.ts';
import { createBoardOf } from '../board/board.ts';
import { textToBytes } from '../board/bytes.ts';
import { listenersOf } from '../board/events.ts';
import { readFile, storageName, writeFile } from '../board/files.ts';
import { readFields } from '../board/literal.ts';
import type { Counters } from '../board/machine.ts';
import { VERSION } from '../board/process.ts';
import { FileFlags } from '../board/storage-format.ts';
import { toJs } from '../board/to-js.ts';
import { createLiveWorld } from '../board/world.ts';
import type { World, WorldTimer } from '../board/world.ts';
import type { Nor, NorOperation, Torn } from '../nor.ts';
import { createNor } from '../nor.ts';
import { prefix } from '../torn.ts';
import { createFlow } from './flow.ts';
import { createRepl } from './repl.ts';
import type { ReplHost } from './repl.ts';
import { createStoredProgram } from './stored.ts';
import type { StoredProgram } from './stored.ts';

export interface ConsoleBoardOptions {
  readonly board: BoardData;
  /** Whose time and network it has; default: this host's, until `close`. */
  readonly world?: World;
  /** A chip with content; default: an empty one. It stays what it is when the board is gone. */
  readonly flash?: Nor;
  /** As getSerial gives it. */
  readonly serial?: string;
  /** Cut the power at this flash operation, counted from 1. */
  readonly cutAtOperation?: number;
  /** How far that operation comes; default: it does not begin. */
  torn?(operation: NorOperation): Torn;
  /** Every exception that the program did not catch. */
  onError?(error: unknown): void;
}

export interface ConsoleBoard {
  /** Bytes to the board's console, a character each. Lost while it has no power. */
  write(text: string): void;
  /** Bytes from it. One listener; silent at first. */
  onText: (text: string) => void;
  readonly power: {
    on(): void;
    /** Connections die without a word. What is in the flash stays. */
    cut(): void;
    isOn(): boolean;
  };
  /** Heard when the power was cut by a flash operation. */
  onCut: () => void;
  /** Programs and erases of the flash until now, the one that was cut included. */
  readonly flashOperations: number;
  readonly flash: Nor;
  /** Chips are connected here. */
  readonly bench: Bench;
  readonly world: World;
  readonly counters: Readonly<Counters>;
  /** Power off for good. */
  close(): Promise<void>;
}

/** A packet that stops in the middle is given up after this time. */
const PACKET_MS = 5000;
/** On a host, a second Ctrl-C within this time ends the engine. */
const QUIT_MS = 5000;

/** Put a board together. It is off. */
export function createConsoleBoard(options: ConsoleBoardOptions): ConsoleBoard {
  const { board: data } = options;
  if (data.engine !== 'espruino' || data.flash === undefined) {
    throw new Error(`the virtual board runs Espruino's semantics; "${data.id}" is for ${data.engine}`);
  }
  const live = options.world === undefined ? createLiveWorld() : undefined;
  const world = options.world ?? live!;
  const flash = options.flash ?? createNor(data.flash);
  const onWire = data.bootCode ? 'Serial1' : 'USB';
  let program: StoredProgram | undefined;
  let operations = 0;
  let packetTimer: WorldTimer | undefined;
  let lastCtrlC = -Infinity;

  const isConsole = () => program?.console.getDevice() === onWire;
  const send = (text: string) => {
    if (isConsole()) made.onText(text);
  };

  const host: ReplHost = {
    send,
    run: (line) => program?.type(line),
    complete: (text) => program?.complete(text) ?? '',
    name: () => `Espruino ${VERSION} ${data.engineName}`,
    interrupted() {
      if (data.bootCode) return undefined;
      const now = world.now();
      if (now - lastCtrlC < QUIT_MS) program?.machine().reboot(0, undefined);
      const isFirst = now - lastCtrlC >= QUIT_MS;
      lastCtrlC = now;
      return isFirst ? 'Press Ctrl-C again to exit' : undefined;
    },
    evaluate(code, answer) {
      const outcome = program?.attempt(code);
      if (outcome === undefined) return undefined;
      if ('error' in outcome) repl.makeRoom();
      answer('value' in outcome);
      program!.machine().loop.report();
      return 'value' in outcome ? toJs(outcome.value) : undefined;
    },
    event(json) {
      const fields = readFields(json);
      const machine = program!.machine();
      const e = machine.realm.globals().E as object;
      const listeners = listenersOf(e, 'packet');
      if (fields === undefined || listeners === undefined) return false;
      machine.loop.callAll(listeners, e, [machine.realm.object(fields)]);
      return true;
    },
    fields: readFields,
    writeFile(name, content, offset, size) {
      const machine = program!.machine();
      machine.loop.attempt(() =>
        writeFile(machine, storageName(name), textToBytes(content), FileFlags.None, offset, size),
      );
      machine.loop.report();
    },
    readFile: (name) => readFile(program!.machine(), name),
  };
  const repl = createRepl(host);

  const watchPacket = () => {
    if (repl.packetIsActive() === (packetTimer !== undefined)) return;
    if (packetTimer !== undefined) world.clearTimer(packetTimer);
    packetTimer = repl.packetIsActive()
      ? world.setTimer(PACKET_MS, () => {
          packetTimer = undefined;
          repl.packetTimeout();
        })
      : undefined;
  };

  const flow = createFlow({
    // A pipe to an engine on a host has none.
    hasXonXoff: data.bootCode,
    send,
    // Where the console is elsewhere, the wire belongs to the program.
    take(char) {
      if (!isConsole()) {
        board.bench.serial(1).toBoard?.(char);
        return false;
      }
      const ran = repl.receive(char);
      watchPacket();
      return ran;
    },
    wake: (run) => program?.machine().loop.input(run),
  });

  const board = createBoardOf(
    {
      world,
      board: data,
      flash,
      ...(options.serial === undefined ? {} : { serial: options.serial }),
      onConsole: (line) => repl.print(`${line}\n`),
      onError: (error) => options.onError?.(error),
    },
    () => (program = createStoredProgram(repl, data)),
  );

  flash.interrupt = (operation) => {
    if (++operations !== options.cutAtOperation) return undefined;
    const torn = options.torn?.(operation) ?? prefix(0);
    made.power.cut();
    made.onCut();
    return torn;
  };
  board.bench.serial(1).onData((text) => {
    if (!isConsole()) made.onText(text);
  });

  const made: ConsoleBoard = {
    write(text) {
      if (!board.isRunning()) return;
      for (const char of text) if (char === '\x03') repl.interrupt();
      flow.arrive(text);
    },
    onText: () => undefined,
    onCut: () => undefined,
    power: {
      on: () => board.powerOn(),
      cut() {
        board.powerOff('silent');
        flow.clear();
      },
      isOn: board.isRunning,
    },
    get flashOperations() {
      return operations;
    },
    flash,
    bench: board.bench,
    world,
    counters: board.counters,
    async close() {
      board.powerOff();
      flash.interrupt = undefined;
      await live?.close();
    },
  };
  return made;
}
