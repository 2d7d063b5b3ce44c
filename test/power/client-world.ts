// A client from power-on to the loss of power, over flash, a socket and a broker that are in a test's hands. What it does is
// written into a story.

import { createManualClock, createManualSocket } from '../../sim/manual.ts';
import type { SeededRandom } from '../../sim/network/random.ts';
import type { Nor } from '../../sim/nor.ts';
import { constant, toText, wordAt, type Bytes } from '../../src/bytes/bytes.ts';
import { createClient, IN_FLIGHT_MAX, type Client } from '../../src/mqtt/client.ts';
import type { FlashOutbox } from '../../src/outbox/flash.ts';
import { Code } from '../../src/ports/codes.ts';
import { ack, connack, PUBREC, suback } from '../mqtt/wire.ts';
import { createBench, type Operation, type Region } from './bench.ts';
import {
  INBOX_TOPIC,
  nextPublish,
  OPEN_KEYS,
  nextRelease,
  noteForgotten,
  noteKept,
  noteSeen,
  restartInbox,
} from './client-inbox.ts';
import {
  connectStory,
  copyStory,
  handPacket,
  noteAnswers,
  split,
  takePacket,
  type Answer,
  type Story,
} from './client-story.ts';

export interface WorldOptions {
  readonly region: Region;
  /** Each message is over before the next one is published. */
  readonly isSerial: boolean;
  /** The client subscribes, and the broker publishes to it. */
  readonly isSubscribed: boolean;
  /** Ours, unless a test has another one. */
  readonly create?: typeof createClient;
}

/** @returns messages of QoS 1 that may come again on a connection: those that were in flight. */
export function repeatedMax({ isSerial }: WorldOptions): number {
  return isSerial ? 1 : IN_FLIGHT_MAX;
}

export interface World {
  readonly region: Region;
  readonly story: Story;
  readonly outbox: FlashOutbox;
  readonly client: Client;
  /** A connection up to CONNACK. @param isLost the broker has forgotten the session. */
  connect(isLost: boolean): void;
  /** The connection breaks; what is on its way arrives up to some packet. */
  drop(): void;
  /** @returns whether it was taken. */
  publish(payload: string, qos: number): boolean;
  /** All that is on its way arrives. */
  flush(): void;
  /** The broker gives some of the answers that it owes, in one chunk. */
  answer(answers: readonly Answer[]): void;
  /** The broker sends messages that are due, and PUBRELs, as far as there are any, in one chunk. */
  send(publishes: number, releases: number): void;
  /** The broker answers SUBSCRIBEs. */
  grant(): void;
  /** PUBRELs that the broker has sent again: the client may know nothing of their messages. */
  releasedAgain(): number;
  /** Do what can be done now. */
  tick(): void;
}

/** What is left beside the flash when the power goes away. */
export interface Remains {
  readonly story: Story;
  readonly sent: readonly string[];
}

/** Hears of each program and erase, before it happens. @param remains gives what a cut at this instant leaves. */
export type OnOperation = (operation: Operation, remains: () => Remains) => void;

const CLIENT = { clientId: 'mote', keepAliveSec: 60, cleanSession: false, receiveMax: 256 };
const EVENTS = { onOpen() {}, onOnline() {}, onOffline() {}, onReport() {} };

const readWords = (bytes: Bytes) =>
  Array.from({ length: bytes.length / 2 }, (_, i) => wordAt(bytes, 2 * i)).filter((word) => word > 0);

/**
 * Power on. Throws when the client does what it must not.
 * @param random of what arrives when a connection breaks.
 */
export function createWorld(
  nor: Nor,
  story: Story,
  options: WorldOptions,
  random: SeededRandom,
  onOperation: OnOperation,
): World {
  const { region, create = createClient } = options;
  const bench = createBench(nor, region);
  const { outbox } = bench;
  const socket = createManualSocket();
  const clock = createManualClock();
  /** Packets on their way to the broker, and the beginning of one. */
  let sent: string[] = [];
  let rest = '';

  /** The socket holds something that has not left. */
  let isFull = false;
  let releasedAgain = 0;
  const inbox = story.inbox;

  /** What was found to be wrong inside of the client, which takes an error of a handler for the handler's own. */
  let wrong: unknown;
  const note = (act: () => void) => {
    try {
      act();
    } catch (error) {
      wrong ??= error;
    }
  };

  /** Look at what the client has handed over. */
  const collect = () => {
    if (wrong !== undefined) throw wrong as Error;
    const written = socket.take();
    const found = split(rest + written);
    rest = found.rest;
    for (const packet of found.packets) handPacket(story, packet);
    sent.push(...found.packets);
    isFull = isFull || written.length > 0;
  };
  const arrive = (count: number) => {
    for (const packet of sent.slice(0, count)) takePacket(story, packet, repeatedMax(options));
    sent = sent.slice(count);
  };

  story.life++;
  const remains = () => {
    note(collect);
    return { story: copyStory(story), sent: [...sent] };
  };
  bench.before = (operation) => onOperation(operation, remains);
  const code = outbox.open(story.life);
  if (code !== Code.Ok) throw new Error(`open: ${code}`);
  restartInbox(
    inbox,
    OPEN_KEYS.flatMap((key) => readWords(outbox.recall(key))),
  );
  /** Sees what is kept of messages from the broker. */
  const kept: FlashOutbox = {
    ...outbox,
    remember(key, value) {
      const code = outbox.remember(key, value);
      if (OPEN_KEYS.includes(key)) noteKept(inbox, key, code === Code.Ok);
      return code;
    },
  };
  const client = create({ socket, clock, outbox: kept }, CLIENT, EVENTS);
  if (options.isSubscribed) {
    client.subscription(INBOX_TOPIC, 2, (payload) => {
      note(() => noteSeen(inbox, toText(payload, 0, payload.length)));
    });
  }
  const topics = [client.topic('t/zero', 0), client.topic('t/one', 1), client.topic('t/two', 2)];

  const world: World = {
    region,
    story,
    outbox,
    client,
    connect(isLost) {
      const isPresent = connectStory(story, isLost);
      if (client.connect('broker', 1883) !== Code.Ok) throw new Error('connect');
      socket.accept();
      world.flush();
      releasedAgain += inbox.releases.length;
      inbox.isRefused = false;
      socket.deliver(connack(0, isPresent ? 1 : 0));
      if (!isPresent) noteForgotten(inbox);
      if (!client.isOnline()) throw new Error('not online');
      collect();
    },
    drop() {
      collect();
      arrive(random.integer(0, sent.length));
      sent = [];
      rest = '';
      isFull = false;
      socket.drop();
    },
    publish(payload, qos) {
      story.publishing = { payload, qos };
      const result = client.publish(topics[qos]!, constant(payload));
      story.publishing = undefined;
      if (result === Code.Ok) {
        story.accepted.push({ payload, qos, life: story.life });
        story.order.push(payload);
      } else if (result !== Code.Full) {
        throw new Error(`publish: ${result}`);
      }
      collect();
      return result === Code.Ok;
    },
    flush() {
      for (collect(); isFull; collect()) {
        isFull = false;
        socket.drain();
      }
      arrive(sent.length);
    },
    answer(answers) {
      story.due = story.due.filter((one) => !answers.includes(one));
      for (const { first, id } of answers) if (first !== PUBREC) story.inFlight.delete(id);
      story.telling = [...answers];
      socket.deliver(answers.map(({ first, id }) => ack(first, id)).join(''));
      story.telling = [];
      noteAnswers(story, answers);
      if (!client.isOnline()) throw new Error('the client closes the connection');
      collect();
    },
    send(publishes, releases) {
      let chunk = '';
      for (let i = 0; i < publishes; i++) chunk += nextPublish(inbox) ?? '';
      for (let i = 0; i < releases; i++) chunk += nextRelease(inbox) ?? '';
      if (chunk.length === 0) return;
      socket.deliver(chunk);
      // Its power did not go away in between.
      inbox.unkept = undefined;
      collect();
      if (!client.isOnline()) throw new Error('the client closes the connection');
    },
    grant() {
      for (const id of inbox.asked.splice(0)) socket.deliver(suback(id, 2));
      collect();
    },
    releasedAgain: () => releasedAgain,
    tick() {
      inbox.isRefused = false;
      client.tick(clock.now());
      noteForgotten(inbox);
      collect();
    },
  };
  return world;
}
