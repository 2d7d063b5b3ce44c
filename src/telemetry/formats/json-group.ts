// All values of a reading as one JSON object: {"temperature":21.54,"humidity":48.1,"time":1767268800}. The time as in json.ts.

import type { PacketWriter } from '../../ports/packet-writer.ts';
import type { FormatContext } from '../channel.ts';
import { prepareNumber, writeNumber } from '../number.ts';
import type { NumberField } from '../number.ts';
import type { Format } from './format.ts';

export function createJsonGroup(context: FormatContext): Format {
  const fields: NumberField[] = [];
  const names: string[] = [];
  const hasTime = context.hasTime;
  for (let i = 0; i < context.channels.length; i++) {
    fields.push(prepareNumber(context.channels[i].meta));
    names.push('"' + context.channels[i].name + '":');
  }

  function template(name: string): string {
    return "{% if '" + name + "' in value_json %}{{ value_json['" + name + "'] }}{% endif %}";
  }

  function open(writer: PacketWriter): void {
    writer.text('{');
  }

  function value(writer: PacketWriter, index: number, number: number, isFirst: boolean): void {
    if (!isFirst) writer.text(',');
    writer.text(names[index]);
    writeNumber(writer, fields[index], number);
  }

  function close(writer: PacketWriter): void {
    if (hasTime) {
      writer.text(',"time":');
      writer.time();
    }
    writer.text('}');
  }

  return { isGroup: true, template, open, value, close };
}
