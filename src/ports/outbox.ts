// What stands between accepting a message and its acknowledgement. Records leave in any order, but are sent in the order of append.

/** Where a message goes and how; what a store needs to rebuild its PUBLISH. */
export interface OutboxRecord {
  /** Position in the order of append, from 1; gives the packet identifier. */
  sequence: number;
  topic: string;
  payload: string;
  qos: number;
  retain: boolean;
}

export interface Outbox {
  /** Take a message. @returns its sequence, or Code.Full / Code.TooLong and nothing was taken. */
  append(topic: string, payload: string, qos: number, retain: boolean): number;
  /** Fill `out` with the oldest record after `sequence` that is not acknowledged. @returns 0, or Code.Empty. */
  peek(sequence: number, out: OutboxRecord): number;
  /** The broker has it: forget the record. @returns 0, or Code.Unknown when no such record is held. */
  acknowledge(sequence: number): number;
  /** Records held, not acknowledged. */
  count(): number;
}
