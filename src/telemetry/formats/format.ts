// What a payload format is. Written straight through the packet writer; the text around the numbers is prepared at start-up.

import type { PacketWriter } from '../../ports/packet-writer.ts';
import type { FormatContext } from '../channel.ts';

export interface Format {
  /** All values of a reading in one message; else each in a message of its own. */
  readonly isGroup: boolean;
  /** Home Assistant's template that gets a channel's value out of a payload; it has no double quote. Empty: the payload lacks it. */
  template(name: string): string;
  open(writer: PacketWriter, index: number): void;
  /** @param index of the channel. @param isFirst the first of this message. */
  value(writer: PacketWriter, index: number, value: number, isFirst: boolean): void;
  close(writer: PacketWriter, index: number): void;
}

/** Make a format for a sensor, at start-up. @returns null where a name cannot stand in such a payload. */
export type CreateFormat = (context: FormatContext) => Format | null;
