// OneWire on a pin: whole bytes instead of time slots. The bus keeps track of which devices a ROM command has selected.

import { RomCommand, ROM_BYTES } from '../chips/onewire-device.ts';
import type { OneWireDevice } from '../chips/onewire-device.ts';
import { bytesOf } from './bytes.ts';
import type { Machine } from './machine.ts';
import { pinNumber } from './pin.ts';

const hex = (rom: readonly number[]) => rom.map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** The order in which a search finds devices: by their bits, from the first byte's lowest. */
function searchKey(rom: readonly number[]): string {
  const bits = (byte: number) => byte.toString(2).padStart(8, '0').split('').reverse().join('');
  return rom.map(bits).join('');
}

/** The constructor for a board. */
export function createOneWire(machine: Machine) {
  const { realm, clock } = machine;

  return function OneWire(pinValue: unknown): object {
    const bench = machine.bench.oneWire(pinNumber(pinValue) ?? -1);
    const present = () => bench.filter((device) => device.isThere?.() !== false);
    const isHeldLow = () => present().some((device) => device.holdsLow?.() === true);
    /** A board without hardware reads zeros, which at reset look like a device. */
    const { hardware } = machine.data.capabilities;
    let selected: readonly OneWireDevice[] = [];
    /** ROM bytes that a match command still expects, or undefined. */
    let matching: number[] | undefined;
    let awaitsCommand = false;
    let romAnswer: number[] = [];
    const now = () => Math.floor(clock.now());

    /** What the pin did to devices that live on the wire. */
    const power = (isOn: boolean) => {
      for (const device of bench) device.power?.(isOn, now());
    };

    const reset = (): boolean => {
      const devices = present();
      power(false);
      for (const device of devices) device.reset(now());
      selected = [];
      matching = undefined;
      romAnswer = [];
      awaitsCommand = true;
      return devices.length > 0 || !hardware;
    };
    const command = (byte: number) => {
      awaitsCommand = false;
      if (byte === RomCommand.Match) matching = [];
      if (byte === RomCommand.Skip) selected = present();
      const devices = present();
      if (byte === RomCommand.Read) romAnswer = devices.length === 1 ? [...devices[0]!.rom] : [];
    };
    const put = (byte: number): void => {
      if (awaitsCommand) return command(byte);
      if (matching !== undefined) {
        matching.push(byte);
        if (matching.length < ROM_BYTES) return;
        const rom = hex(matching);
        selected = present().filter((device) => hex(device.rom) === rom);
        matching = undefined;
        return;
      }
      for (const device of selected) device.write(byte, now());
    };
    const get = (): number => {
      if (isHeldLow()) return 0;
      if (romAnswer.length > 0) return romAnswer.shift()!;
      return selected.reduce((bits, device) => bits & device.read(now()), hardware ? 0xff : 0);
    };

    return realm.methods({
      reset,
      skip: () => put(RomCommand.Skip),
      select(rom: unknown): void {
        if (typeof rom !== 'string' || rom.length !== 2 * ROM_BYTES) {
          throw new realm.TypeError(`Invalid OneWire device address ${JSON.stringify(rom)}`);
        }
        reset();
        put(RomCommand.Match);
        for (const byte of rom.match(/../g)!) put(parseInt(byte, 16));
      },
      write(data: unknown, leavePowerOn?: unknown): void {
        power(false);
        for (const byte of bytesOf(realm, data)) put(byte);
        power(Boolean(leavePowerOn));
      },
      read(count?: unknown): number | Uint8Array {
        power(false);
        if (typeof count !== 'number') return get();
        return new realm.Uint8Array(Array.from({ length: count }, get));
      },
      search(code?: number): string[] {
        const which = code === undefined || code <= 0 || code > 255 ? RomCommand.Search : code;
        power(false);
        // On a wire that is held down the search finds nothing but zeros, and gives that up.
        const devices = isHeldLow() ? [] : present();
        const answering =
          which === RomCommand.AlarmSearch ? devices.filter((device) => device.alarm === true) : devices;
        const roms = [...answering].sort((a, b) => (searchKey(a.rom) < searchKey(b.rom) ? -1 : 1));
        return realm.array(roms.map((device) => hex(device.rom)));
      },
    });
  };
}
