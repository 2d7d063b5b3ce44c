// Where a mote is on its way from power-on to a session with the broker. What the engine does in one call is one stage.

export const enum Stage {
  /** Until the next try. */
  Waiting = 0,
  /** Wi-Fi: association and address, which the engine reports together. */
  Joining = 1,
  /** Name, TCP and TLS: one call of the engine, which may block. */
  Opening = 2,
  /** From CONNECT to CONNACK. */
  Login = 3,
  /** There is a session. */
  Running = 4,
  /** What waits is still sent, nothing new is begun. */
  Draining = 5,
  /** No connection and no radio, until it is told to go on. */
  Asleep = 6,
  /** Settings that nothing can be done with: it stays. */
  Stopped = 7,
}
