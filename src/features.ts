// What a firmware can leave out. `mote build --feature name=off` replaces a value here, and the code behind it is
// not in the bundle. Constants only: the build reads their names and defaults from this file.

/** Report events on the console (src/ports/log.ts). */
export const LOG = true;
/** Log in with user name and password. */
export const AUTH = true;
/** Join a Wi-Fi network; off for boards whose network is always there. */
export const WIFI = true;
