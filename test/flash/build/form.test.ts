// The two forms of bytes, picked by the build: one firmware, strings or Uint8Arrays in its bundle.

import { expect, it } from 'vitest';
import { build } from '../../../flash/build/build.ts';
import { PACKAGE_ROOT } from '../../../flash/build/firmware.ts';
import { runBundle, writeFirmware } from './fixture.ts';

/** A client over a socket that answers CONNECT and keeps what is written; both forms turn bytes into text and back. */
const MAIN = `import { constant, toText, type Bytes } from '${PACKAGE_ROOT}/src/bytes/bytes.ts';
import { createClient } from '${PACKAGE_ROOT}/src/mqtt/client.ts';
import { createRamOutbox } from '${PACKAGE_ROOT}/src/outbox/ram.ts';
import type { SocketEvents } from '${PACKAGE_ROOT}/src/ports/socket.ts';
declare function say(value: unknown): void;

let events: SocketEvents<Bytes> | null = null;
let written = '';
const socket = {
  open(_host: string, _port: number, owner: SocketEvents<Bytes>) {
    events = owner;
    return 0;
  },
  close() {},
};
function write(bytes: Bytes) {
  written += toText(bytes, 0, bytes.length);
}
function nothing() {}
const client = createClient(
  { socket, clock: { now: () => 0, wall: nothing }, outbox: createRamOutbox(4, 64) },
  { clientId: 'm', keepAliveSec: 30, cleanSession: true, receiveMax: 128 },
  { onOpen: nothing, onOnline: nothing, onOffline: nothing, onReport: nothing },
);
client.subscription('#', 1, function (payload, topic) {
  say(toText(topic, 0, topic.length) + '=' + toText(payload, 0, payload.length));
});
const topic = client.topic('a/b', 1);
client.connect('broker', 1883);
events!.onOpen({ write });
events!.onDrain();
events!.onData(constant('\\x20\\x02\\x00\\x00'));
events!.onDrain();
written = '';
say(client.publish(topic, constant('hello')));
say(written);
events!.onData(constant('\\x40\\x02\\x00\\x01\\x32\\x08\\x00\\x01t\\x00\\x07abc'));
say(client.counters().delivered);
say(written.substr(written.length - 4));
`;

const SAID = [0, '\x32\x0c\x00\x03a/b\x00\x01hello', 't=abc', 1, '\x40\x02\x00\x07'];

it.each(['string', 'array'] as const)('a firmware with the client runs in the %s form', async (form) => {
  const firmware = writeFirmware({ 'main.ts': MAIN });
  for (const minify of [false, true]) {
    const { code } = await build({ firmware, form, minify, board: 'jerryscript' });
    expect(runBundle(code).said).toEqual(SAID);
    expect(code.includes('Uint8Array')).toBe(form === 'array');
  }
});
