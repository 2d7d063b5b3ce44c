// A firmware against its board: what it asks for that the board lacks. What the source does not tell is not guessed.

import type { BoardData, Pins } from '../../boards/board.ts';
import { pinsText } from '../boards/describe.ts';
import type { Finding } from '../check/check.ts';
import type { Draft } from './compile.ts';
import { toFindings, type Complaint } from './complaint.ts';
import { collectNeeds, type AbilityNeed, type BusNeed, type PinNeed, type Use } from './needs.ts';

const BUS_NAMES = { i2c: 'I2C', spi: 'SPI', serial: 'serial' } as const;

/** Uses that put a level on a pin, and those that take the one that something else puts there. */
const DRIVING: readonly Use[] = ['output', 'bus'];
const DRIVEN: readonly Use[] = ['input', 'pulled', 'bus'];

function has({ pins }: BoardData): string {
  const without = pins.absent.length === 0 ? '' : ` without ${pinsText(pins.absent)}`;
  return `D0 to D${pins.count - 1}${without}`;
}

const holderOf = (uses: Pins['taken'], pin: number): string | undefined =>
  uses.find(({ pins }) => pins.includes(pin))?.by;

/** @returns what is wrong with a pin and what to do; undefined when nothing is. */
function faultOf(board: BoardData, { pin, use, by }: PinNeed): [what: string, fix: string] | undefined {
  const { pins, name } = board;
  const taken = holderOf(pins.taken, pin);
  if (!Number.isInteger(pin) || pin < 0 || pin >= pins.count || pins.absent.includes(pin)) {
    return [
      `${name} has no pin D${pin}: it has ${has(board)}`,
      `use one that is there: mote boards ${board.id} lists them`,
    ];
  }
  if (taken !== undefined) {
    return [
      `D${pin} belongs to ${taken}: a firmware that uses it stops the board`,
      `use another pin: mote boards ${board.id} lists them`,
    ];
  }
  if (DRIVING.includes(use) && pins.inputOnly.includes(pin)) {
    const all = pinsText(pins.inputOnly);
    return [`${by} drives D${pin}, which is an input only, as ${all} are`, 'use a pin that can drive'];
  }
  if (use === 'analog' && !pins.analog.includes(pin)) {
    return pins.analog.length === 0
      ? [`no pin of ${name} measures voltages in this engine`, 'use a converter on a bus, such as an ADS1115']
      : [`D${pin} measures no voltage: ${pinsText(pins.analog)} do`, 'use one of these'];
  }
  return undefined;
}

/** @returns what may be wrong with a pin that can do what is asked of it. */
function doubtOf({ pins }: BoardData, { pin, use }: PinNeed): [what: string, fix: string] | undefined {
  const shared = holderOf(pins.shared, pin);
  if (shared !== undefined) return [`D${pin} is wired to ${shared}`, 'use another pin, or do without that'];
  if (use === 'pulled' && pins.inputOnly.includes(pin)) {
    return [`D${pin} has no pull resistor in the chip`, 'put one on the wire, and leave the pull out'];
  }
  if (DRIVEN.includes(use) && pins.strapping.includes(pin)) {
    const what = `the level of D${pin} as the chip starts decides how: what is wired to it may keep the board from starting`;
    return [what, 'use another pin, or see to its level'];
  }
  return undefined;
}

function onPin(board: BoardData, need: PinNeed): Complaint[] {
  const { at, isSure, value } = need;
  const place = { rule: 'board-pin', at: value.at ?? at, value };
  const fault = faultOf(board, need);
  if (fault !== undefined) {
    const [message, fix] = fault;
    return [{ ...place, severity: isSure ? 'error' : 'warning', message, fix }];
  }
  const doubt = doubtOf(board, need);
  return doubt === undefined ? [] : [{ ...place, severity: 'warning', message: doubt[0], fix: doubt[1] }];
}

function onBus(board: BoardData, { kind, number, by, at, isSure, value }: BusNeed): Complaint[] {
  const count = board.buses[kind];
  if (Number.isInteger(number) && number >= 1 && number <= count) return [];
  const numbers = count === 1 ? 'number 1' : `1 to ${count}`;
  const what = `${by} asks for ${BUS_NAMES[kind]} ${kind === 'serial' ? 'port' : 'bus'} ${number}`;
  return [
    {
      rule: 'board-bus',
      severity: isSure ? 'error' : 'warning',
      message: `${what}, and ${board.name} has ${count === 0 ? 'none' : `${count}: ${numbers}`}`,
      fix: count === 0 ? 'choose another board' : `use ${numbers}`,
      at: value?.at ?? at,
      value,
    },
  ];
}

/** What comes of it where a program runs all the same without. */
const ON_HOST = {
  sleep: 'the mote stays awake after its first samples',
  watchdog: 'a program that hangs is not restarted',
} as const;

const FIXES = {
  sleep: 'leave createSleep out',
  watchdog: 'leave createWatchdog out',
  tls: 'take openTls() away; a host program of JerryScript can encrypt its own sockets',
} as const;

const NAMES = { sleep: 'deep sleep', watchdog: 'watchdog', tls: 'TLS of its own' } as const;

/** What has no flash that is known of may still be given some by its host program. */
function onFlash({ flash, name }: BoardData, { by, at }: AbilityNeed): Complaint[] {
  if (flash !== undefined) return [];
  const message = `${by} keeps what it knows in flash, and ${name} has none that is known: a restart forgets it`;
  return [
    {
      rule: 'board-outbox',
      severity: 'warning',
      message,
      fix: 'choose a board with flash for the outbox',
      at,
    },
  ];
}

function onAbility(board: BoardData, need: AbilityNeed): Complaint[] {
  const { ability, by, at, isSure } = need;
  if (ability === 'flash') return onFlash(board, need);
  const { capabilities, name, engine } = board;
  if (capabilities[ability]) return [];
  const rule = `board-${ability}`;
  if (ability !== 'tls' && engine === 'espruino' && !capabilities.hardware) {
    const message = `${name} has no ${NAMES[ability]}: ${ON_HOST[ability]}`;
    return [
      {
        rule,
        severity: 'warning',
        message,
        fix: 'nothing, to try it there; build it for its board to use it',
        at,
      },
    ];
  }
  const asked = ability === 'tls' ? 'the firmware asks for encryptedButUnverified' : `${by} asks for it`;
  return [
    {
      rule,
      severity: isSure ? 'error' : 'warning',
      message: `${asked}, and ${name} has no ${NAMES[ability]}`,
      fix: FIXES[ability],
      at,
    },
  ];
}

/**
 * Hold a firmware against its board.
 * @param folder of the firmware.
 * @returns a finding for each place and rule.
 */
export function checkForBoard(draft: Draft, folder: string, board: BoardData): Finding[] {
  const { pins, buses, abilities } = collectNeeds(draft, folder);
  // Dummies are there under every number, and lead nowhere.
  const isReal = board.capabilities.hardware;
  return toFindings(
    [
      ...(isReal ? pins.flatMap((need) => onPin(board, need)) : []),
      ...(isReal ? buses.flatMap((need) => onBus(board, need)) : []),
      ...abilities.flatMap((need) => onAbility(board, need)),
    ],
    folder,
  );
}
