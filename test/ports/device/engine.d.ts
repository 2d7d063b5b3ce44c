// What the device program uses of Espruino beyond the ports, and what the script that runs it puts in front of it.

/** Two serial ports that are wired to each other, on Linux. */
declare const LoopbackA: EspruinoSerial;
declare const LoopbackB: EspruinoSerial;

/** Ports of the servers at 127.0.0.1, see servers.ts. */
declare const ECHO_PORT: number;
declare const GREET_PORT: number;
declare const SHUT_PORT: number;
declare const REPORT_PORT: number;
declare const DEAD_PORT: number;
