import { expect, it } from 'vitest';
import { espruinoLinux } from '../../../boards/espruino-linux.ts';
import type { Board } from '../../../sim/board/board.ts';
import { createBoard } from '../../../sim/board/board.ts';
import { compileBundle } from '../../../sim/board/bundle.ts';
import { createVirtualWorld } from '../../../sim/board/world.ts';
import { createNetwork } from '../../../sim/network/network.ts';

const COUNT = 1000;
const ROUNDS = 10;

it('runs a thousand boards on one listener in virtual time', () => {
  const bundle = compileBundle(`
    (function () {
      var name = getSerial();
      var round = 0;
      var socket = require("net").connect({ host: "broker", port: 1883 });
      var storage = require("Storage");
      socket.on("data", function (answer) {
        if (answer !== name + ":" + round) throw new Error("not mine: " + answer);
        storage.writeJSON("round", round);
      });
      setInterval(function () { socket.write(name + ":" + ++round); }, 1000 + Math.random() * 100);
    })();
  `);
  const network = createNetwork({ delayMs: [1, 50] });
  const world = createVirtualWorld({ seed: 7, network });
  let messages = 0;
  network.listen('broker', 1883, (peer) =>
    peer.onData((bytes) => {
      messages++;
      peer.write(bytes);
    }),
  );
  const errors: unknown[] = [];
  const boards: Board[] = [];
  for (let i = 0; i < COUNT; i++) {
    const options = { bundle, world, board: espruinoLinux, onConsole: (line: string) => errors.push(line) };
    boards.push(createBoard({ ...options, onError: (error) => errors.push(error) }));
  }
  for (const board of boards) board.powerOn();
  world.run(1200 * ROUNDS);
  expect(errors).toEqual([]);
  expect(bundle.leakedGlobals()).toEqual([]);
  expect(messages).toBeGreaterThanOrEqual(COUNT * ROUNDS);
  expect(network.count()).toBe(COUNT);
  for (const board of boards) expect(board.counters.packetsIn).toBeGreaterThanOrEqual(ROUNDS);
  for (const board of boards) board.powerOff();
  world.run(1000);
  expect(network.count()).toBe(0);
  expect(world.isIdle()).toBe(true);
});
