// Reads the fields of an MQTT packet's body (MQTT 3.1.1 section 1.5, the same in 5.0) and remembers whether they were what the
// standard allows. ES5 subset: runs on the host and in engines.

export interface Fields {
  byte(): number;
  /** Two bytes, high byte first. */
  word(): number;
  /** So many bytes. */
  bytes(length: number): string;
  /** Bytes behind their two-byte length. */
  data(): string;
  /** As `data`, for text: must be well-formed UTF-8 without U+0000. */
  text(): string;
  /** All bytes that are left. */
  rest(): string;
  left(): number;
  /** Something else is wrong here; '' is nothing. */
  blame(what: string): void;
  /** '' or what was wrong first. */
  fault(): string;
}

/** @returns how many bytes follow this first byte of a UTF-8 sequence, -1 when none begins with it. */
function followers(first: number): number {
  if (first < 0x80) return 0;
  if (first < 0xc2) return -1;
  if (first < 0xe0) return 1;
  if (first < 0xf0) return 2;
  return first < 0xf5 ? 3 : -1;
}

/** Smallest and largest second byte: over-long forms, surrogates and code points above U+10FFFF are not UTF-8. */
function secondFits(first: number, second: number): boolean {
  if (first === 0xe0) return second >= 0xa0;
  if (first === 0xed) return second < 0xa0;
  if (first === 0xf0) return second >= 0x90;
  if (first === 0xf4) return second < 0x90;
  return true;
}

/** @returns '' for text that MQTT allows, else what is wrong with it (MQTT 3.1.1 section 1.5.3). */
export function textFault(bytes: string): string {
  let at = 0;
  while (at < bytes.length) {
    const first = bytes.charCodeAt(at);
    if (first === 0) return '1.5.3-2 U+0000 in text';
    const more = followers(first);
    if (more < 0 || at + more >= bytes.length) return '1.5.3-1 text is not UTF-8';
    for (let i = 1; i <= more; i++) {
      const byte = bytes.charCodeAt(at + i);
      if ((byte & 0xc0) !== 0x80) return '1.5.3-1 text is not UTF-8';
      if (i === 1 && !secondFits(first, byte)) return '1.5.3-1 text is not UTF-8';
    }
    at += more + 1;
  }
  return '';
}

/** Make a reader of `body`. Past its end every field is 0 or '', and `fault` says so. */
export function createFields(body: string): Fields {
  let at = 0;
  let wrong = '';

  function blame(what: string): void {
    if (wrong === '') wrong = what;
  }

  function byte(): number {
    if (at < body.length) return body.charCodeAt(at++);
    blame('the packet ends inside a field');
    return 0;
  }

  function word(): number {
    const high = byte();
    return high * 256 + byte();
  }

  function bytes(length: number): string {
    const taken = body.substr(at, length);
    if (taken.length < length) blame('the packet ends inside a field');
    at += taken.length;
    return taken;
  }

  function data(): string {
    return bytes(word());
  }

  function text(): string {
    const taken = data();
    blame(textFault(taken));
    return taken;
  }

  function rest(): string {
    const taken = body.substr(at);
    at = body.length;
    return taken;
  }

  return {
    byte,
    word,
    bytes,
    data,
    text,
    rest,
    left: () => body.length - at,
    blame,
    fault: () => wrong,
  };
}
