// Which pins a project takes on a board: by the board's data, so that none is taken that holds something else.

import type { BoardData, PinUse } from '../../boards/board.ts';
import { ExitCode, MoteError } from '../errors.ts';

/** What a pin has to be able to do. */
export type Need = 'output' | 'input' | 'analog';

export interface Pins {
  /** @returns a free pin: the first of `wanted` that can, else the lowest of the board's. @param what it is for, in an error. */
  take(need: Need, what: string, wanted?: readonly number[]): number;
  /** A person has named it. @returns the pin. */
  claim(pin: number, need: Need, what: string): number;
}

const usesOf = (uses: readonly PinUse[], pin: number) => uses.find(({ pins }) => pins.includes(pin))?.by;

/** Begin with none of `board`'s pins taken. */
export function createPins({ id, pins }: BoardData): Pins {
  const used = new Map<number, string>();

  const can = (pin: number, need: Need) => {
    if (pins.absent.includes(pin) || usesOf(pins.taken, pin) !== undefined) return false;
    return need === 'analog' ? pins.analog.includes(pin) : !pins.inputOnly.includes(pin);
  };
  /** Nothing speaks against it. */
  const isFree = (pin: number) =>
    !used.has(pin) && !pins.strapping.includes(pin) && usesOf(pins.shared, pin) === undefined;

  const fail = (what: string, fix: string, where: string) => new MoteError(what, fix, where, ExitCode.Usage);

  function reserve(pin: number, what: string): number {
    used.set(pin, what);
    return pin;
  }

  return {
    take(need, what, wanted = []) {
      const all = Array.from({ length: pins.count }, (_, pin) => pin);
      // Those that can do nothing else first.
      const order = need === 'analog' ? [...pins.inputOnly, ...all] : all;
      const pin = [...wanted, ...order].find((one) => one < pins.count && can(one, need) && isFree(one));
      if (pin !== undefined) return reserve(pin, what);
      const isAbsent = need === 'analog' && pins.analog.length === 0;
      throw fail(
        isAbsent ? `the engine on ${id} measures no voltages` : `no pin of ${id} is free for it`,
        isAbsent ? 'choose another --board' : 'take a sensor out, or name its pins yourself',
        what,
      );
    },
    claim(pin, need, what) {
      if (pin >= pins.count || pins.absent.includes(pin)) {
        throw fail(`${id} has no pin ${pin}`, 'see mote boards', what);
      }
      const by = usesOf(pins.taken, pin);
      if (by !== undefined) throw fail(`pin ${pin} of ${id} holds ${by}`, 'name another pin', what);
      if (!can(pin, need)) {
        const why = need === 'analog' ? 'measures no voltages' : 'can only be read, and has no pull resistor';
        throw fail(`pin ${pin} of ${id} ${why}`, 'name another pin', what);
      }
      const other = used.get(pin);
      if (other !== undefined) throw fail(`pin ${pin} is that of ${other}`, 'name another pin', what);
      return reserve(pin, what);
    },
  };
}
