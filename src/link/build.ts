// Which build of a firmware this is. `mote build` puts a number here that changes with the firmware's sources.

/** 0 to 65535. */
export const BUILD: number = 0;
