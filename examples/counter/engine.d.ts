// What the counter needs of Espruino on Linux beyond what a board has. The build keeps the names that stand here.

declare function print(line: string): void;

/** Set by whoever starts the engine, before the counter is loaded. */
declare const counterOptions: {
  host: string;
  port: number;
  version: number;
  clientId: string;
  cleanSession: boolean;
  keepAliveSec: number;
  periodMs: number;
  reconnectMs: number;
  connectTimeoutMs: number;
  receiveMax: number;
  first: number;
};
