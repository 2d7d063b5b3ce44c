// Home Assistant finds a mote by itself: one retained message for each channel, and an empty one for each that is no more.
// Source: https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery

import type { TextSink, Topic } from '../../ports/packet-writer.ts';
import { createAnnouncer } from './announcer.ts';
import type { CreateDiscovery } from './discovery.ts';
import { prepareDevice, prepareEntities, prepareId, writeEntity } from './entity.ts';
import type { HomeAssistantOptions } from './entity.ts';

/** More channels than this do not go away at once; the next session finds the others. */
const GONE_MAX = 16;

export function createHomeAssistant(options: HomeAssistantOptions = {}): CreateDiscovery {
  return function (ports, mote) {
    const writer = ports.writer;
    const entities = prepareEntities(mote);
    const device = prepareDevice(mote, options);
    const prefix = options.prefix === undefined ? 'homeassistant' : options.prefix;
    const node = prepareId(mote.id);
    const names: string[] = [];
    const topics: Topic[] = [];
    /** What the broker still has of channels that are no more. */
    const gone: Topic[] = [];
    let said = 0;

    for (let i = 0; i < entities.length; i++) {
      const entity = entities[i];
      const name = prefix + '/' + entity.component + '/' + node + '/' + entity.objectId + '/config';
      const topic = writer.topic(name, 0, true);
      if (topic === null) return null;
      names.push(name);
      topics.push(topic);
    }

    function write(sink: TextSink, index: number): void {
      sink.text('{');
      writeEntity(sink, mote, entities[index]);
      sink.text(',');
      sink.text(device);
      sink.text('}');
    }

    function sayEntity(index: number): number {
      writer.begin(topics[index]);
      write(writer, index);
      return writer.end();
    }

    function describe(sink: TextSink): void {
      for (let i = 0; i < names.length; i++) {
        sink.text(names[i]);
        write(sink, i);
      }
    }

    function sayGone(topic: Topic): number {
      writer.begin(topic);
      const code = writer.end();
      if (code >= 0) said++;
      return code;
    }

    function say(index: number): number {
      if (index === 0) forget();
      return index < topics.length ? sayEntity(index) : sayGone(gone[index - topics.length]);
    }

    /** What was taken away is not taken away again; there may be more than had room. */
    function forget(): void {
      for (; said > 0; said--) gone.shift();
    }

    function count(): number {
      return topics.length + gone.length;
    }

    ports.listen(prefix + '/+/' + node + '/+/config', function (payload, name, isRetained) {
      if (!isRetained || payload.length === 0 || names.indexOf(name) >= 0) return;
      const topic = writer.topic(name, 0, true);
      if (topic === null || gone.length >= GONE_MAX) return;
      gone.push(topic);
      ports.wake();
    });

    return createAnnouncer(ports, mote.serial, prefix + '/status', say, count, describe);
  };
}
