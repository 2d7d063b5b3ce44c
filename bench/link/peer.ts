// Espruino's own MQTT modules under the same work: a timer publishes numbers, and what reconnects is the few lines that their
// documentation shows.

import { runEspruino } from '../../sim/engine/espruino.ts';
import { minifiedModule } from '../mqtt/peers.ts';
import { TOPIC } from './observer.ts';
import { waitUntil } from './wait.ts';

export type PeerName = 'MQTT' | 'tinyMQTT';

export interface PeerSettings {
  readonly binary: string;
  readonly port: number;
  readonly name: PeerName;
  /** tinyMQTT has 0 only. */
  readonly qos: 0 | 1;
  readonly intervalMs: number;
  readonly last: number;
  /** Seconds; tinyMQTT says 65535 to the broker, whatever it is told. */
  readonly keepAliveSec?: number;
}

export interface RunningPeer {
  readonly pid: number;
  /** Numbers for which `publish` was called and threw nothing, and those for which it threw. */
  readonly accepted: ReadonlySet<number>;
  readonly refused: ReadonlySet<number>;
  /** How often it said that it is connected, and that it is not. */
  connected(): number;
  disconnected(): number;
  counted(): number;
  /** @returns blocks in use after a collection, the least of several looks. */
  usage(): Promise<number>;
  close(): Promise<readonly string[]>;
}

/** Between two tries to connect. */
const AGAIN_MS = 100;
const LOOKS = 5;

async function moduleCode(name: PeerName): Promise<string> {
  const { code } = await minifiedModule(name);
  return `(function(exports){${code}\n})(exports);`;
}

function script({ port, name, qos, intervalMs, last, keepAliveSec = 60 }: PeerSettings): string {
  const options =
    name === 'MQTT'
      ? { port, client_id: 'peer', keep_alive: keepAliveSec }
      : { port, keep_alive: keepAliveSec, reconnect_interval: AGAIN_MS };
  const again = name === 'MQTT' ? `setTimeout(function(){client.connect()},${AGAIN_MS})` : 'client.connect()';
  const more = name === 'MQTT' ? `,{qos:${qos}}` : '';
  return `var n=0,last=${last},client=exports.create("127.0.0.1",${JSON.stringify(options)});
client.on("connected",function(){print("^up")});
client.on("disconnected",function(){print("^down");${again}});
client.on("error",function(){});
setInterval(function(){if(n<last){n++;var code=0;try{client.publish("${TOPIC}",'{"value":'+n+'}'${more})}catch(e){code=-1}
print("+"+n,code)}},${intervalMs});
client.connect();`;
}

export async function startPeer(settings: PeerSettings): Promise<RunningPeer> {
  const accepted = new Set<number>();
  const refused = new Set<number>();
  const usages: number[] = [];
  let counted = 0;
  let connected = 0;
  let disconnected = 0;
  const engine = await runEspruino({
    binary: settings.binary,
    prelude: ['var exports={};', await moduleCode(settings.name), script(settings)],
    bundle: '',
    onLine(text) {
      const [value = 0, code = 0] = text.slice(1).split(' ').map(Number);
      if (text.startsWith('+')) {
        counted = value;
        (code === 0 ? accepted : refused).add(value);
      } else if (text === '^up') connected++;
      else if (text === '^down') disconnected++;
      else if (text.startsWith('=')) usages.push(value);
    },
  });
  return {
    pid: engine.pid,
    accepted,
    refused,
    connected: () => connected,
    disconnected: () => disconnected,
    counted: () => counted,
    async usage() {
      const before = usages.length;
      for (let look = 1; look <= LOOKS; look++) {
        engine.evaluate('print("="+process.memory().usage);');
        await waitUntil(() => usages.length === before + look, 'the engine tells of its memory');
      }
      return Math.min(...usages.slice(before));
    },
    close: async () => (await engine.close()).failures,
  };
}
