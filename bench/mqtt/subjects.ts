// The clients in a form that scripts can drive.

import type { Bundle } from './bundle.ts';
import { minifiedModule, type Module } from './peers.ts';
import type { Subject } from './script.ts';

/** A module of Espruino's documentation, as its `require` would run it. */
function moduleSubject(name: 'espruino' | 'tiny', { code }: Module, options: string): Subject {
  return {
    name,
    globals: 'var exports={};',
    code: `(function(exports){${code}\n})(exports);`,
    create: `m=exports.create("127.0.0.1",${options});`,
    connect: (port) => `${name === 'tiny' ? 'm.prt' : 'm.port'}=${port};m.connect();`,
    isConnected: name === 'tiny' ? 'm.cn' : 'm.connected',
    member: (long) => long,
  };
}

export interface Peers {
  readonly espruino: { readonly subject: Subject; readonly bytes: number };
  readonly tiny: { readonly subject: Subject; readonly bytes: number };
}

export async function findPeers(): Promise<Peers> {
  const [espruino, tiny] = [await minifiedModule('MQTT'), await minifiedModule('tinyMQTT')];
  return {
    espruino: { subject: moduleSubject('espruino', espruino, '{client_id:"bench"}'), bytes: espruino.bytes },
    tiny: { subject: moduleSubject('tiny', tiny, '{reconnect_interval:1}'), bytes: tiny.bytes },
  };
}

export function moteSubject({ code, names }: Bundle): Subject {
  const member = (long: string) => {
    const short = names[long];
    if (short === undefined) throw new Error(`the client has no ${long}`);
    return short;
  };
  return {
    name: 'mote',
    globals: 'var m;function expose(c){m=c}',
    code,
    create: '',
    connect: (port) => `m.${member('connect')}("127.0.0.1",${port});`,
    isConnected: `m.${member('isOnline')}()`,
    member,
  };
}
