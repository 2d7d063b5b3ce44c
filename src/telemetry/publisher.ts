// A reading becomes messages: one topic a channel, `<id>/<sensor>/<channel>`, or one for all, `<id>/<sensor>`, as the format
// wants it. Everything but the numbers is prepared at start-up. Knows no packet and no chip.

import { V5 } from '../features.ts';
import type { PacketWriter, Topic } from '../ports/packet-writer.ts';
import { NO_VALUE } from '../ports/reading.ts';
import type { Reading } from '../ports/reading.ts';
import type { FormatContext } from './channel.ts';
import type { CreateFormat, Format } from './formats/format.ts';

/** Nothing of a reading was to be published. */
export const NOTHING = 1;

export interface Publisher {
  /** What its payloads are. */
  readonly format: Format;
  /** Publish what is to be published of a reading. @returns 0, NOTHING, or the negative Code of the first message that was not accepted. */
  publish(reading: Reading): number;
}

/** @returns the topic of a channel, or of all. */
export function topicName(context: FormatContext, format: Format, index: number): string {
  const prefix = context.id + '/' + context.sensor;
  return format.isGroup ? prefix : prefix + '/' + context.channels[index].name;
}

/**
 * Prepare the topics of one sensor.
 * @param qos of all its messages. @param retain the broker keeps the last one of each topic. @param properties of MQTT 5.0, see PacketWriter.
 * @returns null when a topic is no valid topic name, or the format cannot write such channels.
 */
export function createPublisher(
  writer: PacketWriter,
  context: FormatContext,
  createFormat: CreateFormat,
  qos: number,
  retain: boolean,
  properties?: string | null,
): Publisher | null {
  const made = createFormat(context);
  if (made === null) return null;
  const format = made;
  const topics: Topic[] = [];
  const channels = context.channels;
  const count = format.isGroup ? 1 : channels.length;
  for (let i = 0; i < count; i++) {
    const topic = V5
      ? writer.topic(topicName(context, format, i), qos, retain, properties)
      : writer.topic(topicName(context, format, i), qos, retain);
    if (topic === null) return null;
    topics.push(topic);
  }

  /** @returns what `writer.end` says, or NOTHING. */
  function publishGroup(reading: Reading): number {
    let isFirst = true;
    for (let i = 0; i < channels.length; i++) {
      const value = take(i, reading);
      if (value === NO_VALUE) continue;
      if (isFirst) {
        writer.begin(topics[0]);
        format.open(writer, 0);
      }
      format.value(writer, i, value, isFirst);
      isFirst = false;
    }
    if (isFirst) return NOTHING;
    format.close(writer, 0);
    const code = writer.end();
    for (let i = 0; i < channels.length && code < 0; i++) channels[i].refuse();
    return code;
  }

  function take(index: number, reading: Reading): number {
    const value = reading.values[channels[index].at];
    return value === NO_VALUE ? value : channels[index].take(value, reading.time);
  }

  function publishEach(reading: Reading): number {
    let result: number = NOTHING;
    for (let i = 0; i < topics.length; i++) {
      const value = take(i, reading);
      if (value === NO_VALUE) continue;
      writer.begin(topics[i]);
      format.open(writer, i);
      format.value(writer, i, value, true);
      format.close(writer, i);
      const code = writer.end();
      if (code < 0) channels[i].refuse();
      if (result >= 0) result = code;
    }
    return result;
  }

  return { format, publish: format.isGroup ? publishGroup : publishEach };
}
