// One value as a JSON object that explains itself: {"value":21.54,"unit":"°C"}, and where it is wanted when it was taken:
// {"value":21.54,"unit":"°C","time":1767268800}, in seconds since 1970-01-01; null while nobody knows.

import type { PacketWriter } from '../../ports/packet-writer.ts';
import type { FormatContext } from '../channel.ts';
import { prepareNumber, writeNumber } from '../number.ts';
import type { NumberField } from '../number.ts';
import type { Format } from './format.ts';

export function createJson(context: FormatContext): Format {
  const fields: NumberField[] = [];
  const ends: string[] = [];
  const hasTime = context.hasTime;
  for (let i = 0; i < context.channels.length; i++) {
    const meta = context.channels[i].meta;
    fields.push(prepareNumber(meta));
    // Units need no escape in JSON: no quote, backslash or control character.
    const unit = meta.unit === '' ? '' : ',"unit":"' + meta.unit + '"';
    ends.push(unit + (hasTime ? ',"time":' : '}'));
  }

  function template(): string {
    return '{{ value_json.value }}';
  }

  function open(writer: PacketWriter): void {
    writer.text('{"value":');
  }

  function value(writer: PacketWriter, index: number, number: number): void {
    writeNumber(writer, fields[index], number);
  }

  function close(writer: PacketWriter, index: number): void {
    writer.text(ends[index]);
    if (!hasTime) return;
    writer.time();
    writer.text('}');
  }

  return { isGroup: false, template, open, value, close };
}
