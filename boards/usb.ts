// USB devices that ESP32 boards show up as: the bridge between USB and UART that a board was built with, or the chip itself.
// Sources: the makers' own lists of their ids; Espressif's for the chip itself.

import type { UsbHint } from './board.ts';

export const CP210X: UsbHint = { vendorId: '10c4', productId: 'ea60', name: 'Silicon Labs CP210x' };
export const CH340: UsbHint = { vendorId: '1a86', productId: '7523', name: 'WCH CH340' };
export const CH9102: UsbHint = { vendorId: '1a86', productId: '55d4', name: 'WCH CH9102' };
export const CH343: UsbHint = { vendorId: '1a86', productId: '55d3', name: 'WCH CH343' };
export const FT232R: UsbHint = { vendorId: '0403', productId: '6001', name: 'FTDI FT232R' };
export const FT2232: UsbHint = { vendorId: '0403', productId: '6010', name: 'FTDI FT2232' };
/** In the chip itself, the same for all that have it: which chip it is, the ROM loader says. */
export const USB_SERIAL_JTAG: UsbHint = {
  vendorId: '303a',
  productId: '1001',
  name: 'Espressif USB-Serial-JTAG',
};
