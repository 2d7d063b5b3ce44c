// A firmware for Espruino built for a C host of JerryScript: what the host has not is said by name.

import { expect, it } from 'vitest';
import { build } from '../../../flash/build/build.ts';
import { absentOnHost } from '../../../flash/build/host-board.ts';
import { failure, writeFirmware } from './fixture.ts';

it('is refused where it asks for what the host has not, with its place', async () => {
  const main =
    "import { openSpi } from 'mote-sdk/espruino';\n\nopenSpi({ bus: 1, clock: 1, in: 2, out: 3 });\n";
  const error = await failure(build({ firmware: writeFirmware({ 'main.ts': main }), board: 'jerryscript' }));
  expect(error.what).toBe('openSpi: a host of JerryScript gives no SPI');
  expect(error.where).toMatch(/main\.ts:1:10$/);
});

it.each([
  ['openUart', /no serial ports/],
  ['createSigning', /no SHA-256/],
  ['openTls', /no TLS of its own/],
])('knows %s', (name, what) => {
  expect(absentOnHost(`Module '"mote-sdk/espruino"' has no exported member '${name}'.`)?.what).toMatch(what);
});

it('leaves all else to the compiler', () => {
  expect(absentOnHost(`Module '"mote-sdk/espruino"' has no exported member 'openMoon'.`)).toBeUndefined();
  expect(absentOnHost("Cannot find name 'openSpi'.")).toBeUndefined();
});
