// A client between ports in a test's hands, a model broker, and an observer: steps that a random test takes in any order, and
// a quiet end after which nothing may be missing.

import { createManualClock, createManualSocket } from '../../sim/manual.ts';
import type { Bytes } from '../../src/bytes/bytes.ts';
import { createClient, type Client, type ClientOptions } from '../../src/mqtt/client.ts';
import type { Subscription } from '../../src/mqtt/subscriptions.ts';
import { createRamOutbox } from '../../src/outbox/ram.ts';
import { NEVER_MS } from '../../src/ports/clock.ts';
import { Close, Code } from '../../src/ports/codes.ts';
import { SEQUENCE_MAX, type Outbox } from '../../src/ports/outbox.ts';
import type { Topic } from '../../src/ports/packet-writer.ts';
import { SEND_WINDOW, type Connection, type Socket } from '../../src/ports/socket.ts';
import { createBroker } from './broker.ts';
import { bytes, createCuts, spoil, text } from './bytes.ts';
import { fail, numberOf, payloadOf, type Inbound, type Message } from './messages.ts';
import { createObserver } from './observer.ts';
import { publish as publishPacket } from './wire.ts';

export interface Setup {
  /** Time at the start. */
  startMs: number;
  /** Sequence of the first stored message. */
  firstSequence: number;
  places: number;
  cleanSession: boolean;
  keepAliveSec: number;
  receiveMax: number;
  /** What handlers and events of the client do besides, one after another. */
  moods: readonly Mood[];
}

/** calm: nothing. The others are what a program may do inside a handler, or an event; ruin disconnects and throws. */
export type Mood = 'calm' | 'throw' | 'publish' | 'disconnect' | 'connect' | 'abandon' | 'ruin';

/** What a handler throws; anything else that is thrown is a mistake. */
class Mischief extends Error {}

/** What was done, for the log. */
export interface Figures {
  delivered: number;
  received: number;
  connections: number;
  violations: number;
}

/** Largest packet that is sent whole, and what may wait behind one. */
const PACKET_MAX = 1024;
const PAYLOAD_MAX = 1000;
const SIZES = [
  0,
  3,
  10,
  40,
  55,
  90,
  121,
  122,
  123,
  124,
  125,
  126,
  200,
  400,
  519,
  530,
  536,
  700,
  PAYLOAD_MAX,
  1100,
];
const WAITS_MS = [1, 50, 999, 5000, 10000, 15000, 20000, 45000, 60000, 200000, NEVER_MS];
const CONNECT_TIMES = 3;

/** Which topics the broker publishes to; the last one is nobody's. */
const INBOUND_TOPICS = ['a/b', 'w/x', 'w/longer/y', 'big/1', '$share/none', 'toggled', 'u/none'];

/** An outbox whose first sequence is `first`, so that a short test gets over the wrap. */
function shifted(outbox: Outbox<Bytes>, first: number): Outbox<Bytes> {
  const turn = (sequence: number, by: number): number =>
    ((sequence - 1 + by + SEQUENCE_MAX) % SEQUENCE_MAX) + 1;
  const inner = (sequence: number): number => turn(sequence, 1 - first);
  return {
    append(topic, payload) {
      const sequence = outbox.append(topic, payload);
      return sequence < 0 ? sequence : turn(sequence, first - 1);
    },
    peek(sequence, out) {
      const code = outbox.peek(sequence === 0 ? 0 : inner(sequence), out);
      if (code === Code.Ok) out.sequence = turn(out.sequence, first - 1);
      return code;
    },
    receive: (sequence) => outbox.receive(inner(sequence)),
    restart: outbox.restart,
    acknowledge: (sequence) => outbox.acknowledge(inner(sequence)),
    count: outbox.count,
    newest() {
      const newest = outbox.newest();
      return newest === 0 ? 0 : turn(newest, first - 1);
    },
    recall: outbox.recall,
    remember: outbox.remember,
    idle: outbox.idle,
  };
}

export function createRig(setup: Setup) {
  const messages = new Map<number, Message>();
  const bySequence = new Map<number, Message>();
  const clock = createManualClock(setup.startMs);
  const manual = createManualSocket();
  const observer = createObserver(messages);
  const broker = createBroker(
    messages,
    () => observer.streaming,
    setup.cleanSession,
    () => !observer.doubtful,
  );
  const streaming = new Set<Message>();
  let number = 0;
  let unsent = 0;
  /** Written, and not yet with the broker. */
  let wire = '';
  /** The peer is gone, and nobody knows. */
  let dead = false;
  let broken: unknown;
  /** A connection is on its way. */
  let opening = false;
  /** Bytes written, ever. */
  let total = 0;
  let mood = 0;
  let calm = false;
  let depth = 0;
  const clientId = 'mote';
  const figures = { refused: 0, delivered: 0, abandoned: 0, connections: 0 };

  /** The client catches what is thrown here: a rule that it broke is kept for later. */
  function write(chunk: Bytes, connection: Connection<Bytes>): void {
    if (!dead) unsent += chunk.length;
    if (unsent > SEND_WINDOW) broken ??= new Error(`${unsent} bytes unsent`);
    if (!manual.isOpen()) broken ??= new Error('bytes for a connection that is closed');
    const said = text(chunk);
    try {
      // QoS 0 may be tried again where nobody hears it.
      if (!dead || (said.charCodeAt(0) & 0xf6) !== 0x30) observer.written(said);
    } catch (error) {
      broken ??= error;
    }
    // The client cannot know yet that they are lost.
    if (dead) throw new Error('the peer has closed');
    connection.write(chunk);
  }

  const socket: Socket<Bytes> = {
    open(host, port, events) {
      const result = manual.open(host, port, {
        onOpen(connection) {
          events.onOpen({ write: (chunk) => write(chunk, connection) });
        },
        onData(chunk) {
          events.onData(chunk);
          spoil(chunk);
        },
        onDrain: events.onDrain,
        onClose: events.onClose,
      });
      opening = result === Code.Ok;
      return result;
    },
    close() {
      opening = false;
      manual.close();
    },
  };

  const ram = shifted(createRamOutbox(setup.places, PACKET_MAX), setup.firstSequence);
  const outbox: Outbox<Bytes> = {
    ...ram,
    append(topic, payload) {
      const sequence = ram.append(topic, payload);
      if (sequence > 0) {
        const message = messages.get(number)!;
        bySequence.set(sequence, message);
        if (ram.count() > setup.places) fail(`${ram.count()} in ${setup.places} places`);
      }
      return sequence;
    },
    receive(sequence) {
      bySequence.get(sequence)!.received = true;
      return ram.receive(sequence);
    },
    restart() {
      observer.lost();
      return ram.restart();
    },
    acknowledge(sequence) {
      observer.settled(bySequence.get(sequence) ?? fail(`sequence ${sequence} is not there`));
      figures.delivered++;
      return ram.acknowledge(sequence);
    },
  };

  function nextMood(): Mood {
    return calm || setup.moods.length === 0 ? 'calm' : setup.moods[mood++ % setup.moods.length]!;
  }

  /** What a program does inside a call of the client. */
  function act(): void {
    const now = nextMood();
    if (depth > 2) return;
    depth++;
    try {
      if (now === 'publish') publish(mood, mood * 7, mood % 2 === 0);
      if (now === 'disconnect') client.disconnect();
      if (now === 'connect') client.connect('broker', 1883);
      if (now === 'abandon') client.abandon();
    } finally {
      depth--;
    }
    if (now === 'ruin') client.disconnect();
    if (now === 'throw' || now === 'ruin') throw new Mischief();
  }

  /** Events are the owner's own code: it does not throw. */
  function actQuietly(): void {
    try {
      act();
    } catch (error) {
      if (!(error instanceof Mischief)) throw error;
    }
  }

  const options: ClientOptions = {
    clientId,
    keepAliveSec: setup.keepAliveSec,
    cleanSession: setup.cleanSession,
    receiveMax: setup.receiveMax,
  };
  const client: Client = createClient({ socket, clock, outbox }, options, {
    onOpen() {},
    onOnline(present) {
      observer.online();
      broker.established();
      if (present && setup.cleanSession) fail('a session with a clean one');
      actQuietly();
    },
    onOffline(why) {
      if (why === Close.ProtocolError && !observer.tainted) fail('protocol error without one');
      if (client.isOnline()) fail('online and offline');
      actQuietly();
    },
    onReport() {},
  });

  const subscriptions: Subscription[] = [];
  let largeOffset = 0;

  /** A handler was given a whole message. */
  function onMessage(payload: string, topic: string): void {
    if (!observer.tainted) onHandled(inboundOf(payload, topic));
  }

  function inboundOf(payload: string, topic: string): Inbound {
    const message = broker.inbound.get(numberOf(payload) ?? fail('a message without number'));
    if (message === undefined || message.payload !== payload || message.topic !== topic) {
      return fail('a handler got what nobody sent');
    }
    return message;
  }

  function onHandled(message: Inbound): void {
    act();
    message.handled++;
    if (message.qos !== 1 && message.handled > 1) {
      fail(`${message.n} of QoS ${message.qos} was handled twice`);
    }
  }

  let assembled = '';
  function onChunk(chunk: Bytes, offset: number, total: number, topic: Bytes): void {
    if (offset === 0) largeOffset = 0;
    if (offset !== largeOffset) fail(`offset ${offset}, not ${largeOffset}`);
    largeOffset += chunk.length;
    assembled = (offset === 0 ? '' : assembled) + text(chunk);
    if (largeOffset > total) fail('more than there is');
    if (offset + chunk.length === total) onMessage(assembled, text(topic));
  }

  for (const [filter, qos, chunks] of [
    ['a/b', 1, false],
    ['w/+', 2, false],
    ['w/longer/#', 0, false],
    ['big/#', 2, true],
    ['$share/group/$share/none', 1, false],
    ['toggled', 1, false],
  ] as const) {
    const subscription = client.subscription(
      filter,
      qos,
      (payload, topic) => onMessage(text(payload), text(topic)),
      chunks ? onChunk : undefined,
    );
    subscriptions.push(subscription ?? fail(`no subscription to ${filter}`));
  }
  const toggled = subscriptions.at(-1)!;

  const topicNames = ['t/1', 'tele/device/temperature', `long/${'x'.repeat(115)}`];
  const topics: { topic: Topic<Bytes>; name: string; qos: number; retain: boolean }[] = [];
  for (const qos of [0, 1, 2]) {
    for (const name of topicNames) {
      const retain = name.length % 2 === 0;
      topics.push({ topic: client.topic(name, qos, retain)!, name, qos, retain });
    }
  }
  const streams = [0, 1, 2].map((qos) => client.topic(`s/${qos}`, qos)!);

  function note(
    kind: Message['kind'],
    topic: string,
    payload: string,
    qos: number,
    retain: boolean,
  ): Message {
    const message = {
      n: number,
      kind,
      topic,
      payload,
      qos,
      retain,
      id: 0,
      handed: false,
      received: false,
      done: false,
      excused: false,
      taken: 0,
      total: 0,
    };
    messages.set(number, message);
    return message;
  }

  function publish(choice: number, size: number, piecewise: boolean): void {
    const { topic, name, qos, retain } = topics[choice % topics.length]!;
    const n = ++number;
    const payload = payloadOf(n, SIZES[size % SIZES.length]!);
    note(qos === 0 ? 'plain' : 'stored', name, payload, qos, retain);
    let code;
    if (piecewise) {
      client.begin(topic);
      client.integer(n);
      client.text(':');
      client.bytes(bytes(payload.slice(`${n}:`.length)));
      code = client.end();
    } else {
      code = client.publish(topic, bytes(payload));
    }
    // A write to a dead peer is no acceptance.
    if (code > 0) fail(`publish returned ${code}`);
    if (code < 0) {
      figures.refused++;
      // With QoS 0 the client may have tried.
      if (qos > 0 || !dead) messages.delete(n);
    }
    if (payload.length > PACKET_MAX && code !== Code.TooLong && code !== Code.Closed) {
      fail(`${payload.length} bytes: ${code}`);
    }
  }

  function stream(choice: number, size: number): void {
    const qos = choice % 3;
    const n = ++number;
    const payload = payloadOf(n, (size % 2500) + 1);
    const message = note('streamed', `s/${qos}`, payload, qos, false);
    const before = observer.streaming;
    observer.streaming = before === undefined || before.done ? message : before;
    const code = client.stream(streams[qos]!, payload.length, {
      read(offset, max) {
        return bytes(payload.substr(offset, Math.min(max, 1 + ((size * 31 + offset) % max))));
      },
      onEnd(end) {
        streaming.delete(message);
        if (end !== Code.Ok) message.excused = true;
        if (end === Code.Abandoned) figures.abandoned++;
        if (message.qos > 0 && end === Code.Ok) observer.settled(message);
        else message.done = true;
        if (end === Code.Ok && message.qos > 0) figures.delivered++;
        if (end === Code.BadPayload) fail('a good source is a bad one');
        actQuietly();
      },
    });
    if (code === Code.InFlight) {
      if (before !== undefined && !before.done) fail('two streams');
      if (!message.done) streaming.add(message);
      return;
    }
    figures.refused++;
    messages.delete(n);
    observer.streaming = before;
  }

  /** What the client wrote goes on its way; if it closed, that arrives too. */
  function collect(wasOpen: boolean): void {
    if (broken !== undefined) throw broken;
    const written = manual.take();
    total += written.length;
    wire += written;
    if (wasOpen && !manual.isOpen()) {
      // What was handed over leaves before the connection closes.
      arrive(wire.length);
      forgetConnection();
    }
  }

  function forgetConnection(): void {
    broker.gone();
    wire = '';
    unsent = 0;
    dead = false;
  }

  function arrive(count: number): void {
    const now = wire.slice(0, count);
    wire = wire.slice(count);
    broker.arrive(now);
  }

  /** Call the client, or an event of its socket; then do what its owner has to do. */
  function call(run: () => void): void {
    const wasOpen = manual.isOpen();
    run();
    collect(wasOpen);
    tick();
  }

  let wait = NEVER_MS;
  function tick(): void {
    let zeros = 0;
    do {
      const wasOpen = manual.isOpen();
      wait = client.tick(clock.now());
      collect(wasOpen);
      if (!Number.isInteger(wait) || wait < 0 || wait > NEVER_MS) fail(`tick returned ${wait}`);
      if (++zeros > CONNECT_TIMES) fail('tick is due for ever');
    } while (wait === 0);
  }

  function drain(): void {
    if (!manual.isOpen() || unsent === 0 || dead) return;
    unsent = 0;
    arrive(wire.length);
    call(manual.drain);
  }

  /** Give bytes to the client, cut anywhere. */
  function deliver(what: string, pattern: number, hostile: boolean): void {
    const connection = manual.opened.length;
    const next = createCuts(pattern);
    let at = 0;
    while (at < what.length && manual.isOpen() && manual.opened.length === connection && !dead) {
      const size = next();
      const chunk = what.slice(at, at + size);
      observer.fed(chunk, hostile);
      call(() => manual.deliver(chunk));
      at += size;
    }
  }

  /** Deliver some of what the broker has to say. */
  function answer(count: number, pattern: number): void {
    if (dead || !manual.isOpen()) return;
    deliver(broker.replies.splice(0, count).join(''), pattern, false);
  }

  function connect(): void {
    if (!client.isOnline() && !manual.isOpen()) call(() => void client.connect('broker', 1883));
  }

  function accept(): void {
    if (!opening) return;
    opening = false;
    figures.connections++;
    wire = '';
    unsent = 0;
    dead = false;
    observer.open(connectPacket(options));
    call(manual.accept);
  }

  function drop(share: number): void {
    if (!manual.isOpen() && !opening) return;
    opening = false;
    arrive(dead ? 0 : share % (wire.length + 1));
    forgetConnection();
    manual.drop();
    tick();
  }

  function advance(ms: number): void {
    let left = ms;
    for (let i = 0; left > 0 && i < 200; i++) {
      const step = Math.min(left, Math.max(1, wait));
      clock.advance(step);
      left -= step;
      tick();
    }
  }

  function send(choice: number, size: number): void {
    const topic = INBOUND_TOPICS[choice % INBOUND_TOPICS.length]!;
    const n = ++number;
    const payload = payloadOf(n, SIZES[size % SIZES.length]! + (topic === 'big/1' ? size % 1500 : 0));
    const qos = (choice >> 4) % 3;
    const whole = publishPacket({ topic, payload, qos, retain: false, dup: false, id: 1 }).length;
    broker.send({
      n,
      topic,
      payload,
      qos,
      retain: (choice & 1) > 0,
      id: 0,
      state: 'queued',
      handled: 0,
      passedOver:
        topic === 'u/none' || topic === 'toggled' || (topic !== 'big/1' && whole > setup.receiveMax),
    });
  }

  /** An acknowledgement for something that is not in flight, or the same again. */
  function stray(choice: number): void {
    const first = [0x40, 0x50, 0x62, 0x70][choice & 3]!;
    const id = ((choice >> 2) % 65535) + 1;
    const isMine = [...messages.values()].some((message) => message.id === id && !message.done);
    const isTheirs = [...broker.inbound.values()].some(
      (message) => message.id === id && message.state !== 'done',
    );
    if (!isMine && !isTheirs && client.isOnline()) {
      deliver(String.fromCharCode(first, 2, id >> 8, id & 255), choice, false);
    }
  }

  /** PUBREC again for what waits for PUBCOMP. */
  function repeatPubrec(choice: number): void {
    const held = [...messages.values()].filter((m) => m.qos === 2 && m.received && !m.done);
    const message = held[choice % Math.max(1, held.length)];
    if (message !== undefined && client.isOnline()) {
      broker.replies.push(String.fromCharCode(0x50, 2, message.id >> 8, message.id & 255));
    }
  }

  function progress(pattern: number): void {
    connect();
    accept();
    drain();
    answer(broker.replies.length, pattern);
    drain();
  }

  /** Everything goes well from here on: nothing accepted may be missing, and nothing is there twice. */
  function settle(): void {
    calm = true;
    broker.nextCode = 0;
    if (dead || observer.tainted) drop(0);
    const isQuiet = (): boolean =>
      client.isOnline() &&
      outbox.count() === 0 &&
      streaming.size === 0 &&
      [...broker.inbound.values()].every(({ state }) => state === 'done') &&
      subscriptions.every(({ granted }) => granted >= 0 || subscriptions.at(-1)!.granted < 0);
    for (let round = 0; !isQuiet(); round++) {
      if (round > 1000) fail(`not quiet: ${describe()}`);
      const before = total;
      progress(round * 3);
      advance(1);
      // A message that was left to the next connection waits for it.
      if (client.isOnline() && total === before) drop(0);
    }
    drain();
    check();
  }

  function describe(): string {
    const open = [...broker.inbound.values()].filter(({ state }) => state !== 'done');
    return `online ${client.isOnline()}, ${outbox.count()} stored, ${streaming.size} streamed, from the broker ${open
      .map(({ n, qos, state }) => `${n}/${qos}/${state}`)
      .join(' ')}, ${subscriptions.map(({ granted }) => granted).join(' ')}`;
  }

  function check(): void {
    for (const { n, qos, excused, total, done } of messages.values()) {
      if (qos > 0 && total === 0 && !excused) fail(`${n} of QoS ${qos} is lost`);
      if (qos > 0 && !done) fail(`${n} is not done`);
    }
    const counters = client.counters();
    if (counters.refused !== figures.refused) fail(`refused: ${counters.refused}, not ${figures.refused}`);
    // What was given up may have been acknowledged all the same.
    const more = counters.delivered - figures.delivered;
    if (more < 0 || more > figures.abandoned) {
      fail(`delivered: ${counters.delivered}, not ${figures.delivered}`);
    }
  }

  return {
    client,
    call,
    publish: (choice: number, size: number) => call(() => publish(choice, size, choice % 7 === 0)),
    stream: (choice: number, size: number) => call(() => stream(choice, size)),
    connect,
    accept,
    drain,
    arrive: (share: number) => arrive(share % (wire.length + 1)),
    answer: (count: number, pattern: number) => answer(1 + (count % 5), pattern),
    progress,
    drop,
    die() {
      dead = manual.isOpen();
    },
    disconnect: () => call(() => client.disconnect()),
    advance: (choice: number) => advance(WAITS_MS[choice % WAITS_MS.length]!),
    /** Time passes, and the loop is busy with something else. */
    late: (choice: number) => clock.advance(choice % 90000),
    send,
    repeat: (choice: number) => void broker.repeat(choice),
    stray,
    repeatPubrec,
    swap() {
      const [first, second] = broker.replies;
      const isAck = (reply: string | undefined) => reply !== undefined && /^[\x40\x50\x70]/.test(reply);
      if (isAck(first) && isAck(second)) broker.replies.splice(0, 2, second!, first!);
    },
    toggle(choice: number) {
      call(() => void (choice % 2 === 0 ? client.subscribe(toggled) : client.unsubscribe(toggled)));
    },
    abandon: () => call(() => client.abandon()),
    lose: () => {
      if (!broker.isConnected) broker.forget();
    },
    refuse(choice: number) {
      broker.nextCode = 1 + (choice % 5);
    },
    grant(choice: number) {
      broker.nextGrant = [0, 1, 2, 128][choice % 4];
    },
    hostile(what: string, pattern: number) {
      if (manual.isOpen() && !dead) deliver(what, pattern, true);
    },
    settle,
    figures(): Figures {
      const { delivered, received, violations } = client.counters();
      return { delivered, received, violations, connections: figures.connections };
    },
  };
}

export type Rig = ReturnType<typeof createRig>;

/** CONNECT as these options ask for it. */
function connectPacket({ clientId, keepAliveSec, cleanSession }: ClientOptions): string {
  const word = (value: number) => String.fromCharCode(value >> 8, value & 255);
  const body = `\0\x04MQTT\x04${cleanSession ? '\x02' : '\0'}${word(keepAliveSec)}${word(clientId.length)}${clientId}`;
  return `\x10${String.fromCharCode(body.length)}${body}`;
}
