/* global Module, hwFlashWritePtr, hwFlashRead, jsHandleIO */
// Behaves as the script of Espruino's emulator does: a module with `ccall`, a console fed by characters, flash outside. Lines are
// evaluated as soon as their end is typed. Where a script of its own comes first, it says how it starts.
(function () {
  const out = [];
  let line = '';
  const stored = {};
  const scope = globalThis;
  const put = (text) => out.push(...text);
  // The first line wipes the prompt away.
  let wipe = '\r\x1b[J';
  scope.print = (...words) => {
    put(`${wipe}${words.join(' ')}\r\n`);
    wipe = '';
  };
  scope.echo = () => {};
  scope.process = { memory: () => ({ free: 15, usage: 10, total: 25, blocksize: 14 }) };
  scope.setInterval = (run) => run();
  scope.program = (address, bytes) => {
    Module.HEAPU8.set(bytes);
    hwFlashWritePtr(address, 0, bytes.length);
  };
  scope.peek = (address) => hwFlashRead(address);
  scope.busy = () => jsHandleIO();
  scope.require = () => ({
    write: (name, text, offset) => (stored[name] = (offset === 0 ? '' : stored[name]) + text),
    read: (name) => stored[name],
  });
  Module.HEAPU8 = new Uint8Array(8192);
  const calls = {
    jsInit: () => put(' ____ \r\n 2v29 (c)\r\n>'),
    jsIdle: () => 20,
    jshGetDeviceToTransmit: () => (out.length > 0 ? 21 : 0),
    jshGetCharToTransmit: () => out.shift().charCodeAt(0),
    jshPushIOCharEvent: (device, code) => {
      if (code !== 10) {
        if (code !== 16) line += String.fromCharCode(code);
        return;
      }
      const source = line;
      line = '';
      try {
        (0, eval)(source);
      } catch (error) {
        if (String(error) === 'abort') throw error;
        put(`Uncaught ${error}\r\n`);
      }
    },
  };
  Module.ccall = (name, result, types, values) => calls[name](...values);
  Promise.resolve().then(() => Module.onRuntimeInitialized());
})();
