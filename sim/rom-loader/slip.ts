// SLIP, the frames of the loader's protocol. Source: RFC 1055.

const END = 0xc0;
const ESCAPE = 0xdb;
const ESCAPED_END = 0xdc;
const ESCAPED_ESCAPE = 0xdd;

/** @returns one frame. */
export function encodeFrame(bytes: Uint8Array): Uint8Array {
  const out = [END];
  for (const byte of bytes) {
    if (byte === END) out.push(ESCAPE, ESCAPED_END);
    else if (byte === ESCAPE) out.push(ESCAPE, ESCAPED_ESCAPE);
    else out.push(byte);
  }
  out.push(END);
  return Uint8Array.from(out);
}

/** @returns a function that takes bytes as they come, and hands over whole frames; what stands between frames goes to `onStray`. */
export function createFrames(
  onFrame: (frame: Uint8Array) => void,
  onStray: (byte: number) => void,
): (bytes: Uint8Array) => void {
  let frame: number[] | undefined;
  let escaping = false;

  function take(byte: number): void {
    if (byte === END) {
      const whole = frame;
      // Two ends in a row: the second one starts.
      frame = whole === undefined || whole.length === 0 ? [] : undefined;
      if (whole !== undefined && whole.length > 0) onFrame(Uint8Array.from(whole));
    } else if (frame === undefined) {
      onStray(byte);
    } else if (escaping) {
      escaping = false;
      frame.push(byte === ESCAPED_END ? END : byte === ESCAPED_ESCAPE ? ESCAPE : byte);
    } else if (byte === ESCAPE) {
      escaping = true;
    } else {
      frame.push(byte);
    }
  }

  return (bytes) => bytes.forEach(take);
}
