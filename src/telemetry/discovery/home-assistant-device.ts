// Home Assistant finds a mote by itself: one retained message for all of its channels (device discovery, Home Assistant 2024.11 and
// later). It is longer than a packet's buffer on most motes: the firmware needs STREAM.
// Source: https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload

import type { TextSink } from '../../ports/packet-writer.ts';
import { createAnnouncer } from './announcer.ts';
import type { CreateDiscovery } from './discovery.ts';
import { prepareDevice, prepareEntities, prepareId, writeEntity } from './entity.ts';
import type { HomeAssistantOptions } from './entity.ts';

/** More than a payload that is read back can hold. */
const GONE_MAX = 200;
/** How each component begins in a payload of ours. */
const COMPONENT = '":{"p":"';

export function createHomeAssistantDevice(options: HomeAssistantOptions = {}): CreateDiscovery {
  return function (ports, mote) {
    const entities = prepareEntities(mote);
    const device = prepareDevice(mote, options);
    const prefix = options.prefix === undefined ? 'homeassistant' : options.prefix;
    const topic = prefix + '/device/' + prepareId(mote.id) + '/config';
    if (ports.writer.topic(topic, 0, true) === null) return null;
    /** Components that the broker still has, each as `"<key>":{"p":"<component>"}`. */
    const gone: string[] = [];
    let hasGone = false;
    let draft = '';

    const sink: TextSink = {
      text(bytes) {
        draft += bytes;
      },
    };

    function isKnown(key: string): boolean {
      for (let i = 0; i < entities.length; i++) if (entities[i].objectId === key) return true;
      return false;
    }

    function compose(): string {
      draft = '{' + device + ',"cmps":{';
      for (let i = 0; i < entities.length; i++) {
        sink.text((i > 0 ? ',"' : '"') + entities[i].objectId + COMPONENT + entities[i].component + '",');
        writeEntity(sink, mote, entities[i]);
        sink.text('}');
      }
      // A component with nothing but its platform is one to remove.
      for (let i = 0; hasGone && i < gone.length; i++) sink.text(',' + gone[i]);
      sink.text('}}');
      const payload = draft;
      draft = '';
      return payload;
    }

    /** First what there is, with what is to be removed if there is anything; then, without that, once more. */
    function say(index: number): number {
      hasGone = index === 0 && gone.length > 0;
      const code = ports.publishLong(topic, compose());
      while (index > 0 && code >= 0 && gone.length > 0) gone.pop();
      return code;
    }

    function describe(to: TextSink): void {
      to.text(topic);
      to.text(compose());
    }

    function count(): number {
      return gone.length > 0 ? 2 : 1;
    }

    /** Take what a payload of ours from before has, and we no longer do. */
    function compare(payload: string): void {
      let at = payload.indexOf(COMPONENT);
      while (at >= 0 && gone.length < GONE_MAX) {
        const from = payload.lastIndexOf('"', at - 1);
        const key = payload.substr(from + 1, at - from - 1);
        const end = payload.indexOf('"', at + COMPONENT.length);
        if (from < 0 || end < 0) return;
        const entry = payload.substr(from, end - from) + '"}';
        if (!isKnown(key) && gone.indexOf(entry) < 0) gone.push(entry);
        at = payload.indexOf(COMPONENT, end);
      }
    }

    const announcer = createAnnouncer(ports, mote.serial, prefix + '/status', say, count, describe);
    ports.listen(topic, function (payload, _name, isRetained) {
      const before = gone.length;
      if (isRetained) compare(payload);
      if (gone.length === before) return;
      announcer.again();
      ports.wake();
    });

    return announcer;
  };
}
