// The TCP (or TLS) connection as device code sees it. A chunk is a string of bytes: one character a byte,
// 0 to 255, because that is what Espruino takes and gives without a copy; in the array form it is a ByteView.
// Knows nothing of MQTT.

/**
 * Most bytes that may lie unsent in the engine: Espruino sends this much in one idle pass and copies the rest again.
 * The owner counts them: an engine takes whatever it is given, and counting twice would cost a third of a publish.
 */
export const SEND_WINDOW = 536;

/** An open connection, made by the engine itself where it can: a function of ours around it would cost a fifth of a publish. */
export interface Connection<B = string> {
  /**
   * Hand over bytes. With them at most SEND_WINDOW may be unsent. An empty chunk changes nothing, and no onDrain follows it.
   * Throws when the peer has closed: the onClose that says so is on its way.
   */
  write(bytes: B): unknown;
}

/** What a connection tells its owner. Never called from inside a method of the socket; every method may be called from here. */
export interface SocketEvents<B = string> {
  /** The connection stands. Comes before all others, but for an onClose in its place. */
  onOpen(connection: Connection<B>): void;
  /** Bytes arrived, in order, at most SEND_WINDOW at a time, cut anywhere. */
  onData(bytes: B): void;
  /** Everything handed over has left: SEND_WINDOW bytes may follow. Comes only after a `write`. */
  onDrain(): void;
  /** The connection is gone or did not come about, for whatever reason; called once, never after `close()`. */
  onClose(): void;
}

export interface Socket<B = string> {
  /**
   * Start a connection, cutting off a former one without an event, whatever it still had to send.
   * @returns 0 when started; Code.Refused when it failed at once, Code.NoHost when nobody knows the name: no event follows then.
   * An engine that blocks while it connects fails here; others fail through onClose.
   */
  open(host: string, port: number, events: SocketEvents<B>): number;
  /** Let what was handed over leave, then close; also while it connects. No event follows. */
  close(): void;
}
