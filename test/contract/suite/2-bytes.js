// Bytes and strings, CRC, print, modules: what firmware uses of E, print, require and Modules.

report('e.toString', E.toString([65, 66, 'cd', { data: 'e', count: 2 }]));
report('e.toString.number', E.toString(300));
report('e.toString.typed', E.toString(new Uint8Array([104, 105])));
report('e.toString.several', E.toString('a', 98, [99]));
report('e.toUint8Array', E.toUint8Array('ab', [1, 2], 3, -1, 256));
report('e.toArrayBuffer', new Uint8Array(E.toArrayBuffer('AZ')));
report(
  'e.toUint8Array.nothing',
  outcome(function () {
    return E.toUint8Array(undefined);
  }),
);
report('e.crc.string', E.CRC32('123456789'));
report('e.crc.typed', E.CRC32(new Uint8Array([1, 2, 3])));
report('e.crc.array', E.CRC32([1, 2, 3]));
report('e.crc.ones', E.CRC32(new Uint8Array([255, 255, 255, 255])));
report('e.errorFlags', JSON.stringify(E.getErrorFlags()));
report('e.hwRand', [typeof E.hwRand(), E.hwRand() % 1 === 0]);
report(
  'e.srand',
  [1, 0x12345, 0x7ffffff, -5].map(function (seed) {
    E.srand(seed);
    return [E.hwRand(), E.hwRand(), E.hwRand(), Math.random().toFixed(6)].join(' ');
  }),
);
report('e.temperature', typeof E.getTemperature());
report('base64', [btoa('abc'), atob('YWJj')]);

report('string.bytes', ['\xff'.length, '\xff'.charCodeAt(0), String.fromCharCode(200).charCodeAt(0)]);
report('string.join', [undefined, null, 1, true].join());
report('string.concat', '' + [1, [2, 3]] + {} + undefined + null + true);

var printed = function (name, value) {
  print('@@print.' + name, value);
};
printed('string', 'plain');
printed('numbers', 5);
printed('negative', -1.5);
printed('fraction', 0.1 + 0.2);
printed('third', 1 / 3);
printed('large', 123456789012);
printed('veryLarge', 1e21);
printed('small', 0.0000001);
printed('fixed', (21.456).toFixed(2));
printed('undefined', undefined);
printed('null', null);
printed('boolean', true);
printed('notANumber', NaN);
printed('infinity', -Infinity);
printed('array', [1, 2.5, true, null]);
printed('empty', []);
printed('object', { a: 1, b: 2 });
printed('emptyObject', {});
printed('typed', new Uint8Array([1, 2, 3]));
printed('typedZero', new Uint8Array(3));
printed('error', new Error('told'));
printed('date', new Date(0));
print('@@print.several', 1, 'two', [3], 4);
print('@@raw print.nested');
print({ a: 1, s: 'x\x01"\n\x7f\x80', u: undefined, n: null, t: true, f: 1.5, g: 2, l: [1, [2, { c: 3 }]] });
print(
  [
    [1, 2],
    ['x', 'y'],
  ],
  { one: { two: { three: 3 } } },
);
print({ a: 1, b: 2, c: 3, d: 4, e: 5, f: 6 });
print('two\nlines');
print('@@cooked');

report('require.twice', require('net') === require('net'));
report(
  'require.unknown',
  outcome(function () {
    return require('nothing-of-this-name');
  }),
);
report(
  'require.number',
  outcome(function () {
    return require(5);
  }).substr(0, 16),
);
Modules.addCached('fromText', 'exports.a=1;exports.b=function(x){return x+exports.a};');
report('modules.text', require('fromText').b(1));
Modules.addCached('fromFunction', function () {
  exports.c = 3;
});
report('modules.function', require('fromFunction').c);
Modules.addCached('whole', 'module.exports=7;');
report('modules.whole', require('whole'));
report(
  'modules.cached',
  Modules.getCached().filter(function (name) {
    return ['net', 'Storage', 'Wifi'].indexOf(name) < 0;
  }),
);
Modules.removeCached('whole');
report(
  'modules.removed',
  outcome(function () {
    return require('whole');
  }),
);
report('process.version', process.version.substr(0, 4));
report(
  'process.env',
  ['VERSION', 'BOARD', 'FLASH', 'STORAGE', 'SERIAL', 'MODULES'].map(function (key) {
    return typeof process.env[key];
  }),
);
report('process.env.board', [process.env.BOARD, process.env.FLASH, process.env.STORAGE]);
report('process.memory', Object.keys(process.memory()));
report(
  'process.memory.types',
  Object.keys(process.memory()).map(function (key) {
    return typeof process.memory()[key];
  }),
);
report('process.memory.quick', Object.keys(process.memory(false)));
report('process.memory.size', [process.memory().total, process.memory().blocksize]);
report('serial', [typeof getSerial(), getSerial().indexOf('-')]);
