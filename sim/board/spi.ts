// SPI1 and its kin. A device answers while its chip select is low, be it by the argument of `send` or by a pin that the
// program pulled low itself; without a device the line stays high and every byte reads 255.

import { bytesOf, bytesToText } from './bytes.ts';
import type { Machine } from './machine.ts';
import { Pin, pinNumber } from './pin.ts';
import { boardPins } from './pins.ts';

/** @param bus from 1. */
export function createSpi(machine: Machine, bus: number): object {
  const { realm, clock } = machine;
  const devices = machine.bench.spi(bus);
  const pins = machine.part(boardPins);

  const exchange = (out: Uint8Array): Uint8Array => {
    const into = new Uint8Array(out.length).fill(0xff);
    const device = devices.find(({ select }) => select === undefined || pins.output(select) === 0);
    device?.transfer(out, into, Math.floor(clock.now()));
    return into;
  };
  const selected = <T>(select: unknown, run: () => T): T => {
    const pin = select === undefined ? undefined : pinNumber(select);
    if (pin !== undefined) pins.write(pin, 0);
    const result = run();
    if (pin !== undefined) pins.write(pin, 1);
    return result;
  };

  return realm.methods({
    setup: () => undefined,
    send(data: unknown, select?: unknown): unknown {
      const got = selected(select, () => exchange(bytesOf(realm, data)));
      if (typeof data === 'number') return got[0];
      return typeof data === 'string' ? bytesToText(got) : new realm.Uint8Array(got);
    },
    write(...data: unknown[]): void {
      const select = data.at(-1) instanceof Pin ? data.pop() : undefined;
      selected(select, () => exchange(bytesOf(realm, data)));
    },
  });
}
