// What is asked for becomes places on a board: buses, addresses, pins. Or one error that says what does not go.

import type { BoardData } from '../../boards/board.ts';
import { CHIPS } from '../../sim/scene/chips.ts';
import { ExitCode, MoteError } from '../errors.ts';
import { createPins, type Need, type Pins } from './pins.ts';
import { SENSORS, type Connection, type SensorType } from './sensors.ts';

type Numbers = Readonly<Record<string, number>>;

/** A sensor with its place. */
export interface PlacedSensor {
  readonly type: SensorType;
  /** In topics; different for each. */
  readonly name: string;
  /** Keys of the chip in sim.json. */
  readonly place: Numbers;
  /** What is opened for it alone. */
  readonly pins: Numbers;
  /** Of a chip that is not where such chips usually are. */
  readonly unusualAddress?: number;
}

export interface Plan {
  readonly sensors: readonly PlacedSensor[];
  /** I2C buses that are opened, by their numbers. */
  readonly i2c: ReadonlyMap<number, Numbers>;
}

/** What stands behind the colon, in this order. */
const PLACES: Readonly<Record<Connection, readonly string[]>> = {
  i2c: ['bus', 'address'],
  spi: ['bus', 'select'],
  'spi-lines': ['bus'],
  onewire: ['pin'],
  uart: ['port'],
  edge: ['pin'],
  line: ['pin'],
  echo: ['trigger', 'echo'],
  analog: ['pin'],
};

/** Pins that most boards have for it, and that papers and pictures show. */
const USUAL: Readonly<Record<string, readonly number[]>> = {
  spiClock: [18],
  spiIn: [19],
  spiOut: [23],
  receive: [16],
  transmit: [17],
};

export const placeText = ({ connection }: SensorType) => PLACES[connection].join('/').toUpperCase();

const usage = (what: string, fix: string, where: string) => new MoteError(what, fix, where, ExitCode.Usage);

interface Request {
  readonly type: SensorType;
  readonly given: Numbers;
  readonly where: string;
}

function read(text: string): Request {
  const where = `--sensor ${text}`;
  const [name = '', ...rest] = text.split(':');
  const type = SENSORS.find((one) => one.name === name);
  if (type === undefined) {
    const names = SENSORS.map((one) => one.name).sort();
    const near = names.filter((one) => one.startsWith(name.slice(0, 3).toLowerCase()) && name !== '');
    throw usage(
      `no sensor ${JSON.stringify(name)}`,
      `use one of ${(near.length > 0 ? near : names).join(', ')}`,
      where,
    );
  }
  const keys = PLACES[type.connection];
  const values = rest.length === 0 ? [] : rest.join(':').split('/');
  const form = `write ${name}:${placeText(type)}, for example ${exampleOf(type)}`;
  if (values.length > keys.length) throw usage(`${values.length} places for ${keys.length}`, form, where);
  const given = values.map((value, index): [string, number] => {
    if (!/^(0x[\da-f]{1,2}|\d{1,3})$/i.test(value)) {
      throw usage(`${JSON.stringify(value)} is no number`, form, where);
    }
    return [keys[index] as string, Number(value)];
  });
  return { type, given: Object.fromEntries(given), where };
}

/** @returns a sensor as it could stand on the command line. */
export function exampleOf(type: SensorType): string {
  const keys = CHIPS[type.chip]!.keys;
  const values = PLACES[type.connection].map((name) => {
    const example = keys.find((key) => key.name === name)?.example ?? 1;
    return name === 'address' ? `0x${Number(example).toString(16)}` : String(name === 'port' ? 2 : example);
  });
  return `${type.name}:${values.join('/')}`;
}

/** @returns a number of a peripheral that the board has. */
function peripheral(
  given: number | undefined,
  first: number,
  count: number,
  what: string,
  request: Request,
  board: BoardData,
): number {
  const number = given ?? first;
  if (number >= 1 && number <= count) return number;
  throw usage(
    count === 0 ? `${board.id} has no ${what}` : `${board.id} has ${what} 1 to ${count}, not ${number}`,
    'name another, or another --board',
    request.where,
  );
}

interface Places {
  readonly board: BoardData;
  readonly pins: Pins;
  readonly i2c: Map<number, Numbers>;
  /** What of the board is taken, and by whom. */
  readonly taken: Map<string, string>;
}

function occupy({ taken }: Places, what: string, { where }: Request, fix: string): void {
  const other = taken.get(what);
  if (other !== undefined) throw usage(`${what} is that of ${other}`, fix, where);
  taken.set(what, where);
}

/** @returns the pin that is named, or a free one. */
function pinFor(
  places: Places,
  request: Request,
  key: string,
  need: Need,
  usual?: readonly number[],
): number {
  const given = request.given[key];
  return given === undefined
    ? places.pins.take(need, request.where, usual)
    : places.pins.claim(given, need, request.where);
}

/** Its place and what is opened for it alone. */
type Place = (request: Request, places: Places) => Omit<PlacedSensor, 'type' | 'name'>;

const onePin =
  (need: Need): Place =>
  (request, places) => ({ place: { pin: pinFor(places, request, 'pin', need) }, pins: {} });

/** A bus with a driver for each of its chips: they share the lines. */
function spiLines(request: Request, places: Places): { bus: number; lines: Numbers } {
  const { board, pins, taken } = places;
  const free = [1, 2, 3].find((one) => one <= board.buses.spi && !taken.has(`SPI ${one}`)) ?? 1;
  const bus = peripheral(request.given['bus'], free, board.buses.spi, 'SPI', request, board);
  const take = (role: string) => pins.take('output', request.where, USUAL[role]);
  return { bus, lines: { clock: take('spiClock'), in: take('spiIn'), out: take('spiOut') } };
}

const CONNECT: Readonly<Record<Connection, Place>> = {
  i2c(request, places) {
    const { board, pins, i2c } = places;
    const { given, where, type } = request;
    const bus = peripheral(given['bus'], 1, board.buses.i2c, 'I2C', request, board);
    const key = CHIPS[type.chip]!.keys.find(({ name }) => name === 'address')!;
    const address: number = given['address'] ?? Number(key.fallback);
    const isPossible: boolean = key.allows(address);
    if (!isPossible) {
      throw usage(
        `a ${type.name} has no address 0x${address.toString(16)}`,
        `its address is ${key.allowed}`,
        where,
      );
    }
    const text = `0x${address.toString(16)}`;
    occupy(
      places,
      `address ${text} of I2C ${bus}`,
      request,
      `give one of them another address (${key.allowed}) or bus`,
    );
    if (!i2c.has(bus)) {
      const { data, clock } = (bus === 1 ? board.i2cPins : undefined) ?? { data: 21, clock: 22 };
      i2c.set(bus, {
        data: pins.take('output', where, [data]),
        clock: pins.take('output', where, [clock]),
      });
    }
    const isUsual = address === key.fallback;
    return { place: { bus, address }, pins: {}, ...(!isUsual && { unusualAddress: address }) };
  },
  spi(request, places) {
    const { bus, lines } = spiLines(request, places);
    occupy(places, `SPI ${bus}`, request, 'name another bus');
    const select = pinFor(places, request, 'select', 'output');
    return { place: { bus, select }, pins: lines };
  },
  'spi-lines'(request, places) {
    const { bus, lines } = spiLines(request, places);
    occupy(places, `SPI ${bus}`, request, 'name another bus');
    return { place: { bus }, pins: lines };
  },
  uart(request, places) {
    const { board, pins, taken } = places;
    const isConsole = (port: number) => board.console.device === `Serial${port}`;
    const ports = Array.from({ length: board.buses.serial }, (_, index) => index + 1);
    const free = ports.find((one) => !isConsole(one) && !taken.has(`serial port ${one}`));
    const port = peripheral(
      request.given['port'],
      free ?? 2,
      board.buses.serial,
      'serial port',
      request,
      board,
    );
    if (isConsole(port)) {
      throw usage(`serial port ${port} of ${board.id} is its console`, 'name another port', request.where);
    }
    occupy(places, `serial port ${port}`, request, 'name another port, or take one of them out');
    const take = (role: string) => pins.take('output', request.where, USUAL[role]);
    return { place: { port }, pins: { receive: take('receive'), transmit: take('transmit') } };
  },
  echo: (request, places) => ({
    place: {
      trigger: pinFor(places, request, 'trigger', 'output'),
      echo: pinFor(places, request, 'echo', 'output'),
    },
    pins: {},
  }),
  onewire: onePin('output'),
  line: onePin('output'),
  edge: onePin('output'),
  analog: onePin('analog'),
};

/** @returns a name that no other sensor has. */
function nameFor(type: SensorType, used: Set<string>): string {
  let name = type.name;
  for (let count = 2; used.has(name); count++) name = `${type.name}-${count}`;
  used.add(name);
  return name;
}

/**
 * Find a place for each sensor. @param texts NAME or NAME:PLACE, as on the command line.
 * @throws MoteError when one is unknown, or finds no place.
 */
export function planSensors(board: BoardData, texts: readonly string[]): Plan {
  const places: Places = { board, pins: createPins(board), i2c: new Map(), taken: new Map() };
  const names = new Set<string>();
  const requests = texts.map(read);
  const placed = new Map<Request, PlacedSensor>();
  // Named places first: what is chosen for the others goes around them.
  for (const request of [...requests].sort(
    (a, b) => Object.keys(b.given).length - Object.keys(a.given).length,
  )) {
    const place = CONNECT[request.type.connection](request, places);
    placed.set(request, { type: request.type, name: '', ...place });
  }
  const sensors = requests.map((request) => ({
    ...placed.get(request)!,
    name: nameFor(request.type, names),
  }));
  return { sensors, i2c: places.i2c };
}
