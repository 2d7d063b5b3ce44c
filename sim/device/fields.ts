// Reads the fields of an MQTT packet's body (MQTT 3.1.1 section 1.5) and remembers whether they were what the
// standard allows. ES5 subset: runs on the host and in engines.

export interface Fields {
  byte(): number;
  /** Two bytes, high byte first. */
  word(): number;
  /** Bytes behind their two-byte length. */
  data(): string;
  /** As `data`, for text: must be well-formed UTF-8 without U+0000. */
  text(): string;
  /** All bytes that are left. */
  rest(): string;
  left(): number;
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

  function data(): string {
    const length = word();
    const bytes = body.substr(at, length);
    if (bytes.length < length) blame('the packet ends inside a field');
    at += bytes.length;
    return bytes;
  }

  function text(): string {
    const bytes = data();
    const what = textFault(bytes);
    if (what !== '') blame(what);
    return bytes;
  }

  function rest(): string {
    const bytes = body.substr(at);
    at = body.length;
    return bytes;
  }

  return { byte, word, data, text, rest, left: () => body.length - at, fault: () => wrong };
}
