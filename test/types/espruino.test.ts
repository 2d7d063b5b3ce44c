// The types of Espruino as somebody uses them who uses nothing else of Mote: ordinary code passes, wrong code does not, and Mote's own
// ports pass with them in the place of what they are written with.
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { writeFirmware } from '../flash/build/fixture.ts';

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES5,
  ignoreDeprecations: '6.0',
  lib: ['lib.es5.d.ts'],
  types: [],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  moduleDetection: ts.ModuleDetectionKind.Legacy,
  strict: true,
  noEmit: true,
  noEmitHelpers: true,
  allowImportingTsExtensions: true,
  skipLibCheck: false,
};
const TYPES = resolve('types/espruino.d.ts');
const ORDINARY = resolve('test/types/good/ordinary.ts');

/** @returns what the compiler says of these files: name, line and message. */
function complaints(files: readonly string[], options: ts.CompilerOptions = {}): string[] {
  const program = ts.createProgram({ rootNames: files, options: { ...OPTIONS, ...options } });
  return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const line = file === undefined ? 0 : file.getLineAndCharacterOfPosition(start ?? 0).line + 1;
    const name = file?.fileName.split('/').at(-1) ?? '';
    return `${name}:${line} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
}

describe('the types of Espruino', () => {
  it('take ordinary code, 60 lines and more of it, with ES5 alone', () => {
    const lines = readFileSync(ORDINARY, 'utf8')
      .split('\n')
      .filter((line) => /^\s*[^\s/]/.test(line));
    expect(lines.length).toBeGreaterThan(60);
    expect(complaints([TYPES, ORDINARY])).toEqual([]);
  });

  it('go along with the library of ES2015 and later, too', () => {
    expect(complaints([TYPES, ORDINARY], { lib: ['lib.es2022.d.ts'] })).toEqual([]);
  });

  it.each(['Bundler', 'NodeNext'] as const)('are found by their name in the package: %s', (way) => {
    const folder = writeFirmware({ 'main.ts': readFileSync(ORDINARY, 'utf8') });
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(resolve('.'), join(folder, 'node_modules', 'mote-sdk'));
    const options = {
      types: ['mote-sdk/types/espruino'],
      moduleResolution: ts.ModuleResolutionKind[way],
      module: way === 'NodeNext' ? ts.ModuleKind.NodeNext : ts.ModuleKind.ESNext,
      configFilePath: join(folder, 'tsconfig.json'),
    };
    expect(complaints([join(folder, 'main.ts')], options)).toEqual([]);
  });

  it('refuse wrong code, line by line', () => {
    const wrong = [
      'I2C1.setup({ sda: D21, clock: D22 });',
      'I2C1.setup({ bitrate: "fast" });',
      'I2C1.readFrom(0x48);',
      'SPI1.setup({ sck: D14, order: "MSB" });',
      'Serial1.setup(9600, { receive: D16 });',
      'Serial1.on("message", function () {});',
      'setWatch(function () {}, D0, { edge: "up" });',
      'setWatch(function () {}, D0, { repeats: true });',
      'setWatch(function () {});',
      'pinMode(D0, "pullup");',
      'digitalWrite(D0);',
      'digitalWrite("D0", 1);',
      'analogWrite(D25, 0.5, { frequency: 100 });',
      'D2.high();',
      'setInterval(function () {});',
      'setTimeout(function (name: string) { print(name); }, 10, 5);',
      'require("Wifi").connect("ssid", { pass: "secret" });',
      'require("Wifi").connect({ ssid: "a" });',
      'require("Wifi").setConfig({ powersave: "on" });',
      'require("net").connect("host", 80);',
      'require("http").get({ hostname: "a" }, function () {});',
      'require("Storage").open("log", "r+");',
      'require("Storage").read(5);',
      'require("Flash").erasePage();',
      'E.enableWatchdog();',
      'E.getTemprature();',
      'ESP32.deepSleep();',
      'ESP32.setAtten(D34, 500);',
      'new OneWire();',
      'new Waveform();',
      'process.memory().used;',
      'window.alert("");',
      'fetch("http://a");',
    ];
    const folder = writeFirmware({ 'wrong.ts': wrong.join('\n') });
    const lines = complaints([TYPES, join(folder, 'wrong.ts')]).map((text) =>
      Number(/:(\d+)/.exec(text)?.[1]),
    );
    const passed = wrong.filter((_line, at) => !lines.includes(at + 1));
    expect(passed).toEqual([]);
  });

  it('hold for all that the ports of Mote touch', () => {
    const ports = readdirSync('src/ports/espruino')
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
      .map((name) => resolve('src/ports/espruino', name));
    expect(ports.length).toBeGreaterThan(10);
    expect(complaints([TYPES, resolve('types/espruino/ports.d.ts'), ...ports])).toEqual([]);
  });
});
