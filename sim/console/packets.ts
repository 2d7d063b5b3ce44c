// Packets on the console: DLE, SOH, type and length in two bytes, data; answered with ACK or NAK. Tools put files into Storage
// and fetch results with them (since Espruino 2v25). Follows jsiPacketProcess of the engine.

export const ACK = '\x06';
export const NAK = '\x15';
const HEADER = '\x10\x01';

const SIZE_MASK = 0x1fff;
export const PacketType = {
  Response: 0x0000,
  Evaluate: 0x2000,
  Event: 0x4000,
  FileSend: 0x6000,
  Data: 0x8000,
  FileReceive: 0xa000,
} as const;

/** Bytes of one data packet that the board sends. */
const CHUNK = 1024;

export interface PacketHost {
  send(bytes: string): void;
  /** @param answer is told whether it worked, before anything is reported. @returns the result as source text, if there is one. */
  evaluate(code: string, answer: (isGood: boolean) => void): string | undefined;
  /** @returns whether the text was an object, and somebody listened. */
  event(json: string): boolean;
  /** @returns the fields of an object written in JSON or JavaScript; undefined: it is none. */
  fields(text: string): Readonly<Record<string, unknown>> | undefined;
  writeFile(name: string, data: string, offset: number, size: number): void;
  readFile(name: string): string | undefined;
}

export interface Packets {
  isActive(): boolean;
  /** A packet begins. */
  begin(): void;
  /** The next byte of the packet. @returns whether it was the last. */
  take(char: string): boolean;
  /** It does not come to its end: say so. */
  giveUp(): void;
  reset(): void;
}

interface FileInfo {
  readonly name: string;
  readonly size: number;
  offset: number;
}

export function createPackets(host: PacketHost): Packets {
  /** Undefined: no packet. */
  let head: string | undefined;
  let data = '';
  let file: FileInfo | undefined;

  const reply = (type: number, text: string) =>
    host.send(`${HEADER}${String.fromCharCode((type | text.length) >> 8, text.length & 0xff)}${text}`);

  const sendFile = (name: unknown): boolean => {
    const content = typeof name === 'string' ? host.readFile(name) : undefined;
    if (content === undefined) return false;
    host.send(ACK);
    for (let at = 0; at < content.length; at += CHUNK) {
      reply(PacketType.Data, content.slice(at, at + CHUNK));
    }
    reply(PacketType.Data, '');
    return true;
  };

  const expectFile = (): boolean => {
    file = undefined;
    const fields = host.fields(data);
    const size = Number(fields?.s);
    // There is no file system beside Storage.
    if (typeof fields?.fn !== 'string' || !(size > 0) || fields.fs || fields.c) return false;
    file = { name: fields.fn, size, offset: 0 };
    return true;
  };

  const storeData = (): boolean => {
    if (file === undefined) return false;
    const { name, size, offset } = file;
    file.offset += data.length;
    if (file.offset >= size) file = undefined;
    host.writeFile(name, data, offset, size);
    return true;
  };

  const answer = (isGood: boolean) => host.send(isGood ? ACK : NAK);

  const handle = (type: number) => {
    switch (type) {
      case PacketType.Evaluate: {
        const result = host.evaluate(data, answer);
        if (result !== undefined) reply(PacketType.Response, result);
        return;
      }
      case PacketType.Event:
        return answer(host.event(data));
      case PacketType.FileReceive:
        if (!sendFile(host.fields(data)?.fn)) host.send(NAK);
        return;
      case PacketType.FileSend:
        return answer(expectFile());
      case PacketType.Data:
        return answer(storeData());
      default:
        return host.send(NAK);
    }
  };

  return {
    isActive: () => head !== undefined,
    begin() {
      head = '';
      data = '';
    },
    take(char) {
      if (head === undefined) return true;
      if (head.length < 2) head += char;
      else data += char;
      if (head.length < 2) return false;
      const word = (head.charCodeAt(0) << 8) | head.charCodeAt(1);
      if (data.length < (word & SIZE_MASK)) return false;
      head = undefined;
      handle(word & ~SIZE_MASK);
      return true;
    },
    giveUp() {
      head = undefined;
      host.send(NAK);
    },
    reset() {
      head = undefined;
      file = undefined;
    },
  };
}
