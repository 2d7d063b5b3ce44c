// The chip's own loader, reached with esptool-js: which chip it is, what its flash holds, writing and verifying. Protocol troubles come
// out as MoteErrors that say what to do; what may be written, others decide.

import { createHash } from 'node:crypto';
import { ESPLoader, Transport, type FlashSizeValues } from 'esptool-js';
import { ExitCode, MoteError } from '../errors.ts';
import { cannotOpen } from '../port/port.ts';
import type { WebSerialDevice } from './web-serial.ts';

const ROM_BAUD = 115_200;
const RESET_MS = 100;
/** How often a reset and a greeting are tried: esptool-js resets in two ways in turn. */
const ATTEMPTS = 7;

export interface LoaderOptions {
  readonly device: WebSerialDevice;
  readonly port: string;
  /** Rate of the transfer, once a loader of ours runs. */
  readonly baud: number;
  /** No answer is waited for longer than that. Default: as long as esptool-js does. */
  readonly patienceMs?: number;
  readonly attempts?: number;
}

export interface ChipFound {
  readonly name: string;
  /** With its revision. */
  readonly description: string;
  readonly mac: string;
}

export interface Loader {
  /** Reset the chip into its loader, and ask which it is. Nothing in flash is touched. */
  connect(): Promise<ChipFound>;
  /** Load the helper that writes flash, and go to the fast rate. @returns bytes of flash that the chip has. */
  prepare(): Promise<number>;
  read(address: number, bytes: number): Promise<Uint8Array>;
  eraseAll(): Promise<void>;
  /** Write, and compare with the MD5 that the chip computes of its flash. */
  write(
    piece: { address: number; bytes: Uint8Array },
    onProgress: (sent: number, all: number) => void,
  ): Promise<void>;
  /** @returns whether the port has a line that restarts the board. */
  reset(): Promise<boolean>;
  close(): Promise<void>;
}

/** A transport that prints nothing, and waits no longer than it is told. */
class QuietTransport extends Transport {
  private patienceMs: number;
  constructor(device: WebSerialDevice, patienceMs: number) {
    super(device as never);
    this.patienceMs = patienceMs;
  }
  override trace(): void {}
  override read(timeout: number): Promise<Uint8Array> {
    return super.read(Math.min(timeout, this.patienceMs));
  }
  /** End what waits for an answer, and what is going to. */
  abandon(): void {
    this.patienceMs = 0;
    // A byte that starts no packet ends the read that is under way: nothing else does.
    Object.assign(this, { buffer: Uint8Array.of(0) });
  }
}

/** How a board is brought into its loader by hand. */
const BUTTONS =
  'hold the button BOOT (IO0), press and let go of EN (RST), let go of BOOT, and run this again; check that the cable carries data';

const MENDS = 'the loader in the chip is never lost: run this again, and it mends the board';

/** What esptool-js and the port say, and what it means. The first that fits counts. */
const TROUBLES: readonly (readonly [RegExp, string, string])[] = [
  [
    /failed to connect with the device/i,
    'no loader of an ESP32 answers: the board is not in its loader, or it is none',
    BUTTONS,
  ],
  [
    /unexpected chip (id|magic)/i,
    'a chip answers that is not known',
    'flash it with the esptool of its maker',
  ],
  [
    /MD5 of file does not match/i,
    'the flash does not hold what was written: the MD5 differs',
    `${MENDS}; should it happen again, the flash of this board is worn or its supply weak`,
  ],
  [
    /failed to start stub/i,
    'the helper that writes flash did not start',
    `try another cable or a lower --baud; ${MENDS}`,
  ],
  [
    /failed to .* failed with status|only got \d+ bytes/i,
    'the loader refused a command',
    `try a lower --baud; ${MENDS}`,
  ],
  [
    /serial data stream stopped|no serial data|invalid head of packet|invalid slip|invalid response|timeout/i,
    'the board stopped answering in between',
    `try another cable or USB socket, or --baud 115200; ${MENDS}`,
  ],
];

function explain(error: unknown, port: string): MoteError {
  if (error instanceof MoteError) return error;
  const text = error instanceof Error ? error.message : String(error);
  const known = TROUBLES.find(([pattern]) => pattern.test(text));
  const [, what, fix] = known ?? [text, `flashing failed: ${text}`, MENDS];
  const detail = known === undefined ? '' : ` (${text.replace(/\s+/g, ' ').trim()})`;
  return new MoteError(`${what}${detail}`, fix, port, ExitCode.Environment);
}

/** Node warns on stderr of each import of JSON, which is how esptool-js loads its helper. */
async function withoutJsonWarning<T>(run: () => Promise<T>): Promise<T> {
  const warn = process.emitWarning;
  process.emitWarning = ((warning: string | Error, ...more: never[]) => {
    if (!/JSON/.test(String(warning))) warn.call(process, warning, ...more);
  }) as typeof process.emitWarning;
  try {
    return await run();
  } finally {
    process.emitWarning = warn;
  }
}

export function createLoader({
  device,
  port,
  baud,
  patienceMs = Infinity,
  attempts = ATTEMPTS,
}: LoaderOptions): Loader {
  const transport = new QuietTransport(device, patienceMs);
  const esp = new ESPLoader({
    transport,
    baudrate: baud,
    romBaudrate: ROM_BAUD,
    terminal: { clean() {}, write() {}, writeLine() {} },
  });
  let gone = (_why: string) => {};
  const lost = new Promise<never>((_resolve, reject) => {
    gone = (why) => {
      transport.abandon();
      const what = `the connection broke: ${why}`;
      reject(new MoteError(what, `plug the board in again; ${MENDS}`, port, ExitCode.Environment));
    };
  });
  lost.catch(() => {});
  device.onLost = (why) => gone(why);

  /** Do one thing with the chip; a pulled cable ends it at once. */
  async function attempt<T>(task: () => Promise<T>): Promise<T> {
    const running = task();
    running.catch(() => {});
    try {
      return await Promise.race([running, lost]);
    } catch (error) {
      throw explain(error, port);
    }
  }

  return {
    connect: () =>
      attempt(async () => {
        try {
          await esp.connect('default_reset', attempts);
        } catch (error) {
          // esptool-js opens the port itself, and passes on why it could not.
          throw device.readable === null ? cannotOpen(port, (error as Error).message) : error;
        }
        if (esp.secureDownloadMode) {
          throw new MoteError(
            'the chip is locked (secure download mode): nothing but its own firmware goes in',
            'take a board that is not locked; a chip cannot be unlocked',
            port,
            ExitCode.Environment,
          );
        }
        const { chip } = esp;
        return {
          name: chip.CHIP_NAME,
          description: await chip.getChipDescription(esp),
          mac: await chip.readMac(esp),
        };
      }),
    prepare: () =>
      attempt(async () => {
        await esp.chip.postConnect?.(esp);
        await withoutJsonWarning(() => esp.runStub());
        if (baud !== ROM_BAUD) await esp.changeBaud();
        const size = await esp.detectFlashSize();
        if (size !== undefined) return esp.flashSizeBytes(size as FlashSizeValues);
        throw new MoteError(
          'the flash of this board does not answer',
          'take away what hangs on the pins of its flash (on an ESP32 GPIO 6 to 11, and 12)',
          port,
          ExitCode.Environment,
        );
      }),
    read: (address, bytes) => attempt(() => esp.readFlash(address, bytes)),
    eraseAll: () => attempt(async () => void (await esp.eraseFlash())),
    write: ({ address, bytes }, onProgress) =>
      attempt(() =>
        esp.writeFlash({
          fileArray: [{ data: bytes, address }],
          flashMode: 'keep',
          flashFreq: 'keep',
          flashSize: 'keep',
          eraseAll: false,
          compress: true,
          reportProgress: (_file, sent, all) => onProgress(sent, all),
          calculateMD5Hash: (image) => createHash('md5').update(image).digest('hex'),
        }),
      ),
    // Not by esptool-js, which lets go of the line without having pulled it.
    async reset() {
      // A chip with USB of its own takes its port away when it restarts.
      device.onLost = () => {};
      try {
        await device.setSignals({ dataTerminalReady: false, requestToSend: true });
        await new Promise((resolve) => setTimeout(resolve, RESET_MS));
        await device.setSignals({ dataTerminalReady: false, requestToSend: false });
      } catch {
        return true;
      }
      return device.hasSignals;
    },
    async close() {
      device.onLost = () => {};
      try {
        if (device.readable !== null) await transport.disconnect();
      } finally {
        await device.close();
      }
    },
  };
}
