// Storage and Flash on the engine's own geometry: one fact a line, and what a call throws.

var storage = require('Storage');
var flash = require('Flash');

storage.eraseAll();
report('storage.empty', [storage.list().length, storage.getFree(), JSON.stringify(storage.getStats())]);
report(
  'storage.write',
  outcome(function () {
    return storage.write('one', 'Hello');
  }),
);
report('storage.read', storage.read('one'));
report('storage.read.part', [
  storage.read('one', 1, 3),
  storage.read('one', 3),
  storage.read('one', 9),
  storage.read('one', -1, 2),
]);
report('storage.read.missing', storage.read('missing'));
report('storage.free', storage.getFree());
report('storage.same', [storage.write('one', 'Hello'), storage.getFree()]);
report('storage.replace', [
  storage.write('one', 'Hullo'),
  storage.read('one'),
  storage.getFree(),
  storage.list(),
]);
report('storage.stats', JSON.stringify(storage.getStats()));
report('storage.bytes', [
  storage.write('bytes', new Uint8Array([1, 2, 255])),
  storage.read('bytes').charCodeAt(2),
]);
report('storage.array', [storage.write('array', [65, 66, 67]), storage.read('array')]);
report('storage.object', [storage.write('object', { a: 1 }), storage.read('object')]);
report('storage.json', [storage.writeJSON('json', [1, 'x', null]), JSON.stringify(storage.readJSON('json'))]);
report(
  'storage.json.bad',
  outcome(function () {
    storage.write('bad', '{nonsense');
    return storage.readJSON('bad', true);
  }),
);
report('storage.json.missing', storage.readJSON('missing'));
report('storage.buffer', new Uint8Array(storage.readArrayBuffer('one')));
report('storage.buffer.missing', storage.readArrayBuffer('missing'));
report(
  'storage.zero',
  outcome(function () {
    return storage.write('zero', '');
  }),
);
report(
  'storage.negative',
  outcome(function () {
    return storage.write('one', 'x', -1);
  }),
);
report('storage.reserve', [
  storage.write('space', 'ab', 0, 10),
  JSON.stringify(storage.read('space').length),
]);
report('storage.into', [
  storage.write('space', 'cd', 4),
  storage.read('space').substr(0, 2),
  storage.read('space').charCodeAt(2),
  storage.read('space').substr(4, 2),
]);
report(
  'storage.into.written',
  outcome(function () {
    return storage.write('space', 'cd', 4);
  }),
);
report(
  'storage.into.past',
  outcome(function () {
    return storage.write('space', '12345678', 5);
  }),
);
report(
  'storage.into.missing',
  outcome(function () {
    return storage.write('missing', 'x', 3);
  }),
);
report('storage.into.fresh', [
  storage.write('ff', '', 0, 4),
  storage.write('ff', 'wxyz', 0),
  storage.read('ff'),
]);
report('storage.name.long', [
  storage.write('a-name-of-more-than-28-characters', 'long'),
  storage.read('a-name-of-more-than-28-chara'),
  storage.read('a-name-of-more-than-28-cha'),
]);
report('storage.name.drive', [storage.write('c:drive', 'd'), storage.read('drive')]);
report('storage.list', storage.list().sort());
report('storage.list.pattern', storage.list(/^o/).sort());
report('storage.erase', [storage.erase('one'), storage.read('one'), storage.erase('missing')]);
report('storage.beforeCompact', JSON.stringify(storage.getStats()));
storage.compact();
report('storage.afterCompact', [
  JSON.stringify(storage.getStats()),
  storage.read('object'),
  storage.list().length,
]);
report(
  'storage.full',
  outcome(function () {
    return storage.write('huge', 'x', 0, storage.getFree() + 1);
  }),
);
report('storage.fits', [storage.write('fits', 'x', 0, storage.getFree() - 36), storage.getFree()]);
storage.erase('fits');
report('storage.compactsItself', [
  storage.write('next', 'y', 0, 150000),
  storage.read('next').charAt(0),
  JSON.stringify(storage.getStats()),
]);
storage.eraseAll();

var file = storage.open('log', 'w');
file.write('first line\n');
file.write('second');
file.write(' line\nthird');
report('file.length', storage.open('log', 'r').getLength());
file = storage.open('log', 'r');
report('file.lines', [file.readLine(), file.readLine(), file.readLine(), file.readLine()]);
file = storage.open('log', 'r');
report('file.read', [file.read(5), file.read(3), file.read(100), file.read(1)]);
file = storage.open('log', 'a');
file.write(' line');
file = storage.open('log', 'r');
report('file.append', [file.readLine().length, file.readLine().length, file.readLine()]);
report('file.listed', [
  storage.list(undefined, { sf: true }),
  storage.list(undefined, { sf: false }),
  storage.list().length,
]);
report(
  'file.wrongMode',
  outcome(function () {
    file.write('x');
  }),
);
report(
  'file.badMode',
  outcome(function () {
    storage.open('log', 'x');
  }),
);
var long = '';
for (var i = 0; i < 100; i++) long += 'line number ' + i + ' of the long file\n';
file = storage.open('long', 'w');
for (i = 0; i < long.length; i += 70) file.write(long.substr(i, 70));
file = storage.open('long', 'r');
var copy = '';
for (var line = file.readLine(); line !== undefined; line = file.readLine()) copy += line;
report('file.chunks', [
  copy === long,
  storage.open('long', 'r').getLength(),
  JSON.stringify(storage.getStats()),
]);
storage.open('long', 'r').erase();
report('file.erased', [storage.list().length, storage.open('long', 'r').read(5)]);
storage.eraseAll();

var base = flash.getFree()[0].addr;
report('flash.free', JSON.stringify(flash.getFree()));
report('flash.page', [JSON.stringify(flash.getPage(base + 1500)), flash.getPage(5)]);
// The last pages, far behind what Storage writes.
var at = base + 0x3f000;
flash.erasePage(at);
report('flash.erased', flash.read(4, at));
report('flash.type', flash.read(4, at) instanceof Uint8Array);
report('flash.write', [
  outcome(function () {
    return flash.write(new Uint8Array([1, 2, 3, 4]), at);
  }),
  flash.read(6, at),
]);
flash.write('\x01\xf0', at + 1);
report('flash.clears', flash.read(6, at));
flash.write([7, 7, 7, 7, 7, 7, 7], at + 9);
report('flash.unaligned', flash.read(20, at));
flash.write(new Uint8Array(0), at + 100);
flash.write(new Uint8Array([0]), at + 1023);
flash.write(new Uint8Array([5, 6]), at + 1023);
report('flash.overPages', [flash.read(1, at + 1023), flash.read(1, at + 1024)]);
report('flash.read.none', flash.read(0, at));
report('flash.read.negative', flash.read(-1, at));
report(
  'flash.write.undefined',
  outcome(function () {
    flash.write(undefined, at);
  }),
);
report(
  'flash.erase.text',
  outcome(function () {
    flash.erasePage('x');
  }),
);
report(
  'flash.erase.fraction',
  outcome(function () {
    flash.erasePage(1.5);
  }),
);
flash.erasePage(at + 500);
report('flash.erasePage', [flash.read(12, at), flash.read(1, at + 1024)]);
flash.erasePage(at + 1024);
