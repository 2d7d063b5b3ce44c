// What discovery sees of the MQTT client: payloads of any length, and messages as text.

import { createView, cut, fromText, toText } from './bytes/bytes.ts';
import type { Bytes } from './bytes/bytes.ts';
import { INBOUND, STREAM } from './features.ts';
import type { Client } from './mqtt/client.ts';
import { RETAIN } from './mqtt/packet.ts';
import { Code } from './ports/codes.ts';
import type { DiscoveryPorts } from './telemetry/discovery/discovery.ts';

/** @param wake called when something is to be said. */
export function prepareDiscovery(client: Client, wake: () => void): DiscoveryPorts {
  const view = createView();

  function publishLong(name: string, payload: string): number {
    const bytes = fromText(payload);
    const topic = client.topic(name, 0, true);
    const code = client.publish(topic, bytes);
    if (!STREAM || code !== Code.TooLong) return code;
    return client.stream(topic, bytes.length, {
      read: (offset, max) =>
        cut(view, bytes, offset, max < bytes.length - offset ? max : bytes.length - offset),
      onEnd() {},
    });
  }

  return {
    writer: client,
    publishLong,
    wake,
    listen(filter, onMessage) {
      if (!INBOUND) return;
      client.subscription(filter, 0, function (payload: Bytes, topic: Bytes, first) {
        onMessage(toText(payload, 0, payload.length), toText(topic, 0, topic.length), (first & RETAIN) > 0);
      });
    },
  };
}
