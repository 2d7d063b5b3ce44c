// Espruino's SPI objects over simulated chips. ES5 subset: runs in engines.

import type { SpiDevice } from '../chips/spi-device.ts';

/**
 * Put chips on a bus: its methods reach them by their chip selects. Without a chip the line stays high.
 * @param engineBus the engine's object, undefined where it has none. @param now the world's clock, whole milliseconds. @returns the bus.
 */
export function connectSpi(
  engineBus: EngineSpi | undefined,
  chips: readonly SpiDevice[],
  now: () => number,
): EngineSpi {
  const bus = engineBus === undefined ? ({} as EngineSpi) : engineBus;

  function chipAt(select: number | undefined): SpiDevice | undefined {
    for (let i = 0; i < chips.length; i++) {
      if (chips[i].select === undefined || chips[i].select === select) return chips[i];
    }
    return undefined;
  }

  bus.setup = () => {};
  bus.send = (bytes, select) => {
    const into = new Uint8Array(bytes.length);
    const chip = chipAt(select);
    if (chip !== undefined) chip.transfer(bytes, into, now());
    else for (let i = 0; i < into.length; i++) into[i] = 0xff;
    return into;
  };
  return bus;
}
