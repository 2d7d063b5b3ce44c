// Where the virtual board knowingly differs from the recorded engine, and why. A difference that has gone is an error too.

export const BOARD_DIFFERENCES: Readonly<Record<string, string>> = {
  'differs.limits': 'V8 does not let Number.MAX_SAFE_INTEGER and EPSILON go; the static check refuses them',
  'differs.bytesPerElement': 'V8 does not let BYTES_PER_ELEMENT go; the static check refuses it',
  'differs.numberText': 'numbers become text inside of V8; print and sockets write them as the engine does',
  'differs.toFixed': 'halves are rounded inside of V8',
  'differs.fractionOfDate': 'a Date of V8 holds whole milliseconds',
  'differs.wideChar':
    'characters above 255 keep their upper bits until they leave through a socket or the flash',
  'differs.liveText':
    'E.toString of a whole array is the live memory on the engine; a string of V8 never changes',
  'differs.typedFromText': 'the constructor is that of V8',
  'differs.nullProperty': 'errors that the engine raises by itself have the words, and the class, of V8',
  'differs.undeclared': 'errors that the engine raises by itself have the words of V8',
  'differs.pinType': 'a pin is an object with a number in it',
  'differs.hoisting': 'V8 hoists; the static check refuses what relies on it',
};
