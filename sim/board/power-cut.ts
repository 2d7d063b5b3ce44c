// How a program is left when its board stops in the middle of it.

/** Thrown through the program; nothing catches it but the idle loop. */
export class PowerCut {
  readonly reason = 'the board stopped';
}
