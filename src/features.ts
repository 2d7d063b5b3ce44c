// What a firmware can leave out. `mote build --feature name=off` replaces a value here, and the code behind it is
// not in the bundle. Constants only: the build reads their names and defaults from this file.

/** Report events on the console (src/ports/log.ts). */
export const LOG = true;
/** Log in with user name and password, and leave a will. */
export const AUTH = true;
/** Join a Wi-Fi network; off for boards whose network is always there. */
export const WIFI = true;
/** Messages from the broker: subscriptions and their handlers. */
export const INBOUND = true;
/** Exactly once, in both directions. */
export const QOS2 = true;
/** Messages larger than any buffer, in both directions. */
export const STREAM = true;
/** Keep messages of QoS 1 and 2 in flash until they are delivered, on boards with flash for it. */
export const FLASH = true;
/** Keep with each message in flash when it was made. Needs STATE. */
export const TIME = true;
/** Give up the oldest messages in flash for new ones, where a firmware asks for that. */
export const DROP = true;
/** Small state beside the messages in flash. Exactly once, over the loss of power, for messages from the broker needs it. */
export const STATE = true;
/** Give up messages in flash of which there is a newer one with the same topic for new ones, where a firmware asks for that. */
export const LATEST = true;
/** Write acknowledgements to flash later than they come, where a firmware asks for that. Needs STATE. */
export const LAZY = true;
/** Take several messages with one program of the flash. */
export const BATCH = true;
/** MQTT 5.0: spoken where the broker does, 3.1.1 else. Without TIME the age of a message in flash is not known, and its expiry begins when it is sent. */
export const V5: boolean = false;
/** Enhanced authentication of MQTT 5.0. Needs V5. */
export const V5_AUTH: boolean = false;
/** Requests with an answer each (src/parts/requests.ts, responses.ts). */
export const REQUESTS: boolean = false;
