// What a board's data must be: the shape of every field, and that the fields agree with each other. For tests and for who adds
// a board; the tools trust boards/ and never come here.

import * as v from 'valibot';
import type { BoardData, FlashMap, FlashRegion, Pins } from '../../boards/board.ts';

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const positive = v.pipe(v.number(), v.integer(), v.minValue(1));
const current = v.pipe(v.number(), v.minValue(0), v.maxValue(1000));
const sentence = v.pipe(v.string(), v.minLength(10));
const usbId = v.pipe(v.string(), v.regex(/^[0-9a-f]{4}$/));

const pinList = v.pipe(
  v.array(count),
  v.check((pins) => new Set(pins).size === pins.length, 'names a pin twice'),
);
const pinUse = v.strictObject({
  pins: v.pipe(pinList, v.minLength(1)),
  by: v.pipe(v.string(), v.minLength(4)),
});
const regionFields = { address: count, bytes: positive };
const region = v.strictObject(regionFields);

const overlap = (a: FlashRegion, b: FlashRegion) =>
  a.address < b.address + b.bytes && b.address < a.address + a.bytes;

/** @returns pins of a list that the engine does not number. */
function beyond({ count: pins, analog, absent, inputOnly, strapping, taken, shared }: Pins): number[] {
  const uses = [...taken, ...shared].flatMap((use) => use.pins);
  return [...analog, ...absent, ...inputOnly, ...strapping, ...uses].filter((pin) => pin >= pins);
}

/** @returns pins that two of the lists claim which exclude each other. */
function claimedTwice({ absent, inputOnly, taken, strapping, analog }: Pins): number[] {
  const gone = [...absent, ...taken.flatMap((use) => use.pins)];
  const twice = gone.filter((pin, at) => gone.indexOf(pin) !== at);
  return [...twice, ...gone.filter((pin) => [...inputOnly, ...strapping, ...analog].includes(pin))];
}

const pins = v.pipe(
  v.strictObject({
    count,
    analog: pinList,
    absent: pinList,
    inputOnly: pinList,
    strapping: pinList,
    taken: v.array(pinUse),
    shared: v.array(pinUse),
  }),
  v.check((data) => beyond(data).length === 0, 'names a pin beyond count'),
  v.check((data) => claimedTwice(data).length === 0, 'a pin that is absent or taken is in another list, too'),
);

function regionsOf({ storage, outbox, partitions, reportedFree }: FlashMap): FlashRegion[] {
  return [storage, outbox, ...partitions, ...reportedFree];
}

const flash = v.pipe(
  v.strictObject({
    base: count,
    bytes: positive,
    pageBytes: positive,
    programUnit: v.picklist([4, 8]),
    ecc: v.boolean(),
    storage: region,
    outbox: v.strictObject({ ...regionFields, why: v.pipe(v.string(), v.minLength(20)) }),
    partitions: v.array(v.strictObject({ ...regionFields, name: v.pipe(v.string(), v.minLength(3)) })),
    reportedFree: v.array(region),
  }),
  v.check(
    (map) =>
      regionsOf(map).every(
        (at) => (at.address - map.base) % map.pageBytes === 0 && at.bytes % map.pageBytes === 0,
      ),
    'a region does not lie on whole pages',
  ),
  v.check(
    (map) =>
      regionsOf(map).every((at) => at.address >= map.base && at.address + at.bytes <= map.base + map.bytes),
    'a region reaches out of the flash',
  ),
  v.check(
    ({ partitions, storage, outbox }) =>
      partitions.every((at) => !overlap(at, storage) && !overlap(at, outbox)),
    'a partition overlaps Storage or the outbox',
  ),
  v.check(
    ({ partitions }) => partitions.every((a, at) => partitions.slice(at + 1).every((b) => !overlap(a, b))),
    'two partitions overlap',
  ),
  // Four pages are the fewest that a ring log runs on.
  v.check(({ outbox, pageBytes }) => outbox.bytes >= 4 * pageBytes, 'the outbox has less than four pages'),
);

const firmware = v.pipe(
  v.strictObject({
    chip: v.picklist(['ESP32', 'ESP32-C3', 'ESP32-S3']),
    archive: v.pipe(v.string(), v.includes('%v')),
    page: v.pipe(v.string(), v.url()),
    files: v.pipe(
      v.array(v.strictObject({ file: v.pipe(v.string(), v.regex(/^[\w-]+\.bin$/)), address: count })),
      v.minLength(1),
    ),
    flashMode: v.picklist(['dio']),
    flashFreq: v.picklist(['40m', '80m']),
  }),
  v.check(
    ({ files }) => new Set(files.map(({ address }) => address)).size === files.length,
    'two files at one address',
  ),
);

const shape = v.strictObject({
  id: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]*$/)),
  name: v.pipe(v.string(), v.minLength(5)),
  engine: v.picklist(['espruino', 'jerryscript']),
  engineName: v.optional(v.pipe(v.string(), v.regex(/^[A-Z][A-Z0-9_]*$/))),
  versions: v.pipe(v.string(), v.regex(/^>=\d+(\.\d+)? <\d+$/)),
  sources: v.pipe(v.array(sentence), v.minLength(1)),
  heap: v.optional(v.strictObject({ vars: positive, varBytes: positive })),
  pins,
  buses: v.strictObject({ i2c: count, spi: count, serial: count }),
  i2cPins: v.optional(v.strictObject({ data: count, clock: count })),
  console: v.strictObject({
    device: v.pipe(v.string(), v.minLength(3)),
    via: v.picklist(['uart', 'usb-serial-jtag', 'terminal']),
    baud: count,
  }),
  flash: v.optional(flash),
  whyNoFlash: v.optional(v.pipe(v.string(), v.minLength(20))),
  capabilities: v.strictObject({
    hardware: v.boolean(),
    wifi: v.boolean(),
    wifiPowerSave: v.boolean(),
    ble: v.boolean(),
    tls: v.union([v.undefined(), v.strictObject({ bytes: positive, blockBytes: count })]),
    sleep: v.boolean(),
    watchdog: v.boolean(),
  }),
  currents: v.optional(
    v.strictObject({ bootMs: positive, activeMa: current, radioMa: current, sleepUa: current }),
  ),
  firmware: v.optional(firmware),
  usb: v.array(
    v.strictObject({ vendorId: usbId, productId: usbId, name: v.pipe(v.string(), v.minLength(3)) }),
  ),
  clockStartsAtZero: v.boolean(),
  bootCode: v.boolean(),
});

/** @returns whether a pin can be used for anything, by who knows nothing of the board. */
function isFree({ count: pins, absent, inputOnly, strapping, taken, shared }: Pins, pin: number): boolean {
  const used = [...absent, ...inputOnly, ...strapping, ...[...taken, ...shared].flatMap((use) => use.pins)];
  return pin < pins && !used.includes(pin);
}

/** @returns whether each image file starts a partition, or lies where the boot loader of its chip does. */
function filesFit({ flash: map, firmware: images }: v.InferOutput<typeof shape>): boolean {
  if (map === undefined || images === undefined) return true;
  return images.files.every(({ address }) => map.partitions.some((at) => at.address === address));
}

const board = v.pipe(
  shape,
  v.check(
    ({ engine, engineName }) => (engine === 'espruino') === (engineName !== undefined),
    "Espruino without the engine's name of the board, or another engine with one",
  ),
  v.check(
    ({ flash: map, whyNoFlash }) => (map === undefined) === (whyNoFlash !== undefined),
    'says neither where its flash is nor why there is none, or both',
  ),
  v.check(
    ({ flash: map, bootCode }) => map === undefined || overlap(map.outbox, map.storage) === !bootCode,
    'the outbox shares pages with Storage, or should and does not',
  ),
  v.check(
    ({ currents, capabilities }) => currents !== undefined || !capabilities.sleep,
    'sleeps, and says no currents',
  ),
  v.check(
    ({ capabilities: { wifi, wifiPowerSave } }) => wifi || !wifiPowerSave,
    'saves the power of a radio that it has not',
  ),
  v.check(
    ({ pins: all, i2cPins: at }) => at === undefined || (isFree(all, at.data) && isFree(all, at.clock)),
    'I2C pins that are not free',
  ),
  v.check(filesFit, 'an image file lies where no partition begins'),
  v.check(
    ({ firmware: images, console: at }) => images === undefined || at.baud > 0,
    'has a firmware to flash and a console without a speed',
  ),
);

/** @returns what is wrong with a board's data, each with the way to it; empty when nothing is. */
export function faultsOfBoard(data: BoardData): string[] {
  const result = v.safeParse(board, data);
  return (result.issues ?? []).map((issue) => `${v.getDotPath(issue) ?? data.id}: ${issue.message}`);
}
