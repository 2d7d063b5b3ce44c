// What discovery sees of the MQTT client: payloads of any length, and messages as text.

import { createView, cut, fromText, toText } from './bytes/bytes.ts';
import type { Bytes } from './bytes/bytes.ts';
import { INBOUND, STREAM } from './features.ts';
import type { Client } from './mqtt/client.ts';
import { RETAIN } from './mqtt/packet.ts';
import { Code } from './ports/codes.ts';
import type { DiscoveryPorts } from './telemetry/discovery/discovery.ts';

/** Longest payload from the broker that is put together of pieces: what a mote has told of itself before. */
const PAYLOAD_MAX = 8192;

/** @param wake called when something is to be said. @param refuse called when it cannot be said. */
export function prepareDiscovery(
  client: Client,
  wake: () => void,
  refuse: (code: number) => void,
): DiscoveryPorts {
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
    refuse,
    wake,
    listen(filter, onMessage) {
      let pieces = '';

      function tell(payload: string, topic: Bytes, first: number): void {
        onMessage(payload, toText(topic, 0, topic.length), (first & RETAIN) > 0);
      }

      function onWhole(payload: Bytes, topic: Bytes, first: number): void {
        tell(toText(payload, 0, payload.length), topic, first);
      }

      /** What the broker kept only: what comes later was said by us. */
      function onPiece(piece: Bytes, offset: number, total: number, topic: Bytes, first: number): void {
        if ((first & RETAIN) === 0 || total > PAYLOAD_MAX) return;
        pieces = (offset === 0 ? '' : pieces) + toText(piece, 0, piece.length);
        if (offset + piece.length < total) return;
        const payload = pieces;
        pieces = '';
        tell(payload, topic, first);
      }

      if (INBOUND) client.subscription(filter, 0, onWhole, STREAM ? onPiece : undefined);
    },
  };
}
