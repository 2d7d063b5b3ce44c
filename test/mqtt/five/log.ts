// docs/mqtt5-log.md: what MQTT 5.0 looks like on the wire, a section each. Everything between the fences is what the client did just now.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { encodeProperties, FOR_CONNECT, FOR_TOPIC } from '../../../src/property-list.ts';
import { PropertyId } from '../../../src/ports/properties.ts';
import { createScene, type Scene } from './scene.ts';

const ROOT = new URL('../../../', import.meta.url);
export const DOCUMENT = fileURLToPath(new URL('docs/mqtt5-log.md', ROOT));
/** What a real Mosquitto wrote of a counter, once. */
const MOSQUITTO = new URL('test/mqtt/five/mosquitto.txt', ROOT);

/** 40 bytes, as topics of telemetry have. */
export const LONG_TOPIC = 'motes/greenhouse-7/outdoor/temperature/c';
/** 32 bytes. */
export const READING = '{"value":21.54,"time":176723456}';
export const SESSION_SEC = 120;

export interface Section {
  readonly title: string;
  readonly text: string;
  play(): Scene;
}

const topicOf = (scene: Scene, name: string, qos: 0 | 1 | 2 = 1) => scene.world.topic(name, qos);

function expiring(scene: Scene, sec: number) {
  const properties = encodeProperties([[PropertyId.MessageExpiry, sec]], FOR_TOPIC);
  return scene.world.client.topic('t/n', 1, false, properties)!;
}

export const alias: Section = {
  title: 'Topic alias',
  text: `The same reading with QoS 1, in 3.1.1 and in 5.0. The broker takes one alias. The second message to a topic makes it, so that a topic that is used once
has none; from then on two bytes stand for the name. Aliases are of one connection: in the outbox there are names.`,
  play() {
    const scene = createScene();
    scene.broker.connack = { topicAliasMaximum: 1 };
    for (const level of [4, 5] as const) {
      scene.powerOn(level);
      scene.connect();
      const topic = topicOf(scene, LONG_TOPIC);
      for (let i = 0; i < (level === 4 ? 1 : 4); i++) {
        scene.pass(1000);
        scene.publish(topic, READING);
      }
      scene.powerOff();
    }
    return scene;
  },
};

export const expiry: Section = {
  title: 'Message expiry',
  text: `Three messages that are of no use after 60 s, taken while there is no connection. Nobody has told the time: the age of each is counted from when it was taken. The first is
given up, and that is told and counted; the others say what is left of their 60 s. What goes out at once says all of it.`,
  play() {
    const scene = createScene();
    scene.powerOn();
    const topic = expiring(scene, 60);
    for (const payload of ['first', 'second', 'third']) {
      scene.note(`the outbox takes "${payload}"`);
      scene.publish(topic, payload);
      scene.pass(25_000);
    }
    scene.connect();
    scene.publish(topic, 'fourth');
    return scene;
  },
};

export const negative: Section = {
  title: 'A PUBACK that says no',
  text: `A reason code of 0x80 and above is an acknowledgement too: the broker does not take the message, and never will. It leaves the outbox, which is told and counted, and what is behind
it goes on.`,
  play() {
    const scene = createScene();
    scene.broker.answer = (payload) =>
      payload === 'two' ? { reasonCode: 0x87, properties: { reasonString: 'not on this topic' } } : 0;
    scene.powerOn();
    scene.connect();
    const topic = topicOf(scene, 't/n');
    for (const payload of ['one', 'two', 'three']) scene.publish(topic, payload);
    scene.powerOff();
    return scene;
  },
};

export const receiveMaximum: Section = {
  title: 'Receive Maximum 1',
  text: `The broker takes one message of QoS 1 and 2 at a time. Three are there when the session begins: each waits for the acknowledgement of the one before. With QoS 2 that is PUBCOMP.`,
  play() {
    const scene = createScene();
    scene.broker.connack = { receiveMaximum: 1 };
    scene.broker.answer = () => undefined;
    scene.powerOn();
    scene.publish(topicOf(scene, 't/n'), 'one');
    scene.publish(topicOf(scene, 't/n', 2), 'two');
    scene.publish(topicOf(scene, 't/n'), 'three');
    scene.connect();
    scene.pass(500);
    scene.say({ cmd: 'puback', messageId: 1 });
    scene.pass(500);
    scene.say({ cmd: 'pubrec', messageId: 2 });
    scene.pass(500);
    scene.say({ cmd: 'puback', messageId: 3 });
    scene.powerOff();
    return scene;
  },
};

export const packetMaximum: Section = {
  title: 'Maximum Packet Size 64',
  text: `The broker takes packets of at most 64 bytes. A message of QoS 1 that is longer leaves the outbox with reason 0x95, "packet too large", and nothing of it is sent; with QoS 0 \`publish\`
says so at once.`,
  play() {
    const scene = createScene();
    scene.broker.connack = { maximumPacketSize: 64 };
    scene.powerOn();
    scene.connect();
    const topic = topicOf(scene, 't/n');
    // First byte, length, name, identifier, and no properties take 10 bytes.
    scene.publish(topic, 'x'.repeat(54));
    scene.publish(topic, 'x'.repeat(55));
    scene.publish(topic, 'after it');
    const code = scene.publish(topicOf(scene, 't/n', 0), 'x'.repeat(57));
    const { needed, available } = scene.world.client.counters();
    scene.note(`publish with QoS 0 returns ${code}: ${needed} bytes, of ${available}`);
    scene.powerOff();
    return scene;
  },
};

export const session: Section = {
  title: 'A session over a reboot, and its end',
  text: `The session is to be kept for ${SESSION_SEC} s after a connection ends. The outbox is in flash. After the first power cut both halves are there: what has no acknowledgement is sent again with DUP, and where PUBREC
had come, PUBREL is next, so that the message is there once. The second power cut takes longer than the session: the broker says that there is none, and what is stored is
published anew, without DUP.`,
  play() {
    const properties = encodeProperties([[PropertyId.SessionExpiry, SESSION_SEC]], FOR_CONNECT)!;
    const scene = createScene({ properties });
    scene.broker.answer = (payload) => (payload === 'two' ? undefined : 0);
    scene.broker.completes = false;
    scene.powerOn();
    scene.connect();
    scene.publish(topicOf(scene, 't/n'), 'one');
    scene.publish(topicOf(scene, 't/n'), 'two');
    scene.publish(topicOf(scene, 't/x', 2), 'three, exactly once');
    scene.pass(1000);
    scene.powerOff();
    scene.wait(30_000);
    scene.broker.answer = () => 0;
    scene.broker.completes = true;
    scene.powerOn();
    scene.connect();
    scene.pass(1000);
    scene.broker.answer = () => undefined;
    scene.publish(topicOf(scene, 't/n'), 'four');
    scene.pass(1000);
    scene.powerOff();
    scene.wait((SESSION_SEC + 1) * 1000);
    scene.broker.answer = () => 0;
    scene.powerOn();
    scene.connect();
    return scene;
  },
};

export const SECTIONS: readonly Section[] = [alias, expiry, negative, receiveMaximum, packetMaximum, session];

const fenced = (lines: readonly string[]) => ['```', ...lines, '```'].join('\n');

/** @returns the document. */
export async function logDocument(): Promise<string> {
  const text = [
    '# MQTT 5.0, packet by packet',
    `What the client says and hears, in virtual time over a flash outbox: \`npm run docs:mqtt5-log\` writes this page, and a test fails when the code does something else. The broker is a small one
of the tests. It and the log read and write with \`mqtt-packet\`. \`>\` is from the client, \`<\` from the broker, \`.\` is something else.`,
    ...SECTIONS.flatMap(({ title, text, play }) => [`## ${title}`, text, fenced(play().lines)]),
    '## What Mosquitto says',
    `Mosquitto 2.0.11 with \`log_type all\`, of \`MQTT_VERSION=5 npm run -s counter\` in a new folder, with a kill of the counter in the middle and a message for it meanwhile. A real
run, kept as it was but for what is said of no will; no test. Reason 16 is "no matching subscribers": nobody was there to read the numbers.`,
    fenced(readFileSync(MOSQUITTO, 'utf8').trimEnd().split('\n')),
  ].join('\n\n');
  return format(text, { ...(await resolveConfig(DOCUMENT)), parser: 'markdown' });
}
