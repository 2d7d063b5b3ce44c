// A BME280 that always measures the same, and Wi-Fi, in as little memory as can be: what `npm run bench:examples` puts beside a
// firmware in the smallest Espruino. ES5 subset.

import { TYPICAL_TRIM, placeTrim } from '../chips/bme280-trim.ts';
import { root } from './root.ts';
import { createWifi } from './wifi.ts';

const registers = new Uint8Array(256);
placeTrim(registers, TYPICAL_TRIM);
registers[0xd0] = 0x60;
// The codes of the datasheet's worked example; about 50 % of humidity.
registers.set([0x65, 0x5a, 0xc0, 0x7e, 0xed, 0x00, 0x6b, 0x00], 0xf7);

const bus = root.I2C1!;
bus.setup = () => {};
bus.writeTo = (_address, pairs) => {
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    // A conversion is over at once.
    registers[pairs[i]] = pairs[i] === 0xf4 ? pairs[i + 1] & 0xfc : pairs[i + 1];
  }
};
bus.readReg = (_address, register, quantity) => new Uint8Array(registers.buffer, register, quantity);

const air = createWifi(
  (callback, ms) => root.setTimeout(callback, ms),
  () => {},
);
const engineRequire = root.require;
root.require = (name) => (name === 'Wifi' ? air.wifi : engineRequire!(name));
