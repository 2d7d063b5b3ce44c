// The module "tls" of the virtual board: what the real engine shows of a TLS connection, and what it does without memory.
import { describe, expect, it } from 'vitest';
import { espruinoLinux } from '../../../boards/espruino-linux.ts';
import { jerryscript } from '../../../boards/jerryscript.ts';
import { createRig, run } from './rig.ts';

const linux = { data: espruinoLinux };
const CLIENT = `
  try {
    var socket = require("tls").connect({ host: "broker", port: 8883 });
    socket.on("connect", function () { print("connect"); socket.write("hello"); });
    socket.on("data", function (d) { print("data " + d); });
    socket.on("error", function (e) { print("error " + e.code); });
    socket.on("end", function () { print("end"); });
    socket.on("close", function (e) { print("close " + e); });
  } catch (e) { print("" + e); }
`;

describe('TLS on the virtual board', () => {
  it('carries bytes, and takes the end of the other side for an error, as the engine does', () => {
    const { board, world, network, lines } = createRig(CLIENT, linux);
    network.listen('broker', 8883, (peer) => {
      peer.onData((bytes) => {
        peer.write(bytes.toUpperCase());
        peer.end();
      });
    });
    board.powerOn();
    world.run(1000);
    expect(lines).toEqual(['connect', 'data HELLO', 'error -30848', 'end', 'close true']);
  });

  it('throws without the memory for it', () => {
    const { board, network, lines } = createRig(CLIENT, linux);
    network.listen('broker', 8883, () => undefined);
    board.bench.memory.freeBytes = 39000;
    board.powerOn();
    expect(lines).toEqual(['InternalError: HTTPS init failed! mbedtls_ssl_setup: Not enough memory']);
  });

  it('says what is free where the engine of that board says it', () => {
    const code = 'var m = process.memory(false); print(m.free, m.tx.free_heap, m.tx.largest_block);';
    const withMemory = (data: Parameters<typeof run>[2] & object) => {
      const rig = createRig(code, data);
      Object.assign(rig.board.bench.memory, { freeBytes: 28000, largestBlock: 9000 });
      rig.board.powerOn();
      return rig.lines;
    };
    expect(withMemory(linux)).toEqual(['2000 undefined undefined']);
    expect(withMemory({})).toEqual(['NaN 28000 9000']);
    expect(run(code, 1, linux).lines).toEqual(['NaN undefined undefined']);
  });

  it('is not there on a board without it', () => {
    const none = { ...espruinoLinux, capabilities: { ...espruinoLinux.capabilities, tls: undefined } };
    expect(run(CLIENT, 1, { data: none }).lines).toEqual(['Error: Module "tls" not found']);
    expect(jerryscript.capabilities.tls).toBeUndefined();
  });
});

describe('SHA-256 on the virtual board', () => {
  it('is the one of FIPS 180-4, over bytes', () => {
    const { lines } = run(`
      var f = require("crypto").SHA256;
      print(btoa(E.toString(f("abc"))), f("abc") instanceof ArrayBuffer, btoa(E.toString(f("\\xff\\0\\x80"))));
    `);
    expect(lines).toEqual([
      'ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0= true 7xkrevVOlD8garJwdewYBThMlyyZWfxYIPH6fVJo/O8=',
    ]);
  });
});
