// InfluxDB line protocol, a line a reading: `outdoor,device=balcony temperature=21.54,humidity=48.1 1767268800`. The sensor is
// the measurement, the mote's id a tag; timestamps are seconds: tell the consumer (precision "s"). A line without one gets the time of
// its arrival: that is so while nobody knows the time.
// Source: https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/

import type { WallTime } from '../../ports/clock.ts';
import type { PacketWriter } from '../../ports/packet-writer.ts';
import type { FormatContext } from '../channel.ts';
import { prepareNumber, writeNumber } from '../number.ts';
import type { NumberField } from '../number.ts';
import type { Format } from './format.ts';

/** Characters that need a backslash: in names of measurements, and in keys and values of tags. */
const SPECIAL = ', =\\';

function prepareName(name: string): string {
  let escaped = '';
  for (let i = 0; i < name.length; i++) {
    const char = name.charAt(i);
    escaped += SPECIAL.indexOf(char) < 0 ? char : '\\' + char;
  }
  return escaped;
}

export function createInflux(context: FormatContext): Format {
  const fields: NumberField[] = [];
  const names: string[] = [];
  const clock = context.clock;
  const hasTime = context.hasTime;
  const wall: WallTime = { day: -1, ms: 0 };
  const head = prepareName(context.sensor) + ',device=' + prepareName(context.id) + ' ';
  for (let i = 0; i < context.channels.length; i++) {
    fields.push(prepareNumber(context.channels[i].meta));
    names.push(prepareName(context.channels[i].name) + '=');
  }

  /** For Home Assistant there is no way into a line but by its parts. */
  function template(name: string): string {
    const field = "'[ ,]" + name + "=([-0-9.]+)'";
    return (
      '{% set found = value | regex_findall(' + field + ') %}{% if found | length %}{{ found[0] }}{% endif %}'
    );
  }

  function open(writer: PacketWriter): void {
    writer.text(head);
  }

  function value(writer: PacketWriter, index: number, number: number, isFirst: boolean): void {
    if (!isFirst) writer.text(',');
    writer.text(names[index]);
    writeNumber(writer, fields[index], number);
  }

  function close(writer: PacketWriter): void {
    if (!hasTime) return;
    clock.wall(wall);
    if (wall.day < 0) return;
    writer.text(' ');
    writer.time();
  }

  return { isGroup: true, template, open, value, close };
}
