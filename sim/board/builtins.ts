// Which builtins Espruino has, as found on the real engine (test/contract probes the same list). Everything else that
// V8 offers is taken out of the context, so that its use fails on the virtual board as it does on the engine.

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Names of the language itself; Espruino's own are in globals.ts. */
export const LANGUAGE_GLOBALS = words(`
  Object Function Array Number parseFloat parseInt Infinity NaN undefined Boolean String Date Promise RegExp Error
  ReferenceError SyntaxError TypeError globalThis JSON Math ArrayBuffer DataView Uint8Array Int8Array Uint16Array
  Int16Array Uint32Array Int32Array Float32Array Float64Array Uint8ClampedArray decodeURIComponent encodeURIComponent
  eval isFinite isNaN`);

export const TYPED_ARRAYS = words(`
  Uint8Array Int8Array Uint16Array Int16Array Uint32Array Int32Array Float32Array Float64Array Uint8ClampedArray`);

/** Functions and constants on the constructors. */
export const STATICS: Readonly<Record<string, readonly string[]>> = {
  Object: words(`assign create defineProperties defineProperty entries fromEntries getOwnPropertyDescriptor
    getOwnPropertyDescriptors getOwnPropertyNames getPrototypeOf keys setPrototypeOf values`),
  Array: words('isArray'),
  Number: words('MAX_VALUE MIN_VALUE NaN NEGATIVE_INFINITY POSITIVE_INFINITY'),
  String: words('fromCharCode'),
  Date: words('now parse'),
  Promise: words('all resolve reject'),
  /** Without it V8 keeps no stack. */
  Error: words('stackTraceLimit'),
  ArrayBuffer: [],
  Math: words(`abs acos asin atan atan2 ceil cos exp floor log max min pow random round sign sin sqrt tan
    E LN10 LN2 LOG10E LOG2E PI SQRT1_2 SQRT2`),
  JSON: words('parse stringify'),
};

/** Methods of the instances. Accessors that V8 itself looks up (flags of a RegExp) stay. */
export const METHODS: Readonly<Record<string, readonly string[]>> = {
  Object: words('constructor hasOwnProperty toString valueOf __proto__'),
  Array:
    words(`constructor concat fill find findIndex pop push reverse shift unshift slice sort splice includes indexOf
    join forEach filter map every some reduce toString`),
  Number: words('constructor toFixed toString valueOf'),
  Boolean: words('constructor toString valueOf'),
  String:
    words(`constructor charAt charCodeAt concat endsWith includes indexOf lastIndexOf match padEnd padStart repeat
    replace replaceAll slice split substr substring startsWith toString trim toLowerCase toUpperCase valueOf`),
  Date: words(`constructor toString toISOString toUTCString getDate setDate getDay getFullYear setFullYear getHours
    setHours getMilliseconds setMilliseconds getMinutes setMinutes getMonth setMonth getSeconds setSeconds getTime
    setTime getTimezoneOffset getUTCDate getUTCDay getUTCFullYear getUTCHours getUTCMilliseconds getUTCMinutes
    getUTCMonth getUTCSeconds valueOf toJSON`),
  Promise: words('constructor then catch'),
  ArrayBuffer: words('constructor byteLength'),
  DataView:
    words(`constructor buffer byteLength byteOffset getInt8 setInt8 getUint8 setUint8 getInt16 setInt16 getUint16
    setUint16 getInt32 setInt32 getUint32 setUint32 getFloat32 setFloat32 getFloat64 setFloat64`),
};

/** Methods that every typed array shares. */
export const TYPED_ARRAY_METHODS = words(`
  constructor buffer byteLength byteOffset length every fill filter find findIndex forEach includes indexOf join map
  reverse reduce set slice some sort subarray toString`);
