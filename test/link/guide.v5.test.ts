// What a link does when a broker says to use another server, and why sessions and logins end in MQTT 5.0.

import { describe, expect, it } from 'vitest';
import { toText } from '../../src/bytes/bytes.ts';
import { prepareReference } from '../../src/link/guide.ts';
import { Close, Code, Event, Server } from '../../src/ports/codes.ts';
import { PropertyId } from '../../src/ports/properties.ts';
import { createLinkWorld, type Setup } from './five.ts';

const ANOTHER = 0x9c;
const MOVED = 0x9d;

function following(setup: Setup = {}) {
  const world = createLinkWorld({ followServer: true, ...setup });
  return {
    ...world,
    /** CONNACK that sends on to `to`. */
    send: (reason: number, to?: string) =>
      world.answer(5, reason, to === undefined ? {} : { serverReference: to }),
    /** DISCONNECT that sends on to `to`. */
    dismiss: (reason: number, to: string) =>
      world.say({ cmd: 'disconnect', reasonCode: reason, properties: { serverReference: to } }),
    online(): string {
      const spoken = world.next();
      world.answer(5);
      return spoken.replace(/ 5$/, '');
    },
    servers: () => world.details(Event.ServerNamed),
  };
}

describe('a server reference', () => {
  const read = (text: string) => {
    const place = { host: '', port: 0 };
    return prepareReference(text, 1883, place) ? `${place.host} ${place.port}` : undefined;
  };

  it.each([
    ['other', 'other 1883'],
    ['other.example:8883', 'other.example 8883'],
    ['10.0.0.7:1', '10.0.0.7 1'],
    ['a_b-c.local:65535', 'a_b-c.local 65535'],
    ['[fe80::1]', 'fe80::1 1883'],
    ['[::ffff:10.0.0.7]:8883', '::ffff:10.0.0.7 8883'],
  ])('%s is read', (text, place) => expect(read(text)).toBe(place));

  it.each([
    '',
    ':1883',
    'host:',
    'host:0',
    'host:65536',
    'host:000001',
    'host:1e3',
    'host: 5',
    'host:-1',
    'host:1:2',
    'fe80::1',
    '[fe80::1',
    'fe80::1]',
    '[]',
    '[]:1',
    '[host]:1',
    '[fe80::1]1883',
    '[fe80::1]:',
    '[fe80::g]',
    'mqtt://host',
    'mqtts://host:8883',
    'host/path',
    'user@host',
    'ho st',
    'h\u00f6st',
    'host\n',
  ])('%j is none', (text) => expect(read(text)).toBeUndefined());
});

describe('use another server', () => {
  it('is followed at once, and for one session only', () => {
    const world = following();
    world.next();
    world.send(ANOTHER, 'other:1884');
    expect(world.causes()).toEqual([Close.UseAnotherServer]);
    expect(world.servers()).toEqual([Server.Once]);
    expect(world.isAtOnce()).toBe(true);
    world.socket.accept();
    world.answer(5);
    expect(world.socket.opened.at(-1)).toBe('other:1884');
    expect(world.link.client.isOnline()).toBe(true);
    world.socket.drop();
    expect(world.online()).toBe('broker:1883');
  });

  it.each(['not there', 'closed', 'drained'])('is over where it is %s', (how) => {
    const world = following();
    world.next();
    world.send(ANOTHER, 'other:1884');
    if (how === 'not there') {
      world.socket.openResult = Code.Refused;
      world.pass(2);
      world.socket.openResult = 0;
      expect(world.socket.opened[1]).toBe('other:1884');
    } else if (how === 'closed') {
      expect(world.next()).toBe('other:1884 5');
      world.socket.drop();
    } else {
      expect(world.online()).toBe('other:1884');
      world.link.drain(0);
      world.pass(1000);
      world.link.start();
    }
    expect(world.online()).toBe('broker:1883');
  });

  it('comes after the usual wait where a session ends with it', () => {
    const world = following();
    world.online();
    world.dismiss(ANOTHER, 'other');
    expect(world.isAtOnce()).toBe(false);
    expect(world.online()).toBe('other:1883');
  });

  it('is followed from there, too, without a session', () => {
    const world = following();
    world.next();
    world.send(ANOTHER, 'other');
    expect(world.next()).toBe('other:1883 5');
    world.send(ANOTHER, 'third');
    expect(world.isAtOnce()).toBe(true);
    expect(world.socket.opened.at(-1)).toBe('third:1883');
  });

  it('goes to the first of a list that can be read', () => {
    const world = following();
    world.next();
    world.send(ANOTHER, 'mqtt://a [::1]:7 other');
    expect(world.next()).toBe('::1:7 5');
  });

  it.each([undefined, 'mqtt://other', 'other:0'])('is only said where it names %s', (reference) => {
    const world = following();
    world.next();
    world.send(ANOTHER, reference);
    expect(world.servers()).toEqual([Server.Unreadable]);
    expect(world.isAtOnce()).toBe(false);
    expect(world.online()).toBe('broker:1883');
  });

  it('is not of another connection', () => {
    const world = following();
    world.next();
    world.answer(5, 0x88, { serverReference: 'other' });
    world.next();
    world.send(ANOTHER);
    expect(world.servers()).toEqual([Server.Unreadable]);
  });
});

describe('server moved', () => {
  it('is followed as long as the board runs', () => {
    const world = following();
    world.next();
    world.send(MOVED, 'new:1884');
    expect(world.servers()).toEqual([Server.Moved]);
    for (let i = 0; i < 4; i++) {
      expect(world.online()).toBe('new:1884');
      world.socket.drop();
    }
    // One session elsewhere ends it: the old one knows where it has moved.
    world.online();
    world.dismiss(ANOTHER, 'other');
    expect(world.online()).toBe('other:1883');
    world.socket.drop();
    expect(world.online()).toBe('broker:1883');
  });

  it('asks the old one in turn where it does not answer, and the fallbacks', () => {
    const world = following({ fallbacks: [{ host: 'second', port: 1 }] });
    world.next();
    world.send(MOVED, 'new');
    const opened = () => world.next().replace(/ 5$/, '');
    const seen: string[] = [];
    for (let i = 0; i < 5; i++) {
      seen.push(opened());
      world.socket.drop();
    }
    expect(seen).toEqual(['new:1883', 'second:1', 'broker:1883', 'second:1', 'new:1883']);
  });

  it('is said by a fallback, too', () => {
    const world = following({ fallbacks: [{ host: 'second', port: 1 }] });
    world.next();
    world.socket.drop();
    expect(world.next()).toBe('second:1 5');
    world.send(MOVED, 'new');
    expect(world.isAtOnce()).toBe(true);
    expect(world.socket.opened.at(-1)).toBe('new:1883');
  });

  it('is forgotten where the firmware goes elsewhere', () => {
    const world = following();
    world.next();
    world.send(MOVED, 'new');
    world.online();
    world.link.move({ host: 'told', port: 9 }, false);
    expect(world.online()).toBe('told:9');
  });
});

describe('two servers that send to each other', () => {
  it.each([ANOTHER, MOVED])('are left after three hops, until the next wait (%i)', (reason) => {
    const world = following();
    const seen: string[] = [];
    for (let i = 0; i < 12; i++) {
      const opened = world.next().split(':')[0]!;
      seen.push(opened);
      world.send(reason, opened === 'broker' ? 'other' : 'broker');
    }
    const round = ['broker', 'other', 'broker', 'other'];
    expect(seen).toEqual([...round, ...round, ...round]);
    const { Once, Moved, Circle } = { Once: Server.Once, Moved: Server.Moved, Circle: Server.Circle };
    const said = reason === MOVED ? Moved : Once;
    expect(world.servers().slice(0, 8)).toEqual([said, said, said, Circle, said, said, said, Circle]);
    // Each round has a wait, and waits grow as after every failure.
    expect(world.details(Event.NextTry).filter((ms) => ms > 300)).toHaveLength(3);
  });

  it('that end each session at once are left, too', () => {
    const world = following();
    for (let i = 0; i < 4; i++) {
      const opened = world.online();
      world.dismiss(MOVED, opened.startsWith('broker') ? 'other' : 'broker');
    }
    expect(world.servers().at(-1)).toBe(Server.Circle);
    expect(world.details(Event.NextTry).every((ms) => ms > 300)).toBe(true);
  });

  it('are followed again once a session has lasted', () => {
    const world = following();
    for (let i = 0; i < 5; i++) {
      const opened = world.online();
      world.pass(61_000);
      world.dismiss(MOVED, opened.startsWith('broker') ? 'other' : 'broker');
    }
    expect(world.servers()).toEqual(Array(5).fill(Server.Moved));
  });
});

it('follows nobody where the firmware does not say so, and says what the broker said', () => {
  const said: string[] = [];
  const world = createLinkWorld({
    onProperty: (first, id, value) => said.push(`${first} ${id} ${toText(value, 0, value.length)}`),
  });
  world.next();
  world.answer(5, MOVED, { serverReference: 'other', reasonString: 'gone' });
  expect(world.causes()).toEqual([Close.ServerMoved]);
  expect(said.sort()).toEqual([
    `${0x20} ${PropertyId.ServerReference} other`,
    `${0x20} ${PropertyId.ReasonString} gone`,
  ]);
  expect(world.isAtOnce()).toBe(false);
  expect(world.next()).toBe('broker:1883 5');
});

it.each([
  [0x84, Close.BadVersion],
  [0x85, Close.BadIdentifier],
  [0x86, Close.BadLogin],
  [0x87, Close.NotAuthorized],
  [0x88, Close.ServerUnavailable],
  [0x80, Close.Unspecified],
  [0x8a, Close.Banned],
  [0x97, Close.QuotaExceeded],
  [0x9f, Close.ConnectionRate],
])('names a login refused with reason code %i', (reason, close) => {
  const world = createLinkWorld();
  world.next();
  world.answer(5, reason);
  expect(world.causes()).toEqual([close]);
});

it.each([
  [0, Close.Disconnected],
  [0x8b, Close.ShuttingDown],
  [0x8e, Close.TakenOver],
  [0x97, Close.QuotaExceeded],
  [0x98, Close.Administrative],
  [0x9c, Close.UseAnotherServer],
])('names a session ended with reason code %i', (reason, close) => {
  const world = createLinkWorld();
  world.next();
  world.answer(5);
  world.say({ cmd: 'disconnect', reasonCode: reason });
  expect(world.causes()).toEqual([close]);
});

it('says of a session that was taken over again and again what it is, whatever waits', () => {
  const world = createLinkWorld();
  const topic = world.link.client.topic('t', 1)!;
  world.link.client.begin(topic);
  world.link.client.text('1');
  expect(world.link.client.end()).toBe(Code.Ok);
  for (let i = 0; i < 5; i++) {
    world.next();
    world.answer(5);
    world.say({ cmd: 'disconnect', reasonCode: 0x8e });
  }
  expect(world.causes()).toEqual(Array(5).fill(Close.TakenOver));
});
