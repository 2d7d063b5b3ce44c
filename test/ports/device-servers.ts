// The servers that the device program talks to (test/ports/device/), on free ports of 127.0.0.1.

import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export interface DeviceServers {
  /** Defines the names in device/engine.d.ts. */
  readonly prelude: string;
  close(): Promise<void>;
}

/** Start the servers. */
export async function startDeviceServers(): Promise<DeviceServers> {
  const open = new Set<Socket>();
  const servers: Server[] = [];
  /** Bytes that came over the connection to the echo server that closed last. */
  let lastReceived = 0;

  const listen = async (onConnection: (tcp: Socket) => void): Promise<number> => {
    const server = createServer({ noDelay: true }, (tcp) => {
      open.add(tcp);
      tcp.on('error', () => {});
      tcp.on('close', () => open.delete(tcp));
      onConnection(tcp);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  };

  /** Gives back what it is given, unless that is an order. */
  const echo = await listen((tcp) => {
    tcp.on('data', (bytes) => {
      const text = bytes.toString('latin1');
      if (text === 'BYE') tcp.end();
      else if (text === 'RST') tcp.resetAndDestroy();
      else if (text.startsWith('MUTE')) tcp.pause();
      else tcp.write(bytes);
    });
    tcp.on('close', () => (lastReceived = tcp.bytesRead));
  });
  const greet = await listen((tcp) => {
    tcp.write('hello');
    tcp.resume();
  });
  const shut = await listen((tcp) => tcp.end());
  const report = await listen((tcp) => tcp.end(String(lastReceived)));
  const dead = await listen(() => {});
  await new Promise<void>((resolve) => servers.pop()?.close(() => resolve()));

  return {
    prelude: `var ECHO_PORT=${echo},GREET_PORT=${greet},SHUT_PORT=${shut},REPORT_PORT=${report},DEAD_PORT=${dead};`,
    async close() {
      for (const tcp of open) tcp.destroy();
      await Promise.all(
        servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))),
      );
    },
  };
}
