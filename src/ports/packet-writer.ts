// How telemetry hands a payload to the protocol without building an object: begin, fields, end.

/** A topic prepared once at start-up; its content belongs to the protocol. */
export interface Topic {
  readonly encoded: string;
}

export interface PacketWriter {
  /** Prepare a topic. Start-up only: allocates. @returns null when it is no valid topic name (empty, over-long, wildcard, NUL, not UTF-8). */
  topic(name: string): Topic | null;
  /** Start a message, dropping one that was begun and not ended. */
  begin(topic: Topic): void;
  /** Append text as it is: bytes, one character each. */
  text(bytes: string): void;
  /** Append an integer in decimal. */
  integer(value: number): void;
  /** Append `value` / 10^`decimals` in decimal, with all its decimals. @param decimals 0 to 6. */
  fixed(value: number, decimals: number): void;
  /** Publish what was written. @returns 0 when accepted, else a negative Code and nothing was sent. */
  end(): number;
}
