// Espruino's OneWire over simulated devices. ES5 subset: runs in engines.

import { Code } from '../../src/ports/codes.ts';
import { ROM_BYTES } from '../chips/onewire-device.ts';
import type { OneWireDevice } from '../chips/onewire-device.ts';
import { createOneWireBus } from '../rig/onewire.ts';
import type { SimulatedOneWireBus } from '../rig/onewire.ts';
import type { Times } from './place.ts';

function hexOf(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i++) text += (bytes[i] + 256).toString(16).substr(1);
  return text;
}

function createWire(bus: SimulatedOneWireBus): EngineOneWire {
  const rom = new Uint8Array(ROM_BYTES);
  return {
    reset: () => bus.reset() === Code.Ok,
    write(bytes, power) {
      bus.write(bytes, power);
    },
    read(quantity) {
      const into = new Uint8Array(quantity);
      bus.read(into);
      return into;
    },
    search() {
      const found: string[] = [];
      while (bus.search(found.length, rom) === Code.Ok) found.push(hexOf(rom));
      return found;
    },
  };
}

/** @param devices and, in the same order, the `pins` of their wires. @returns the constructor; other pins have a wire without devices. */
export function connectOneWire(
  devices: readonly OneWireDevice[],
  pins: readonly number[],
  times: Pick<Times, 'now'>,
): new (pin: number) => EngineOneWire {
  function OneWire(pin: number): EngineOneWire {
    const own = devices.filter((_device, index) => pins[index] === (pin | 0));
    return createWire(createOneWireBus(own, times));
  }
  return OneWire as unknown as new (pin: number) => EngineOneWire;
}
