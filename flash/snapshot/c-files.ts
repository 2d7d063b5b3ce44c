// A snapshot as C: an array, a header, and for a static one the literals that the engine has to know before.

const BYTES_A_LINE = 20;

/** What the files are called, and so what the C program includes. */
export const C_FILE = 'firmware.c';
export const H_FILE = 'firmware.h';

export interface CInput {
  readonly snapshot: Uint8Array;
  readonly version: number;
  /** CRC-32, eight hexadecimal digits. */
  readonly crc32: string;
  /** Literals of a static snapshot, in the order in which they are registered; undefined: a normal one. */
  readonly literals: readonly Buffer[] | undefined;
}

/** @returns literals of a list that `jerry-snapshot litdump` wrote: "length text" each, one a line; undefined when it is none. */
export function parseLiterals(list: Buffer): Buffer[] | undefined {
  const literals: Buffer[] = [];
  let at = 0;
  while (at < list.length) {
    const space = list.indexOf(0x20, at);
    const digits = space < 0 ? '' : list.toString('latin1', at, space);
    if (!/^\d{1,7}$/.test(digits)) return undefined;
    const end = space + 1 + Number(digits);
    if (end > list.length || (end < list.length && list[end] !== 0x0a)) return undefined;
    literals.push(list.subarray(space + 1, end));
    at = end + 1;
  }
  return literals;
}

function byteLines(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += BYTES_A_LINE) {
    lines.push(
      `  ${[...bytes.subarray(at, at + BYTES_A_LINE)].map((byte) => `0x${byte.toString(16).padStart(2, '0')}`).join(', ')}`,
    );
  }
  return lines.join(',\n');
}

/** @returns a C string literal: octal escapes take no more than three digits, whatever follows. */
function cString(bytes: Buffer): string {
  const text = [...bytes].map((byte) => {
    if (byte === 0x22 || byte === 0x5c) return `\\${String.fromCharCode(byte)}`;
    // No trigraph.
    const isPlain = byte >= 0x20 && byte < 0x7f && byte !== 0x3f;
    return isPlain ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, '0')}`;
  });
  return `"${text.join('')}"`;
}

const NORMAL = `/* Not const, and not in flash: the loader of JerryScript 3.0 writes into the array, also when it is told to copy it. It has to stay
 * as long as the engine does: functions are run where they lie. */`;
const STATIC = `/* Const: the loader does not write into a static snapshot, and the engine runs it where it lies. It fits one build of the engine
 * only, because it names literals by their numbers: the same options, and these literals registered right after jerry_init. */`;

/** @returns the text of the header file. */
export function headerFile({ snapshot, version, crc32, literals }: CInput): string {
  const isStatic = literals !== undefined;
  const lines = [
    '/* Made by `mote snapshot`: a firmware for JerryScript 3.0. */',
    '#ifndef MOTE_FIRMWARE_H',
    '#define MOTE_FIRMWARE_H',
    '',
    ...(isStatic ? ['#include <jerryscript-types.h>', ''] : []),
    '#include <stdint.h>',
    '',
    '/* Bytes, CRC-32 (ISO 3309), and JERRY_SNAPSHOT_VERSION of the engine that runs it. */',
    `#define MOTE_FIRMWARE_SIZE ${snapshot.length}u`,
    `#define MOTE_FIRMWARE_CRC32 0x${crc32}u`,
    `#define MOTE_FIRMWARE_SNAPSHOT_VERSION ${version}u`,
    '',
    isStatic ? STATIC : NORMAL,
    ...(isStatic ? ['#define MOTE_FIRMWARE_STATIC 1'] : []),
    `extern ${isStatic ? 'const ' : ''}uint8_t mote_firmware[MOTE_FIRMWARE_SIZE];`,
    '',
  ];
  if (isStatic) {
    lines.push(
      '/* jerry_register_magic_strings(mote_literals, MOTE_FIRMWARE_LITERALS, mote_literal_sizes) */',
      `#define MOTE_FIRMWARE_LITERALS ${literals.length}u`,
      'extern const jerry_char_t *const mote_literals[MOTE_FIRMWARE_LITERALS];',
      'extern const jerry_length_t mote_literal_sizes[MOTE_FIRMWARE_LITERALS];',
      '',
    );
  }
  return [...lines, '#endif', ''].join('\n');
}

/** @returns the text of the file with the array. */
export function arrayFile({ snapshot, literals }: CInput): string {
  const type = literals === undefined ? 'uint8_t' : 'const uint8_t';
  const lines = [
    '/* Made by `mote snapshot`. The engine reads words of four bytes, and finds functions on multiples of eight. */',
    `#include "${H_FILE}"`,
    '',
    `${type} mote_firmware[MOTE_FIRMWARE_SIZE] __attribute__((aligned(8))) = {`,
    byteLines(snapshot),
    '};',
    '',
  ];
  if (literals !== undefined) {
    lines.push(
      'const jerry_char_t *const mote_literals[MOTE_FIRMWARE_LITERALS] = {',
      literals.map((literal) => `  (const jerry_char_t *)${cString(literal)}`).join(',\n'),
      '};',
      '',
      'const jerry_length_t mote_literal_sizes[MOTE_FIRMWARE_LITERALS] = {',
      `  ${literals.map((literal) => literal.length).join(', ')}`,
      '};',
      '',
    );
  }
  return lines.join('\n');
}
