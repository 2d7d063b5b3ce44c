// What Mote's own ports call the types of espruino.d.ts, for a firmware that asks for these. Not for anyone else.

/** The engine's own mark on a connection that it drops in the next idle pass, whatever is queued. */
interface Socket {
  clsNow: boolean;
}

type EspruinoSocket = Socket;
type EspruinoI2c = I2C;
type EspruinoSpi = SPI;
type EspruinoSerial = Serial;
type EspruinoOneWire = OneWire;
type EspruinoEdge = EspruinoWatchEvent;
type EspruinoWifiLoss = { reason?: string };

/** Of Mote's boot selector, while a firmware is on trial; read with `typeof`, since it is mostly not there. */
declare const moteHealthy: (() => void) | undefined;
