// The ways of connecting a chip: which places a scene names for each, what may stand there, and what only one chip can have.

/** One key of a chip in a scene. */
export interface PlaceKey {
  readonly name: string;
  /** What may stand there, as words behind "is not". */
  readonly allowed: string;
  allows(value: unknown): value is number | string;
  /** Where nothing stands; undefined: something must. */
  readonly fallback?: number | string;
  /** For an example. */
  readonly example: number | string;
}

/** `bus` and what a board has more of than one chip needs; highest numbers are those of the largest board. */
const BUSES = 3;
const PORTS = 6;
const PINS = 64;

const isInteger = (value: unknown, least: number, greatest: number): value is number =>
  Number.isInteger(value) && (value as number) >= least && (value as number) <= greatest;

function integerKey(name: string, least: number, greatest: number, allowed: string): PlaceKey {
  return {
    name,
    allowed,
    allows: (value): value is number => isInteger(value, least, greatest),
    example: least,
  };
}

const either = (words: readonly string[]) =>
  words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;

export const BUS = integerKey('bus', 1, BUSES, '1, 2 or 3');
export const PORT = integerKey('port', 1, PORTS, `a serial port from 1 to ${PORTS}`);

/** Of a device among others on one wire. */
export const SERIAL_NUMBER: PlaceKey = {
  ...integerKey('serial', 0, 65535, 'an integer from 0 to 65535'),
  fallback: 1,
  example: 1,
};

/** A pin of the board by its number. */
export function pinKey(name: string, example: number): PlaceKey {
  return { ...integerKey(name, 0, PINS - 1, `a pin from 0 to ${PINS - 1}`), example };
}

/** @param addresses that the chip can have; the first is the usual one. */
export function addressKey(addresses: readonly number[]): PlaceKey {
  const [fallback] = addresses as [number];
  const hex = either(addresses.map((address) => `0x${address.toString(16)}`));
  return {
    name: 'address',
    allowed: `${either(addresses.map(String))} (${hex})`,
    allows: (value): value is number => addresses.includes(value as number),
    fallback,
    example: fallback,
  };
}

/** One thing of the board that a chip takes for itself. */
export interface Claim {
  readonly what: string;
  /** Chips that say the same word here share it. */
  readonly sharedAs?: string;
}
