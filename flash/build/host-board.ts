// What a host of JerryScript has not, of what a firmware for Espruino imports: said as what is missing, not as a name.

const ABSENT: Readonly<Record<string, readonly [what: string, fix: string]>> = {
  openTls: [
    'the firmware asks for encryptedButUnverified, and JerryScript in a host program has no TLS of its own',
    'take openTls() away; a host program of JerryScript can encrypt its own sockets',
  ],
  createSigning: ['a host of JerryScript has no SHA-256 to sign with', 'sign on an Espruino board'],
  createVerify: ['a host of JerryScript has no SHA-256 to verify with', 'verify on an Espruino board'],
};

/** Names of buses and pins, and what they are. */
const BUSES: Readonly<Record<string, string>> = {
  openAnalogInput: 'analogue inputs',
  openDigitalInput: 'digital inputs',
  openDigitalOutput: 'digital outputs',
  openEdgeInput: 'inputs that tell of edges',
  openOneWire: '1-Wire',
  openOpenDrain: 'open-drain pins',
  openPulseEcho: 'pulses',
  openSpi: 'SPI',
  openUart: 'serial ports',
  Pull: 'digital inputs',
};

/** @param message of the compiler. @returns what is missing and what to do, undefined when it says something else. */
export function absentOnHost(message: string): { what: string; fix: string } | undefined {
  const [, name = ''] =
    /^Module '"mote-sdk\/espruino"' (?:has no exported member|declares) '?(\w+)/.exec(message) ?? [];
  const bus = BUSES[name];
  if (bus !== undefined) {
    return {
      what: `${name}: a host of JerryScript gives no ${bus}`,
      fix: 'use a sensor on I2C, or add them to the host (docs/jerryscript.md)',
    };
  }
  const found = ABSENT[name];
  return found === undefined ? undefined : { what: found[0], fix: found[1] };
}
