// Files that are a firmware, and files that people take for one: each is refused by name, before any port is opened.
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ExitCode, MoteError } from '../../../flash/errors.ts';
import { readFirmware } from '../../../flash/firmware/firmware.ts';
import { readImage } from '../../../flash/firmware/image.ts';
import { build, image, merge, table, write, writeBuild, type ChipKey } from './images.ts';

const single = (bytes: Uint8Array | string) => join(write({ 'x.bin': bytes }), 'x.bin');

function failure(run: () => unknown): MoteError {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(MoteError);
    return error as MoteError;
  }
  throw new Error('nothing was refused');
}

const refused = (bytes: Uint8Array | string) => failure(() => readFirmware(single(bytes)));

describe('a firmware', () => {
  it.each([
    ['esp32', 'ESP32', 0x1000],
    ['esp32c3', 'ESP32-C3', 0],
    ['esp32s3', 'ESP32-S3', 0],
  ] as const)('for %s is a folder of three files, with an address each', (chip, name, loader) => {
    const parts = build(chip);
    const firmware = readFirmware(writeBuild(parts));
    expect(firmware.chip.name).toBe(name);
    expect(firmware.flashMode).toBe('DIO');
    expect(firmware.pieces.map(({ what, address }) => [what, address])).toEqual([
      ['boot loader', loader],
      ['partition table', 0x8000],
      ['application', 0x10000],
    ]);
    expect(firmware.pieces.map(({ bytes }) => Buffer.from(bytes))).toEqual([
      Buffer.from(parts.loader),
      Buffer.from(parts.table),
      Buffer.from(parts.app),
    ]);
  });

  it.each([
    ['esp32', 0],
    ['esp32', 0x1000],
    ['esp32c3', 0],
    ['esp32s3', 0],
  ] as const)('for %s is a merged image from 0x%s on', (chip, base) => {
    const bytes = merge(build(chip), chip, base);
    const { pieces, chip: of, boot } = readFirmware(single(bytes));
    expect(pieces).toMatchObject([{ what: 'merged image', address: base }]);
    expect(Buffer.from(pieces[0]!.bytes)).toEqual(Buffer.from(bytes));
    expect(of.name.toLowerCase().replace('-', '')).toBe(chip);
    expect(boot?.partitions.map(({ name }) => name)).toEqual(['nvs', 'factory', 'flash', 'storage']);
  });

  it('is an application alone, whose address the board knows', () => {
    const { pieces, boot } = readFirmware(single(image()));
    expect(pieces).toMatchObject([{ what: 'application', address: undefined }]);
    expect(boot).toBeUndefined();
  });

  it('may be padded behind its end, and go without a digest', () => {
    const bytes = Buffer.concat([image({ digest: false }), Buffer.alloc(100, 0xff)]);
    expect(readFirmware(single(bytes)).digest).toBe(false);
  });
});

describe('no firmware', () => {
  const app = image();

  it.each([
    ['', /^is empty$/, /download it again/],
    [gzipSync(app), /gzip archive/, /tar xzf/],
    [Buffer.from('PK\x03\x04rest'), /zip archive/, /unzip/],
    [Buffer.concat([Buffer.from('\x7fELF'), app]), /ELF file/, /\.bin/],
    ['UF2\nxxxx', /UF2/, /\.bin/],
    ['<!DOCTYPE html><html>', /web page/, /browser/],
    [':1000000000', /Intel HEX/, /\.bin/],
    [Buffer.concat([Buffer.alloc(257), Buffer.from('ustar')]), /tar archive/, /unpack/],
    ['print("hello")', /no ESP image: it begins with 0x70, not with 0xe9/, /Espruino build/],
    [app.subarray(0, 10), /cut off: it ends after 10 bytes, within its header/, /download/],
    [
      app.subarray(0, 4000),
      /cut off: it ends after 4000 bytes, within segment 2 of 2, and needs 9084/,
      /size/,
    ],
    [app.subarray(0, app.length - 10), /cut off: .* before its checksum and digest/, /download/],
    [image({ chip: 'unknown' }), /is for chip number 77, which Espruino does not run on/, /ESP32-C3/],
    [image({ chip: 'esp32s2' }), /is for ESP32-S2/, /ESP32-S3/],
    [table(), /partition table alone/, /folder/],
    [image({ application: false }), /boot loader alone/, /folder/],
    [Buffer.concat([app, Buffer.from('more')]), /4 bytes behind the end/, /download/],
    [merge(build()).subarray(0, 0x7000), /cut off, or no firmware/, /download/],
    [merge(build()).subarray(0, 0x9000), /cut off: .* before its application/, /download/],
    [merge(build()).subarray(0, 0x11000), /cut off: .* within segment 2 of 2/, /download/],
    [
      merge({ ...build(), app: image({ chip: 'esp32s3' }) }),
      /mixes two chips: ESP32 and ESP32-S3/,
      /same build/,
    ],
    [
      merge(build('esp32c3'), 'esp32'),
      /boot loader at 0x1000, where ESP32-C3 does not look \(it looks at 0x0\)/,
      /one chip/,
    ],
  ] as const)('%#: %.20s', (bytes, what, fix) => {
    const error = refused(bytes);
    expect(error.what).toMatch(what);
    expect(error.fix).toMatch(fix);
    expect(error.where).toMatch(/x\.bin$/);
    expect(error.exitCode).toBe(ExitCode.Usage);
  });

  it('where any byte of it changed', () => {
    // A checksum of one byte and a digest: both have to be looked at.
    for (const digest of [true, false]) {
      const good = image({ bytes: 300, digest });
      for (let at = 0; at < good.length; at++) {
        const bad = Uint8Array.from(good);
        bad[at]! ^= 0x40;
        const inHeader = at < 24 || (at >= 24 && at < 32) || (at >= 76 && at < 84);
        // Without a digest nothing vouches for the header and for what fills the last line.
        if (!digest && (inHeader || (at >= 384 && at < good.length - 1))) continue;
        expect(() => readImage(bad), `byte ${at}`).toThrow(/damaged|cut off|is for|no ESP image/);
      }
    }
  });

  it('where its partition table is damaged, or leaves no room', () => {
    const bad = Uint8Array.from(table());
    bad[40]! ^= 1;
    expect(refused(merge({ ...build(), table: bad })).what).toMatch(/checksum of its partition table/);
    const none = table([[1, 2, 0x9000, 0x6000, 'nvs']]);
    expect(refused(merge({ ...build(), table: none })).what).toMatch(/no room for an application/);
    const small = table([[0, 0, 0x10000, 0x1000, 'factory']]);
    expect(refused(merge({ ...build(), table: small })).what).toMatch(
      /application of \d+ bytes, and its partition table gives it 4096/,
    );
  });

  it('in a folder without one of the three, with two builds, or of two chips', () => {
    const { loader, table: partitions, app: application } = build();
    const folder = (files: Record<string, Uint8Array>) => failure(() => readFirmware(write(files)));
    expect(folder({}).what).toMatch(/no \.bin/);
    expect(folder({ 'a.bin': loader, 'b.bin': application }).what).toBe('has no partition table in it');
    expect(folder({ 'a.bin': partitions, 'b.bin': application }).what).toBe('has no boot loader in it');
    const two = { 'a.bin': loader, 'b.bin': partitions, 'c.bin': application, 'd.bin': image() };
    expect(folder(two).what).toMatch(/two of what there may be one, the application: .*c\.bin and .*d\.bin/);
    const mixed = { 'a.bin': loader, 'b.bin': partitions, 'c.bin': image({ chip: 'esp32c3' }) };
    expect(folder(mixed).what).toMatch(/mixes two chips/);
  });

  it('where nothing is', () => {
    const error = failure(() => readFirmware('/no/such/firmware.bin'));
    expect(error.what).toMatch(/cannot be read \(ENOENT\)/);
  });

  it.each(['esp32', 'esp32c3'] as ChipKey[])(
    'of a damaged file in a folder: its name is told (%s)',
    (chip) => {
      const parts = build(chip);
      const error = failure(() =>
        readFirmware(writeBuild({ ...parts, loader: parts.loader.subarray(0, 999) })),
      );
      expect(error.where).toMatch(/bootloader\.bin$/);
      expect(error.what).toMatch(/cut off/);
    },
  );
});
