// What a mote tells others about itself, so that they understand it without configuration: one file a convention.

import type { PacketWriter, TextSink } from '../../ports/packet-writer.ts';
import type { FormatContext } from '../channel.ts';
import type { Format } from '../formats/format.ts';

/** One sensor, as it is published. */
export interface DescribedSensor {
  readonly context: FormatContext;
  readonly format: Format;
  /** Topic of its "online" and "offline"; empty where nobody says so. */
  readonly status: string;
}

export interface DescribedMote {
  readonly id: string;
  readonly serial: string;
  /** Topic of its "online" and "offline"; empty where nobody says so. */
  readonly status: string;
  readonly sensors: readonly DescribedSensor[];
  /** A value that is older than so many seconds is none any more; 0: values stay. For a mote that says nothing for hours. */
  readonly expireSec: number;
}

/** What a convention needs of the protocol. */
export interface DiscoveryPorts {
  readonly writer: PacketWriter;
  /**
   * Hear messages, as text; start-up only. Where a firmware is built without INBOUND nothing is heard.
   * @param onMessage `isRetained`: the broker kept it from before.
   */
  listen(filter: string, onMessage: (payload: string, topic: string, isRetained: boolean) => void): void;
  /** Publish a retained payload of any length, QoS 0. @returns as `PacketWriter.end`, or Code.InFlight: it is on its way. */
  publishLong(topic: string, payload: string): number;
  /** Something cannot be said, ever: a negative Code. */
  refuse(code: number): void;
  /** Something is to be said: call `send` soon. */
  wake(): void;
}

export interface Discovery {
  /** A session began: say everything. */
  refresh(now: number): void;
  /** Write down all that is to be said, for whoever wants to know whether it has changed. */
  describe(sink: TextSink): void;
  /** Publish what is to be said. @returns milliseconds until the next call is needed, NEVER_MS when all is said. */
  send(now: number): number;
}

/** Make it, at start-up. @returns null where a name is impossible. */
export type CreateDiscovery = (ports: DiscoveryPorts, mote: DescribedMote) => Discovery | null;
