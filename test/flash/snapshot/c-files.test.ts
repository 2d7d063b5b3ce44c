// A snapshot as C: what a compiler makes of it is the snapshot again.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { arrayFile, headerFile, parseLiterals, type CInput } from '../../../flash/snapshot/c-files.ts';
import { checksum, readHeader } from '../../../flash/snapshot/format.ts';

const snapshot = Uint8Array.from({ length: 300 }, (_, i) => i & 255);
const normal: CInput = { snapshot, version: 70, crc32: checksum(snapshot), literals: undefined };
const LITERALS = ['', 'a', '"\\??/', '\0\x01', '\xff1', 'moteHost'].map((text) =>
  Buffer.from(text, 'latin1'),
);

/** Compile and run a program over the files. @returns what it printed. */
function compiled(input: CInput, body: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'mote-c-'));
  try {
    writeFileSync(join(folder, 'firmware.c'), arrayFile(input));
    writeFileSync(join(folder, 'firmware.h'), headerFile(input));
    // Only JerryScript has this file.
    writeFileSync(
      join(folder, 'jerryscript-types.h'),
      '#include <stdint.h>\ntypedef uint8_t jerry_char_t;\ntypedef uint32_t jerry_length_t;\n',
    );
    writeFileSync(
      join(folder, 'main.c'),
      `#include "firmware.h"\n#include <stdio.h>\nint main(void) { ${body} return 0; }\n`,
    );
    const strict = ['-std=c99', '-Wall', '-Wextra', '-Wpedantic', '-Werror', '-trigraphs'];
    const files = ['main.c', 'firmware.c'].map((file) => join(folder, file));
    execFileSync('gcc', [...strict, `-I${folder}`, ...files, '-o', join(folder, 'run')]);
    return execFileSync(join(folder, 'run'), { encoding: 'latin1' });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const hasCompiler = spawnSync('gcc', ['--version']).status === 0;

it.skipIf(!hasCompiler)('holds the bytes, aligned, which the loader may write to', () => {
  const body =
    'mote_firmware[0] = mote_firmware[0]; printf("%u ", (unsigned)((uintptr_t)mote_firmware % 8)); for (unsigned i = 0; i < MOTE_FIRMWARE_SIZE; i++) printf("%02x", mote_firmware[i]);';
  expect(compiled(normal, body)).toBe(`0 ${Buffer.from(snapshot).toString('hex')}`);
});

it.skipIf(!hasCompiler)('holds literals of a static one as they are, with their sizes, and is const', () => {
  const body =
    'for (unsigned i = 0; i < MOTE_FIRMWARE_LITERALS; i++) { for (unsigned j = 0; j < mote_literal_sizes[i]; j++) printf("%02x", mote_literals[i][j]); printf(" "); }';
  const input = { ...normal, literals: LITERALS };
  expect(compiled(input, body)).toBe(LITERALS.map((literal) => `${literal.toString('hex')} `).join(''));
  expect(arrayFile(input)).toContain('const uint8_t mote_firmware');
  expect(arrayFile(normal)).not.toContain('const uint8_t');
});

it('says size, checksum and version, and why it is not const', () => {
  const header = headerFile(normal);
  expect(header).toContain('#define MOTE_FIRMWARE_SIZE 300u');
  expect(header).toContain(`#define MOTE_FIRMWARE_CRC32 0x${checksum(snapshot)}u`);
  expect(header).toContain('#define MOTE_FIRMWARE_SNAPSHOT_VERSION 70u');
  expect(header).toMatch(/Not const.* the loader of JerryScript 3\.0 writes into the array/);
});

it('reads lists that litdump wrote, and nothing else', () => {
  const list = Buffer.from('1 a\n3 b\nc\n0 \n2 \xff\0', 'latin1');
  expect(parseLiterals(list)?.map((literal) => literal.toString('latin1'))).toEqual([
    'a',
    'b\nc',
    '',
    '\xff\0',
  ]);
  expect(parseLiterals(Buffer.alloc(0))).toEqual([]);
  for (const wrong of ['a', '1', '2 a', '1 ab', '-1 a', '1  a']) {
    expect(parseLiterals(Buffer.from(wrong))).toBeUndefined();
  }
});

it('computes the checksum that the C host computes', () => {
  expect(checksum(Buffer.from('123456789'))).toBe('cbf43926');
});

it('reads headers', () => {
  const bytes = Buffer.alloc(40);
  bytes.write('JRRY');
  [70, 1, 40, 2, 24].forEach((word, i) => bytes.writeUInt32LE(word, 4 + 4 * i));
  expect(readHeader(bytes)).toEqual({ version: 70, hasRegex: true, hasClass: false, functions: 2 });
  expect(readHeader(bytes.subarray(0, 30))).toBe('it is cut off');
  expect(readHeader(bytes.subarray(0, 10))).toBe('10 bytes are too few');
  bytes.write('YRRJ');
  expect(readHeader(bytes)).toMatch(/byte order/);
});
