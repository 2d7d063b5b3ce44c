// Enhanced authentication: what is said before CONNACK and while it is done again, and what a broker must not say. The broker's packets are in
// the words of mqtt-packet.

import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { toText, type Bytes } from '../../../src/bytes/bytes.ts';
import type { Authentication } from '../../../src/mqtt/authentication.ts';
import { encodeProperties, FOR_CONNECT } from '../../../src/property-list.ts';
import { Close, Code } from '../../../src/ports/codes.ts';
import { PropertyId } from '../../../src/ports/properties.ts';
import { createHmac } from '../../../src/signing/hmac.ts';
import { bytes, text } from '../../mqtt/client.ts';
import { connack, createWorld5, fromBroker, read } from '../../mqtt/five/world.ts';

const CONTINUE = 0x18;
const AGAIN = 0x19;

interface Method extends Authentication {
  /** What the broker said; what it said last in brackets. */
  readonly heard: string[];
  /** What is answered; undefined: it throws. */
  answer: string | null | undefined;
  data: string;
}

function createMethod(name = 'SHAKE'): Method {
  const method: Method = {
    method: name,
    heard: [],
    answer: 'answer',
    data: 'first',
    first: () => method.data,
    authenticate(data: Bytes, isLast: boolean) {
      method.heard.push(isLast ? `(${text(data)})` : text(data));
      if (method.answer === undefined) throw new Error('as it is');
      return method.answer === null ? null : bytes(method.answer);
    },
  };
  return method;
}

const auth = (reasonCode: number, data?: string, method: string | undefined = 'SHAKE') =>
  fromBroker({
    cmd: 'auth',
    reasonCode,
    properties: {
      ...(method !== undefined && { authenticationMethod: method }),
      ...(data !== undefined && { authenticationData: Buffer.from(data) }),
    },
  });
const welcome = (data?: string) =>
  connack({
    authenticationMethod: 'SHAKE',
    ...(data !== undefined && { authenticationData: Buffer.from(data) }),
  });

/** @returns a line of an AUTH, CONNECT or DISCONNECT: reason, method, data. */
function line(packet: object): string {
  const { cmd, reasonCode, properties } = packet as {
    cmd: string;
    reasonCode?: number;
    properties?: { authenticationMethod?: string; authenticationData?: Buffer };
  };
  const { authenticationMethod: method, authenticationData: data } = properties ?? {};
  return [cmd, reasonCode?.toString(16), method, data?.toString('latin1')].filter(Boolean).join(' ');
}

function create(more: Partial<Parameters<typeof createWorld5>[0]> = {}, method = createMethod()) {
  const world = createWorld5({ authentication: method, ...more });
  return {
    ...world,
    method,
    /** Up to CONNECT. */
    begin: () => line(world.open()),
    online() {
      world.open();
      world.socket.deliver(welcome());
      world.sent();
      method.heard.length = world.said.length = 0;
    },
    lines: () => world.sent().map(line),
  };
}

const ended = (why: number) => `offline ${why} 0`;
const ENDS = [ended(Close.ProtocolError)];

describe('before CONNACK', () => {
  it('goes to and fro, and says nothing else [MQTT-3.1.2-30] [MQTT-4.12.0-3] [MQTT-4.12.0-5] [MQTT-3.15.2-1]', () => {
    const world = create();
    const topic = world.topic('t', 1);
    world.subscribe('in', 1);
    world.publish(topic, 'waits');
    expect(world.begin()).toBe('connect SHAKE first');
    for (const data of ['one', 'two', 'three']) {
      world.method.answer = `to ${data}`;
      world.publish(topic, data);
      expect(world.publish(world.topic('z'), 'now or never')).toBe(Code.Closed);
      world.pass(2000);
      world.socket.deliver(auth(CONTINUE, data));
      expect(world.lines()).toEqual([`auth 18 SHAKE to ${data}`]);
    }
    expect(world.client.isOnline()).toBe(false);
    world.socket.deliver(welcome('done'));
    expect(world.client.isOnline()).toBe(true);
    expect(world.method.heard).toEqual(['one', 'two', 'three', '(done)']);
    expect(world.lines().slice(0, 3)).toEqual(['subscribe', 'publish', 'publish']);
    expect(world.said).toEqual(['open', 'online false']);
  });

  it('writes flags of 0, and nothing but method and data [MQTT-3.15.1-1] [MQTT-3.15.2-2] [MQTT-3.15.2-3]', () => {
    const world = create({}, createMethod('M'));
    world.method.answer = 'a';
    world.begin();
    world.socket.deliver(auth(CONTINUE, 'x', 'M'));
    expect(world.bytesSent()).toBe('\xf0\x0a\x18\x08\x15\x00\x01M\x16\x00\x01a');
  });

  it('needs no data, first or later', () => {
    const world = create();
    world.method.data = world.method.answer = '';
    expect(world.begin()).toBe('connect SHAKE');
    world.socket.deliver(auth(CONTINUE));
    expect(world.lines()).toEqual(['auth 18 SHAKE']);
    expect(world.method.heard).toEqual(['']);
  });

  it.each([
    ['says no', null],
    ['throws', undefined],
  ])('goes where the method %s', (_how, answer) => {
    const world = create();
    world.begin();
    world.method.answer = answer;
    world.socket.deliver(auth(CONTINUE, 'x'));
    expect(read(world.socket.take()).map(line)).toEqual(['disconnect 80']);
    expect(world.said).toEqual(['open', ended(0x87)]);
    expect(world.client.counters().violations).toBe(0);
  });

  it('goes where the method does not believe CONNACK', () => {
    const world = create();
    world.begin();
    world.method.answer = null;
    world.socket.deliver(welcome('forged'));
    expect(read(world.socket.take()).map(line)).toEqual(['disconnect 80']);
    expect(world.said).toEqual(['open', ended(0x87)]);
  });

  it('goes where the answer is too long for any packet', () => {
    for (const size of [1100, 66000]) {
      const world = create();
      world.begin();
      world.method.answer = 'x'.repeat(size);
      world.socket.deliver(auth(CONTINUE, 'x'));
      expect(read(world.socket.take()).map(line)).toEqual(['disconnect 80']);
    }
  });

  it('sends a long answer piece by piece, and nothing between', () => {
    const world = create();
    world.method.answer = 'x'.repeat(900);
    world.begin();
    world.socket.deliver(auth(CONTINUE, 'x'));
    expect(world.lines()).toEqual([`auth 18 SHAKE ${'x'.repeat(900)}`]);
    world.socket.deliver(welcome());
    expect(world.client.isOnline()).toBe(true);
  });

  it('waits with an answer until CONNECT has left', () => {
    const world = create();
    world.client.connect('broker', 1883);
    world.socket.accept();
    world.socket.take();
    world.socket.deliver(auth(CONTINUE, 'x'));
    expect(world.socket.take()).toBe('');
    world.socket.drain();
    expect(read(world.socket.take()).map(line)).toEqual(['auth 18 SHAKE answer']);
    // And for that to leave, before it says anything else.
    world.socket.deliver(welcome());
    expect(world.publish(world.topic('t'), 'x')).toBe(Code.Busy);
    world.socket.drain();
    expect(world.publish(world.topic('t'), 'x')).toBe(Code.Ok);
  });

  it('ends when it takes longer than a CONNACK may', () => {
    const world = create();
    world.begin();
    for (let i = 0; i < 9; i++) {
      world.pass(1000);
      world.socket.deliver(auth(CONTINUE, 'x'));
      world.sent();
    }
    expect(world.said).toEqual(['open']);
    world.pass(1000);
    expect(world.said).toEqual(['open', ended(Close.ConnackTimeout)]);
  });

  it('may be refused', () => {
    const world = create();
    world.begin();
    world.socket.deliver(auth(CONTINUE, 'x'));
    world.socket.deliver(connack({ reasonString: 'no' }, 0x8c));
    expect(world.said).toEqual(['open', `offline ${Close.Refused} 140`]);
  });

  it('is held to no limit of a former connection', () => {
    const world = create();
    world.open();
    world.socket.deliver(connack({ authenticationMethod: 'SHAKE', maximumPacketSize: 20 }));
    world.socket.drop();
    world.begin();
    world.method.answer = 'x'.repeat(20);
    world.socket.deliver(auth(CONTINUE, 'x'));
    expect(world.lines()).toEqual([`auth 18 SHAKE ${world.method.answer}`]);
  });

  it('begins with new data on each connection', () => {
    const world = create();
    expect(world.begin()).toBe('connect SHAKE first');
    world.method.data = 'second';
    world.socket.drop();
    expect(world.begin()).toBe('connect SHAKE second');
  });
});

describe('ends with a protocol error, DISCONNECT first, where the broker', () => {
  it.each([
    ['goes on with another method [MQTT-4.12.0-5]', () => auth(CONTINUE, 'x', 'OTHER'), '82'],
    ['goes on with a method of the same length [MQTT-4.12.0-5]', () => auth(CONTINUE, 'x', 'SHAKX'), '82'],
    ['goes on without a method [MQTT-4.12.0-5]', () => '\xf0\x02\x18\x00', '82'],
    ['is content before CONNACK', () => auth(0, 'x'), '82'],
    ['is content before CONNACK, in no words', () => '\xf0\x00', '82'],
    ['authenticates again', () => auth(AGAIN, 'x'), '82'],
    ['has another reason [MQTT-3.15.2-1]', () => '\xf0\x0a\x87\x08\x15\x00\x05SHAKE', '82'],
    ['has flags in AUTH [MQTT-3.15.1-1]', () => `\xf1${auth(CONTINUE, 'x').slice(1)}`, '81'],
    ['has a property in AUTH that is of another packet', () => '\xf0\x05\x18\x03\x21\x00\x01', '81'],
    ['has bytes behind AUTH', () => '\xf0\x0b\x18\x08\x15\x00\x05SHAKEx', '81'],
    ['has a method twice', () => '\xf0\x12\x18\x10\x15\x00\x05SHAKE\x15\x00\x05SHAKE', '82'],
    ['takes us in with another method [MQTT-4.12.0-5]', () => connack({ authenticationMethod: 'X' }), '82'],
    ['takes us in without one [MQTT-4.12.0-5]', () => connack(), '82'],
  ])('%s', (_what, packet, reason) => {
    const world = create();
    world.begin();
    world.socket.deliver(packet());
    expect(read(world.socket.take()).map(line)).toEqual([`disconnect ${reason}`]);
    expect(world.said).toEqual(['open', ...ENDS]);
    expect(world.client.counters().violations).toBe(1);
  });

  it('goes on before it can have our answer', () => {
    const world = create();
    world.begin();
    world.socket.deliver(auth(CONTINUE, 'x'));
    world.socket.deliver(auth(CONTINUE, 'x'));
    world.socket.deliver(auth(CONTINUE, 'x'));
    expect(world.said).toEqual(['open', ...ENDS]);
  });

  it.each([
    ['before CONNACK', false],
    ['later', true],
  ])('sends AUTH to who named no method, %s [MQTT-4.12.0-7]', (_when, isOnline) => {
    const world = createWorld5();
    if (isOnline) world.online();
    else world.open();
    world.sent();
    world.socket.deliver(auth(CONTINUE, 'x'));
    expect(read(world.socket.take()).map(line)).toEqual(['disconnect 82']);
    expect(world.said.at(-1)).toBe(ENDS[0]);
  });

  it('names a method to who named none [MQTT-4.12.0-7]', () => {
    const world = createWorld5();
    world.open();
    world.socket.deliver(connack({ authenticationMethod: 'SHAKE' }));
    expect(world.said).toEqual(['open', ...ENDS]);
  });

  it.each([
    ['goes on unasked', () => auth(CONTINUE, 'x')],
    ['is content unasked', () => auth(0)],
    ['is content unasked, in no words [MQTT-4.12.0-5]', () => '\xf0\x00'],
  ])('%s', (_what, packet) => {
    const world = create();
    world.online();
    world.socket.deliver(packet());
    expect(read(world.socket.take()).map(line)).toEqual(['disconnect 82']);
    expect(world.said).toEqual(ENDS);
  });
});

describe('again', () => {
  it('keeps the method, beside all else [MQTT-4.12.1-1] [MQTT-4.12.0-3] [MQTT-4.12.0-5] [MQTT-3.15.2-1]', () => {
    const world = create();
    world.online();
    world.method.data = 'anew';
    expect(world.client.reauthenticate!()).toBe(Code.Ok);
    expect(world.client.reauthenticate!()).toBe(Code.Busy);
    expect(world.lines()).toEqual(['auth 19 SHAKE anew']);
    world.socket.deliver(auth(CONTINUE, 'one'));
    expect(world.lines()).toEqual(['auth 18 SHAKE answer']);
    expect(world.publish(world.topic('t'), 'x')).toBe(Code.Ok);
    expect(world.lines()).toEqual(['publish']);
    world.socket.deliver(auth(0, 'done'));
    expect(world.method.heard).toEqual(['one', '(done)']);
    world.pass(20_000);
    expect(world.said).toEqual([]);
    expect(world.client.reauthenticate!()).toBe(Code.Ok);
    world.sent();
    world.socket.deliver(auth(0));
    expect(world.method.heard).toEqual(['one', '(done)', '()']);
    expect(world.said).toEqual([]);
  });

  it('waits for room, and comes before what waits longer', () => {
    const world = create();
    world.online();
    const topic = world.topic('t', 1);
    world.publish(topic, 'x'.repeat(500));
    world.method.data = 'y'.repeat(500);
    expect(world.client.reauthenticate!()).toBe(Code.Ok);
    world.publish(topic, 'z');
    expect(world.lines()).toEqual(['publish', `auth 19 SHAKE ${'y'.repeat(500)}`, 'publish']);
    world.socket.deliver(auth(CONTINUE, 'x'));
    expect(world.lines()).toEqual(['auth 18 SHAKE answer']);
  });

  it.each([
    ['says no', (world: ReturnType<typeof create>) => (world.method.answer = null), CONTINUE],
    ['does not believe the end', (world: ReturnType<typeof create>) => (world.method.answer = null), 0],
  ])('ends the connection where the method %s [MQTT-4.12.1-2]', (_how, prepare, reason) => {
    const world = create();
    world.online();
    world.client.reauthenticate!();
    world.sent();
    prepare(world);
    world.socket.deliver(auth(reason, 'x'));
    expect(read(world.socket.take()).map(line)).toEqual(['disconnect 80']);
    expect(world.said).toEqual([ended(0x87)]);
  });

  it('ends the connection where the broker says no [MQTT-4.12.1-2]', () => {
    const world = create();
    world.online();
    world.client.reauthenticate!();
    world.sent();
    world.deliver({ cmd: 'disconnect', reasonCode: 0x87 });
    expect(world.said).toEqual(['offline 135 135']);
    expect(world.socket.isOpen()).toBe(false);
  });

  it('ends the connection where the broker has another method [MQTT-4.12.1-1]', () => {
    const world = create();
    world.online();
    world.client.reauthenticate!();
    world.sent();
    world.socket.deliver(auth(CONTINUE, 'x', 'OTHER'));
    expect(read(world.socket.take()).map(line)).toEqual(['disconnect 82']);
  });

  it('ends the connection when it takes too long', () => {
    const world = create();
    world.online();
    world.client.reauthenticate!();
    world.sent();
    world.pass(9999);
    expect(world.said).toEqual([]);
    world.pass(1);
    expect(world.said).toEqual([ended(Close.ConnackTimeout)]);
  });

  it('needs a session and a method [MQTT-4.12.0-7]', () => {
    const world = create();
    expect(world.client.reauthenticate!()).toBe(Code.Closed);
    world.begin();
    expect(world.client.reauthenticate!()).toBe(Code.Closed);
    const other = createWorld5();
    other.online();
    expect(other.client.reauthenticate!()).toBe(Code.Closed);
    expect(other.bytesSent()).toBe('');
  });

  it('says nothing that is too long for the broker, or for any packet', () => {
    const world = create();
    world.open();
    world.socket.deliver(connack({ authenticationMethod: 'SHAKE', maximumPacketSize: 30 }));
    world.sent();
    for (const size of [30, 1100, 66000]) {
      world.method.data = 'x'.repeat(size);
      expect(world.client.reauthenticate!()).toBe(Code.BadPayload);
    }
    world.method.data = 'x';
    world.method.answer = 'x'.repeat(30);
    expect(world.client.reauthenticate!()).toBe(Code.Ok);
    expect(world.lines()).toEqual(['auth 19 SHAKE x']);
    world.socket.deliver(auth(CONTINUE, 'x'));
    expect(read(world.socket.take()).map(line)).toEqual(['disconnect 80']);
    expect(world.said.at(-1)).toBe(ended(0x87));
  });
});

it('refuses a method and data that cannot be sent', () => {
  for (const name of ['', '\xff', 'x'.repeat(66000)]) {
    expect(create({}, createMethod(name)).client.connect('b', 1)).toBe(Code.BadPayload);
  }
  const world = create();
  for (const size of [1100, 66000]) {
    world.method.data = 'x'.repeat(size);
    expect(world.client.connect('b', 1)).toBe(Code.BadPayload);
  }
});

it('is not to be had among the properties of CONNECT', () => {
  expect(encodeProperties([[PropertyId.AuthMethod, 'M']], FOR_CONNECT)).toBeNull();
  expect(encodeProperties([[PropertyId.AuthData, 'x']], FOR_CONNECT)).toBeNull();
});

it('is not given up for a broker that speaks 3.1.1 only', () => {
  const world = create({ level: 4 });
  expect(world.begin()).toBe('connect SHAKE first');
});

/**
 * A challenge as SCRAM's (RFC 5802), in words of our own: each side proves that it has the key, over both sides' random words. The proofs are
 * not the same text, or whoever sends ours back would be believed.
 */
function createScram(key: string, nonce: string, sha256: (bytes: Bytes) => Bytes) {
  const base64 = (data: Bytes) => Buffer.from(toText(data, 0, data.length), 'latin1').toString('base64');
  const hmac = createHmac({ sha256, base64 }, key, 256);
  const proof = (side: string, all: string) => hmac.of(bytes(`${side},${all}`));
  let all = '';
  const client: Authentication = {
    method: 'PROOF-SHA-256',
    first: () => nonce,
    authenticate(data, isLast) {
      if (isLast) return hmac.isSame(text(data), proof('broker', all)) ? data : null;
      // Another's random word, and behind ours.
      if (!text(data).startsWith(nonce) || data.length === nonce.length) return null;
      all = text(data);
      return bytes(proof('client', all));
    },
  };
  return { client, proof };
}

describe('a challenge with an HMAC', () => {
  const sha256 = (data: Bytes) =>
    bytes(
      createHash('sha256')
        .update(Buffer.from(toText(data, 0, data.length), 'latin1'))
        .digest()
        .toString('latin1'),
    );
  const key = 'a key of sixteen bytes and more';
  const method = 'PROOF-SHA-256';

  function challenge() {
    const { client, proof } = createScram(key, 'nonce-of-ours', sha256);
    const world = createWorld5({ authentication: client });
    expect(line(world.open())).toBe(`connect ${method} nonce-of-ours`);
    world.socket.deliver(auth(CONTINUE, 'nonce-of-ours-and-theirs', method));
    expect(world.sent().map(line)).toEqual([
      `auth 18 ${method} ${proof('client', 'nonce-of-ours-and-theirs')}`,
    ]);
    const say = (data: string) =>
      world.socket.deliver(connack({ authenticationMethod: method, authenticationData: Buffer.from(data) }));
    return { world, proof, say };
  }

  it('lets both in who have the key', () => {
    const { world, proof, say } = challenge();
    say(proof('broker', 'nonce-of-ours-and-theirs'));
    expect(world.client.isOnline()).toBe(true);
  });

  it('lets nobody be the broker who has not', () => {
    for (const forge of [
      (proof: (side: string, all: string) => string) => proof('client', 'nonce-of-ours-and-theirs'),
      (proof: (side: string, all: string) => string) => proof('broker', 'of-another-time'),
      () => '',
    ]) {
      const { world, proof, say } = challenge();
      say(forge(proof));
      expect(world.client.isOnline()).toBe(false);
      expect(world.said).toEqual(['open', ended(0x87)]);
    }
  });
});
