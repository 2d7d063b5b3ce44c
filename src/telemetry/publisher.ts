// A reading becomes messages: one topic a channel, `<id>/<sensor>/<channel>`, with a payload that says its unit.
// Everything but the number is prepared at start-up. Knows no packet and no chip.

import { Code } from '../ports/codes.ts';
import type { PacketWriter, Topic } from '../ports/packet-writer.ts';
import type { ChannelMeta, Reading } from '../ports/reading.ts';
import { prepareJson, writeJson, type JsonField } from './json.ts';

interface PreparedChannel {
  readonly topic: Topic;
  readonly field: JsonField;
}

export interface Publisher {
  /** Publish all channels of a reading. @returns 0, or the negative Code of the first channel that was not accepted. */
  publish(reading: Reading): number;
}

/**
 * Prepare the topics of one sensor.
 * @param prefix what stands before the channel's key, without a slash at its end.
 * @param qos of all their messages. @param hasTime they say when they were taken.
 * @returns null when a topic is no valid topic name.
 */
export function createPublisher(
  writer: PacketWriter,
  prefix: string,
  channels: readonly ChannelMeta[],
  qos: number,
  hasTime: boolean,
): Publisher | null {
  const prepared: PreparedChannel[] = [];
  for (let i = 0; i < channels.length; i++) {
    const topic = writer.topic(prefix + '/' + channels[i].key, qos);
    if (topic === null) return null;
    prepared.push({ topic, field: prepareJson(channels[i], hasTime) });
  }

  function publish(reading: Reading): number {
    let result: number = Code.Ok;
    for (let i = 0; i < prepared.length; i++) {
      writer.begin(prepared[i].topic);
      writeJson(writer, prepared[i].field, reading.values[i]);
      const code = writer.end();
      if (code < 0 && result === Code.Ok) result = code;
    }
    return result;
  }

  return { publish };
}
