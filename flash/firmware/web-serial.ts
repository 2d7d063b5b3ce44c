// What esptool-js wants of a port, Web Serial, on the package serialport. No protocol; it knows bytes, rates and signals only.

import { SerialPort } from 'serialport';

/** The part of Web Serial that esptool-js uses. */
export interface WebSerialDevice {
  readonly readable: ReadableStream<Uint8Array> | null;
  readonly writable: WritableStream<Uint8Array> | null;
  open(options: { baudRate: number }): Promise<void>;
  close(): Promise<void>;
  setSignals(signals: { dataTerminalReady?: boolean; requestToSend?: boolean }): Promise<void>;
  getInfo(): { usbVendorId?: number; usbProductId?: number };
  /** Changes the rate without closing: a board may restart when its port is opened. */
  setBaudRate(baudRate: number): Promise<void>;
  /** false once the port said that it has no such lines: nothing can be reset over it then. */
  readonly hasSignals: boolean;
  /** Called when the port goes away by itself. */
  onLost: (why: string) => void;
}

const call = (run: (done: (error?: Error | null) => void) => void) =>
  new Promise<void>((resolve, reject) => run((error) => (error ? reject(error) : resolve())));

/** @param info of the USB device behind the port, where the system tells: by it esptool-js chooses how to reset. */
export function createWebSerial(
  path: string,
  info: { usbVendorId?: number; usbProductId?: number } = {},
): WebSerialDevice {
  let serial: SerialPort | undefined;
  const signals = { dtr: false, rts: false };

  const device = {
    readable: null as ReadableStream<Uint8Array> | null,
    writable: null as WritableStream<Uint8Array> | null,
    hasSignals: true,
    onLost: (() => {}) as (why: string) => void,

    async open({ baudRate }: { baudRate: number }): Promise<void> {
      const port = new SerialPort({ path, baudRate, autoOpen: false });
      await call((done) => port.open(done));
      serial = port;
      port.on('error', () => {});
      device.readable = new ReadableStream<Uint8Array>({
        start(controller) {
          port.on('data', (bytes: Buffer) => controller.enqueue(new Uint8Array(bytes)));
          port.on('close', (error: Error | null) => {
            device.readable = null;
            device.writable = null;
            if (error) {
              controller.error(error);
              device.onLost(error.message);
            }
          });
        },
        cancel() {
          port.removeAllListeners('data');
        },
      });
      device.writable = new WritableStream<Uint8Array>({
        write: (bytes) => call((done) => port.write(Buffer.from(bytes), (error) => done(error))),
      });
    },

    async close(): Promise<void> {
      const port = serial;
      serial = undefined;
      if (port?.isOpen) await call((done) => port.close(done));
    },

    async setSignals(change: { dataTerminalReady?: boolean; requestToSend?: boolean }): Promise<void> {
      signals.dtr = change.dataTerminalReady ?? signals.dtr;
      signals.rts = change.requestToSend ?? signals.rts;
      if (!device.hasSignals || serial === undefined) return;
      const port = serial;
      try {
        await call((done) => port.set(signals, done));
      } catch {
        // A pty, a network port, a cheap cable: all else works without.
        device.hasSignals = false;
      }
    },

    getInfo: () => info,

    async setBaudRate(baudRate: number): Promise<void> {
      const port = serial;
      if (port !== undefined) await call((done) => port.update({ baudRate }, done));
    },
  };
  return device;
}
