// The partition table of an ESP32: what lies where in its flash. Read and checked, never written by us but as part of a firmware.
// Source: ESP-IDF, "Partition Tables", and gen_esp32part.py.

import { createHash } from 'node:crypto';

export interface Partition {
  readonly name: string;
  readonly type: 'app' | 'data';
  readonly subtype: number;
  readonly address: number;
  readonly bytes: number;
}

/** Where every build of Espruino has it. */
export const TABLE_ADDRESS = 0x8000;
/** The most it takes. */
export const TABLE_BYTES = 0xc00;

const ENTRY = 32;
const FACTORY = 0;
const NVS = 2;

/** @returns whether a table may begin at `at`. */
export function isTable(bytes: Uint8Array, at = 0): boolean {
  return bytes[at] === 0xaa && bytes[at + 1] === 0x50;
}

function isChecksum(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0xeb && bytes[at + 1] === 0xeb;
}

/** @returns the partitions; undefined where there is no table, or a damaged one. */
export function readPartitions(bytes: Uint8Array): Partition[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const partitions: Partition[] = [];
  let at = 0;
  for (; at + ENTRY <= Math.min(bytes.length, TABLE_BYTES) && isTable(bytes, at); at += ENTRY) {
    const name = Buffer.from(bytes.subarray(at + 12, at + 28)).toString('latin1');
    partitions.push({
      name: name.replace(/\0.*$/s, ''),
      type: bytes[at + 2] === 0 ? 'app' : 'data',
      subtype: bytes[at + 3]!,
      address: view.getUint32(at + 4, true),
      bytes: view.getUint32(at + 8, true),
    });
  }
  if (partitions.length === 0) return undefined;
  if (at + ENTRY <= bytes.length && isChecksum(bytes, at)) {
    const sum = createHash('md5').update(bytes.subarray(0, at)).digest();
    if (!sum.equals(bytes.subarray(at + 16, at + ENTRY))) return undefined;
  } else if (at < bytes.length && bytes[at] !== 0xff) {
    return undefined;
  }
  return partitions;
}

/** @returns where a firmware goes that is flashed over a cable. */
export function appPartition(partitions: readonly Partition[]): Partition | undefined {
  const apps = partitions.filter(({ type }) => type === 'app');
  return apps.find(({ subtype }) => subtype === FACTORY) ?? apps[0];
}

/** @returns where Wi-Fi settings that Espruino saved are kept. */
export function settingsPartition(partitions: readonly Partition[]): Partition | undefined {
  return partitions.find(({ type, subtype }) => type === 'data' && subtype === NVS);
}

/** @returns the first byte behind the last partition. */
export function endOf(partitions: readonly Partition[]): number {
  return Math.max(...partitions.map(({ address, bytes }) => address + bytes));
}
