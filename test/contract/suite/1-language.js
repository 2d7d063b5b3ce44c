// Builtins, errors, typed arrays and dates: what the context of the virtual board must have and must not have.

var found = function (object, names) {
  return names
    .split(' ')
    .filter(function (name) {
      try {
        return typeof object[name] !== 'undefined';
      } catch {
        // The engine refuses to look for what a string or number does not have.
        return false;
      }
    })
    .join(' ');
};

var foundGlobally = function (names) {
  return names
    .split(' ')
    .filter(function (name) {
      return eval('typeof ' + name) !== 'undefined';
    })
    .join(' ');
};

report(
  'globals.language',
  foundGlobally(
    'Object Function Array Number Boolean String Symbol Date Promise RegExp Error AggregateError EvalError RangeError ' +
      'ReferenceError SyntaxError TypeError URIError JSON Math Intl ArrayBuffer Uint8Array Int8Array Uint16Array ' +
      'Int16Array Uint32Array Int32Array Float32Array Float64Array Uint8ClampedArray BigInt64Array DataView Map Set ' +
      'WeakMap WeakSet WeakRef BigInt Proxy Reflect Atomics SharedArrayBuffer WebAssembly parseInt parseFloat isNaN ' +
      'isFinite decodeURI decodeURIComponent encodeURI encodeURIComponent escape unescape globalThis queueMicrotask ' +
      'setImmediate structuredClone TextEncoder TextDecoder URL Buffer performance fetch',
  ),
);
report(
  'globals.engine',
  foundGlobally(
    'require Modules print console process E setTimeout setInterval clearTimeout clearInterval changeInterval getTime ' +
      'setTime getSerial digitalRead digitalWrite pinMode getPinMode analogRead setWatch clearWatch Pin OneWire I2C1 I2C2 ' +
      'I2C3 SPI1 SPI2 SPI3 Serial1 Serial6 LoopbackA LoopbackB atob btoa HIGH LOW load quit D0 D1 D32 D33 global Wifi ' +
      'ESP32 InternalError',
  ),
);
report(
  'builtins.Object',
  found(
    Object,
    'assign create defineProperties defineProperty entries freeze fromEntries getOwnPropertyDescriptor ' +
      'getOwnPropertyDescriptors getOwnPropertyNames getOwnPropertySymbols getPrototypeOf hasOwn is isExtensible isFrozen ' +
      'isSealed keys preventExtensions seal setPrototypeOf values groupBy',
  ),
);
report('builtins.Array', found(Array, 'isArray from of fromAsync'));
report(
  'builtins.Number',
  found(
    Number,
    'isFinite isInteger isNaN isSafeInteger parseFloat parseInt MAX_VALUE MIN_VALUE NaN NEGATIVE_INFINITY ' +
      'POSITIVE_INFINITY',
  ),
);
report('builtins.String', found(String, 'fromCharCode fromCodePoint raw'));
report('builtins.Date', found(Date, 'now parse UTC'));
report('builtins.Promise', found(Promise, 'all allSettled any race resolve reject withResolvers'));
report('builtins.JSON', found(JSON, 'parse stringify rawJSON'));
report(
  'builtins.Math',
  found(
    Math,
    'abs acos acosh asin asinh atan atanh atan2 cbrt ceil clz32 cos cosh exp expm1 floor fround hypot imul log log1p ' +
      'log10 log2 max min pow random round sign sin sinh sqrt tan tanh trunc E LN10 LN2 LOG10E LOG2E PI SQRT1_2 SQRT2',
  ),
);
report(
  'builtins.object',
  found(
    {},
    'hasOwnProperty isPrototypeOf propertyIsEnumerable toLocaleString toString valueOf on emit removeListener removeAllListeners',
  ),
);
report(
  'builtins.array',
  found(
    [],
    'at concat copyWithin entries every fill filter find findIndex findLast findLastIndex flat flatMap forEach includes ' +
      'indexOf join keys lastIndexOf map pop push reduce reduceRight reverse shift slice some sort splice toLocaleString ' +
      'toReversed toSorted toSpliced toString unshift values with',
  ),
);
report(
  'builtins.string',
  found(
    'text',
    'anchor at big blink bold charAt charCodeAt codePointAt concat endsWith fixed fontcolor includes indexOf isWellFormed ' +
      'italics lastIndexOf link localeCompare match matchAll normalize padEnd padStart repeat replace replaceAll search ' +
      'slice small split startsWith strike sub substr substring sup toLocaleLowerCase toLowerCase toString toUpperCase ' +
      'trim trimEnd trimLeft trimRight trimStart valueOf',
  ),
);
report(
  'builtins.typedArray',
  found(
    new Uint8Array(1),
    'at buffer byteLength byteOffset copyWithin entries every fill filter find findIndex findLast forEach includes indexOf ' +
      'join keys lastIndexOf length map reduce reduceRight reverse set slice some sort subarray toLocaleString toReversed ' +
      'toSorted toString values with',
  ),
);
report('builtins.Uint8Array', found(Uint8Array, 'from of'));
report(
  'builtins.arrayBuffer',
  found(new ArrayBuffer(4), 'byteLength maxByteLength resizable resize slice transfer'),
);
report(
  'builtins.dataView',
  found(
    new DataView(new ArrayBuffer(8)),
    'buffer byteLength byteOffset getBigInt64 getFloat32 getFloat64 getInt8 getInt16 getInt32 getUint8 getUint16 getUint32 ' +
      'setBigUint64 setFloat32 setInt16 setUint32',
  ),
);
report(
  'builtins.date',
  found(
    new Date(0),
    'getDate getDay getFullYear getHours getMilliseconds getMinutes getMonth getSeconds getTime getTimezoneOffset getUTCDate ' +
      'getUTCHours getYear setDate setHours setTime setUTCDate setUTCHours toDateString toISOString toJSON toLocaleString ' +
      'toString toUTCString valueOf',
  ),
);

report(
  'error.text',
  outcome(function () {
    throw new Error('told');
  }),
);
report('error.string', 'told ' + new Error('told'));
report('error.message', new Error('told').message);
report('error.stack', typeof new Error('told').stack);
report('error.instance', [
  new Error('a') instanceof Error,
  new TypeError('a') instanceof Error,
  new TypeError('a') instanceof TypeError,
]);
report('error.type', new TypeError('told'));
var undeclared;
try {
  undeclared = notDeclaredAnywhere;
} catch (error) {
  undeclared = [error instanceof ReferenceError, error instanceof Error];
}
report('error.undeclared', undeclared);
report('error.internal', [typeof InternalError, new InternalError('a') instanceof Error]);

var four = new Uint8Array([1, 2, 300, -1]);
report('typed.wraps', four);
report('typed.json', JSON.stringify(four));
report('typed.slice', [
  four.slice(1, 3),
  four.slice(1, 3) instanceof Uint8Array,
  Array.isArray(four.slice(1, 3)),
]);
report('typed.subarray', four.subarray(1, 3) instanceof Uint8Array);
four.set('abcdefg', 2);
report('typed.setString', four);
four.set([9, 8, 7], 3);
report('typed.setClips', four);
report('typed.fill', new Uint8Array(3).fill(7));
report('typed.overBuffer', new Uint8Array(E.toUint8Array('abc').buffer, 1, 2));

report('date.iso', new Date(0).toISOString());
report('date.text', new Date(0).toString());
report('date.utc', new Date(86400000).toUTCString());
report('date.local', [new Date(3600000).getHours(), new Date(0).getTimezoneOffset()]);
report('date.fields', new Date(2020, 1, 3, 4, 5, 6, 7).getTime());
report('date.parse', [Date.parse('2011-10-20T14:48:00'), Date.parse('2011-10-20T14:48:00Z')]);
report('date.now', [typeof Date.now(), Date.now() > 1600000000000]);

report('math.round', [Math.round(2.5), Math.round(-2.5), Math.round(-0.4), Math.round(1.4)]);
report('regexp.replace', 'a1b22'.replace(/[0-9]+/g, '#'));
report('json.parse', JSON.stringify(JSON.parse('{"a":[1,2,{"b":null}]}')));

// What V8 cannot be made to do. The virtual board's differences are listed, with reasons, in test/contract/differences.ts.
report('differs.limits', [typeof Number.MAX_SAFE_INTEGER, typeof Number.EPSILON]);
report('differs.bytesPerElement', [
  typeof Uint8Array.BYTES_PER_ELEMENT,
  typeof new Uint8Array(1).BYTES_PER_ELEMENT,
]);
report('differs.numberText', 0.1 + 0.2 + '');
report('differs.toFixed', [(0.5).toFixed(0), (-1.5).toFixed(0)]);
report('differs.fractionOfDate', new Date(1.5).getTime());
report('differs.wideChar', '\u20ac'.charCodeAt(0));
report(
  'differs.liveText',
  (function () {
    var bytes = new Uint8Array(32).fill(65);
    var text = E.toString(bytes);
    bytes[0] = 66;
    return text.charAt(0);
  })(),
);
report(
  'differs.typedFromText',
  outcome(function () {
    return new Uint8Array('abc').length;
  }),
);
report(
  'differs.nullProperty',
  outcome(function () {
    return null.property;
  }),
);
report(
  'differs.undeclared',
  outcome(function () {
    return notDeclaredAnywhere;
  }),
);
report('differs.pinType', [typeof D5, '' + D5]);
report(
  'differs.hoisting',
  outcome(function () {
    return later();
    function later() {
      return 'hoisted';
    }
  }),
);
