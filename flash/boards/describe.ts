// A board's data in a person's words, a line for each field: for `mote boards` and docs/boards.md. Says nothing that the data
// do not say.

import type { BoardData, Capabilities, FlashRegion, PinUse } from '../../boards/board.ts';

/** What a line is about, and what it says. */
export type Line = readonly [label: string, text: string];

export const hex = (value: number): string => `0x${value.toString(16).toUpperCase()}`;

/** @returns a number of bytes, in KB where these are whole. */
export function bytesText(bytes: number): string {
  return bytes % 1024 === 0 ? `${bytes / 1024} KB` : `${bytes} bytes`;
}

function regionText({ address, bytes }: FlashRegion): string {
  return `${bytesText(bytes)} at ${hex(address)}`;
}

/** @returns pins by name, runs of three and more as a range: D0, D2, D6 to D11. */
export function pinsText(pins: readonly number[]): string {
  const sorted = [...pins].sort((a, b) => a - b);
  const runs: number[][] = [];
  for (const pin of sorted) {
    const run = runs.at(-1);
    if (run?.at(-1) === pin - 1) run.push(pin);
    else runs.push([pin]);
  }
  return runs
    .flatMap((run) => (run.length > 2 ? [`D${run[0]} to D${run.at(-1)}`] : run.map((pin) => `D${pin}`)))
    .join(', ');
}

const usesText = (uses: readonly PinUse[]): string =>
  uses.map(({ pins, by }) => `${pinsText(pins)} (${by})`).join('; ');

/** Capabilities by the words that the list of boards uses. */
const CAPABILITIES: readonly (readonly [keyof Capabilities, string])[] = [
  ['wifi', 'Wi-Fi'],
  ['wifiPowerSave', 'Wi-Fi power save'],
  ['ble', 'BLE'],
  ['tls', 'TLS'],
  ['sleep', 'deep sleep'],
  ['watchdog', 'watchdog'],
];

function capabilityTexts(capabilities: Capabilities, isThere: boolean): string {
  const found = CAPABILITIES.filter(([key]) => (capabilities[key] ? isThere : !isThere));
  return found.map(([, words]) => words).join(', ');
}

export const heapText = ({ heap }: BoardData): string =>
  heap === undefined
    ? 'what the host program gives'
    : `at most ${heap.vars} variables of ${heap.varBytes} bytes`;

export const outboxText = ({ flash }: BoardData): string =>
  flash === undefined ? 'RAM' : regionText(flash.outbox);

export const capabilityText = ({ capabilities }: BoardData): string =>
  capabilityTexts(capabilities, true) || 'none';

/** Names of engines, as people write them. */
export const ENGINE_NAMES = { espruino: 'Espruino', jerryscript: 'JerryScript' } as const;

export const engineText = ({ engine, versions }: BoardData): string => `${ENGINE_NAMES[engine]} ${versions}`;

function pinLines({ pins, capabilities }: BoardData): Line[] {
  if (pins.count === 0) return [['pins', 'those of the host program']];
  const lines: Line[] = [
    ['pins', `D0 to D${pins.count - 1}${capabilities.hardware ? '' : ', dummies'}`],
    ['that measure voltages', pinsText(pins.analog)],
    ['that are inputs only', pinsText(pins.inputOnly)],
    ['that no such chip has', pinsText(pins.absent)],
    ['taken', usesText(pins.taken)],
    ['shared', usesText(pins.shared)],
    ['looked at as the chip starts', pinsText(pins.strapping)],
  ];
  return lines.filter(([, text]) => text !== '');
}

function flashLines({ flash, whyNoFlash }: BoardData): Line[] {
  if (flash === undefined) return [['outbox', `in RAM: ${whyNoFlash}`]];
  const { bytes, base, pageBytes, programUnit, partitions, storage, outbox, reportedFree } = flash;
  const lines: Line[] = [
    [
      'flash',
      `${regionText({ address: base, bytes })}, pages of ${bytesText(pageBytes)}, programmed by ${programUnit} bytes`,
    ],
    ['outbox', `${regionText(outbox)}: ${outbox.why}`],
    ['Storage', regionText(storage)],
    ['partitions', partitions.map((at) => `${at.name} ${regionText(at)}`).join('; ')],
    ['reported as free', reportedFree.map(regionText).join('; ')],
  ];
  return lines.filter(([, text]) => text !== '');
}

function currentLines({ currents }: BoardData): Line[] {
  if (currents === undefined) return [];
  const { bootMs, activeMa, radioMa, sleepUa } = currents;
  return [
    [
      'currents',
      `${activeMa} mA running, ${radioMa} mA with the radio on, ${sleepUa} uA in deep sleep; ${bootMs} ms from wake to program`,
    ],
  ];
}

function firmwareLines({ firmware, usb }: BoardData): Line[] {
  const hints: Line[] =
    usb.length === 0
      ? []
      : [
          [
            'on USB',
            usb.map(({ vendorId, productId, name }) => `${vendorId}:${productId} ${name}`).join('; '),
          ],
        ];
  if (firmware === undefined) return hints;
  const { archive, page, files, flashMode, flashFreq, chip } = firmware;
  return [
    ['engine image', `${archive.replace('%v', 'VERSION')} from ${page}, for a chip that says it is ${chip}`],
    [
      'its files',
      `${files.map(({ file, address }) => `${file} at ${hex(address)}`).join(', ')} (${flashMode}, ${flashFreq.replace('m', ' MHz')})`,
    ],
    ...hints,
  ];
}

/** @returns all that is known of a board but its name and sources. */
export function describeBoard(board: BoardData): Line[] {
  const { buses, capabilities, console: at } = board;
  const lacking = capabilityTexts(capabilities, false);
  const { tls } = capabilities;
  const { i2cPins } = board;
  return [
    ['engine', engineText(board)],
    ...(board.engineName === undefined ? [] : [['called by it', board.engineName] as const]),
    ['heap', heapText(board)],
    ...pinLines(board),
    ['buses', `${buses.i2c} I2C, ${buses.spi} SPI, ${buses.serial} serial`],
    ...(i2cPins === undefined
      ? []
      : [['I2C, to begin with', `data D${i2cPins.data}, clock D${i2cPins.clock}`] as const]),
    ['console', at.baud === 0 ? `${at.device} (${at.via})` : `${at.device} (${at.via}), ${at.baud} baud`],
    ...flashLines(board),
    ['has', capabilityText(board)],
    ...(lacking === '' ? [] : [['has not', lacking] as const]),
    ...(tls === undefined ? [] : [['for a TLS connection', `${tls.bytes} bytes`] as const]),
    ...currentLines(board),
    ...firmwareLines(board),
  ];
}
