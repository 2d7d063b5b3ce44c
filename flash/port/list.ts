// Which serial ports this computer has, and the one that is meant when none is named.

import { readdirSync } from 'node:fs';
import { ExitCode, MoteError } from '../errors.ts';

export interface PortInfo {
  readonly path: string;
  /** What the device calls itself. */
  readonly name: string | undefined;
  readonly vendorId: number | undefined;
  readonly productId: number | undefined;
}

const number = (hex: string | undefined) => (hex === undefined ? undefined : Number.parseInt(hex, 16));

/** Where a Linux has no udev, its device files are all there is to go by. */
function fromDevices(): PortInfo[] {
  let names: string[] = [];
  try {
    names = readdirSync('/dev').filter((name) => /^tty(USB|ACM)\d+$/.test(name));
  } catch {
    // No such folder: no such system.
  }
  return names.sort().map((name) => ({
    path: `/dev/${name}`,
    name: undefined,
    vendorId: undefined,
    productId: undefined,
  }));
}

/** @returns the USB serial ports; the computer's own have no board behind them. */
export async function listPorts(): Promise<PortInfo[]> {
  try {
    const { SerialPort } = await import('serialport');
    return (await SerialPort.list())
      .filter(({ vendorId }) => vendorId !== undefined)
      .map(({ path, manufacturer, vendorId, productId }) => ({
        path,
        name: manufacturer,
        vendorId: number(vendorId),
        productId: number(productId),
      }));
  } catch {
    return fromDevices();
  }
}

const describe = ({ path, name }: PortInfo) => (name === undefined ? path : `${path} (${name})`);

/**
 * @param named what --port says, if it does.
 * @returns the port that is meant. @throws MoteError when that is none, or may be several.
 */
export async function choosePort(named: string | undefined, list = listPorts): Promise<PortInfo> {
  const ports = await list();
  if (named !== undefined) {
    const known = ports.find(({ path }) => path === named);
    return known ?? { path: named, name: undefined, vendorId: undefined, productId: undefined };
  }
  const [only, second] = ports;
  if (only === undefined) {
    throw new MoteError(
      'no board is there: this computer has no USB serial port',
      'plug the board in with a cable that carries data, or name its port',
      '--port',
      ExitCode.Environment,
    );
  }
  if (second !== undefined) {
    throw new MoteError(
      `${ports.length} boards are there: ${ports.map(describe).join(', ')}`,
      'name the one that is meant',
      '--port',
      ExitCode.Usage,
    );
  }
  return only;
}
