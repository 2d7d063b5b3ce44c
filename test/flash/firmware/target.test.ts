// A firmware against the board that is named: its chip, its version, and what of its flash is kept.
import { describe, expect, it } from 'vitest';
import type { BoardData } from '../../../boards/board.ts';
import { esp32 } from '../../../boards/esp32.ts';
import { jerryscript } from '../../../boards/jerryscript.ts';
import { readFirmware } from '../../../flash/firmware/firmware.ts';
import { checkTarget, regionsOf, versionTrouble } from '../../../flash/firmware/target.ts';
import { build, writeBuild } from './images.ts';

const board = (chip: string) =>
  ({ ...esp32, name: 'this board', firmware: { chip } }) as unknown as BoardData;

describe('a firmware for a board', () => {
  const firmware = readFirmware(writeBuild(build('esp32c3')));

  it('is for its chip, or refused before any port is opened', () => {
    expect(() => checkTarget(board('ESP32-C3'), firmware)).not.toThrow();
    expect(() => checkTarget(board('ESP32'), firmware)).toThrow(
      /is for ESP32-C3, and this board has ESP32 \(name a build for ESP32/,
    );
  });

  it('is none for what has no chip', () => {
    expect(() => checkTarget(jerryscript, firmware)).toThrow(/no board with a chip to flash/);
  });
});

describe('a board', () => {
  it('keeps outbox and Storage where its data say', () => {
    const regions = regionsOf(esp32);
    expect(regions).toEqual(regionsOf());
    expect(regions.map(({ address, bytes }) => [address, bytes])).toEqual([
      [0x310000, 0x10000],
      [0x320000, 0xe0000],
    ]);
  });

  it('is told when its Espruino is too old', () => {
    expect(versionTrouble('2v29')).toBeUndefined();
    expect(versionTrouble('2v29.277')).toBeUndefined();
    expect(versionTrouble('3v01')).toBeUndefined();
    expect(versionTrouble('2v18.12')).toBe('Espruino 2v18.12 is older than Mote needs: flash 2v29 or later');
    expect(versionTrouble('1v99')).toMatch(/older/);
    expect(versionTrouble('unknown')).toBeUndefined();
  });
});
