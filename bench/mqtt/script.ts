// The scripts that the engine runs: a client on a socket that is not there, and rounds of work. The socket is an object with
// the engine's own `on` and `emit`. It drains after more than DRAIN_BYTES, and, where messages come in, after every
// chunk for which something was written. No timer runs, since the time of day would be in the counts: where something
// comes in, rounds follow one another through the engine's event queue, else in a loop, with `drain` called from it. In a checked run every byte that is written and every message that is delivered is compared.

import { PAYLOAD_SETUP, TOPICS, type SpeedRow, type SubjectName } from './rows.ts';

/** A client, ready to be put into a script. */
export interface Subject {
  readonly name: SubjectName;
  /** What has to be there before `code`. */
  readonly globals: string;
  readonly code: string;
  /** Makes `m`, the client. */
  readonly create: string;
  /** Takes `m` to the network. */
  connect(port: number): string;
  /** An expression: the client is connected. */
  readonly isConnected: string;
  /** What the build made of a member's name. */
  member(name: string): string;
}

/** The socket may hold 536 bytes: from here on one more packet of these rows might not fit. */
const DRAIN_BYTES = 400;
const PACKET_ID = '\\x01\\x07';

/** Events that a client may queue one after the other from one chunk: Espruino's module queues the rest of a chunk, packet by packet. */
const HOPS = 8;

const SOCKET = `var sent=0,bytes=0,unsent=0,last="",good=0,bad=0,i=0,p="",c="",topic="";
var fake={write:function(b){sent++;bytes+=b.length;unsent+=b.length;last=b;return false},read:function(){return ""},end:function(){}};
function listener(event){var l=fake["#on"+event];return l?l[0]:function(b){}}
var pump={},hops=0,then;pump.on("hop",function(){if(hops--)pump.emit("hop");else then()});
function after(f){then=f;hops=${HOPS};pump.emit("hop")}
Modules.addCached("net",function(){exports.connect=function(o,f){if(f){fake.on("connect",f);fake.emit("connect")}return fake}});
`;

/** JavaScript text of a string of bytes. */
function quoted(text: string): string {
  return JSON.stringify(text);
}

const topicArray = (count: number) => `[${TOPICS.slice(0, count).map(quoted).join(',')}]`;

/** Replace `$member` by what the build made of it. */
export function withNames(text: string, subject: Subject): string {
  return text.replace(/\$([a-zA-Z]+)/g, (_match, name: string) => subject.member(name));
}

/** What the script needs to receive. Peers tell of every message, whatever it was subscribed by, so their listener compares topics too. */
function listener(subject: Subject | undefined, row: SpeedRow): string {
  if (subject === undefined || row.kind !== 'receive') return '';
  if (subject.name !== 'mote') {
    const event = subject.name === 'espruino' ? 'publish' : 'message';
    return `m.on("${event}",function(d){if(d.topic===topic&&d.message===p)good++});`;
  }
  const filters = row.filters ?? TOPICS.slice(0, row.topics);
  const handler = 'function(payload,name){if(name===topic&&payload===p)good++}';
  return filters
    .map((filter) => withNames(`m.$subscription(${quoted(filter)},${row.qos},${handler});`, subject))
    .join('');
}

/** CONNACK of 3.1.1, and of 5.0 by what it says of aliases. */
const CONNACKS = {
  old: '\\x20\\x02\\0\\0',
  name: '\\x20\\x03\\0\\0\\0',
  alias: '\\x20\\x06\\0\\0\\x03\\x22\\0\\x0a',
} as const;

/** Two messages, each acknowledged, for Mote: then it knows how those of a topic look, and so does the broker. */
function introduce(subject: Subject | undefined, { five, qos }: SpeedRow): string {
  if (subject === undefined || five === undefined) return '';
  const puback = 'fake.emit("data","@\\x02"+last.substr(28,2));';
  return withNames(`for(i=0;i<2;i++){m.$publish(t,head);${qos > 0 ? puback : ''}D()}`, subject);
}

/** From a client that was told to connect to one that is online, in the order of the engine's own events. */
function goOnline(subject: Subject | undefined, row?: SpeedRow): string {
  const connack = CONNACKS[row?.five ?? 'old'];
  const stages = ['fake.emit("drain");', 'fake.emit("drain");', `fake.emit("data","${connack}");`];
  if (subject?.name === 'mote') {
    stages.unshift('fake.emit("connect");');
    const codes = 'last.substr(2,2)+"\\1\\1".substr(0,filters)';
    stages.push(`if(last[0]==="\\x82")fake.emit("data","\\x90"+String.fromCharCode(2+filters)+${codes});`);
    stages.push('fake.emit("drain");');
  }
  stages.push(`if(${subject?.isConnected ?? 'true'})start();else print("@@offline");`);
  const calls = stages.map((stage) => `function(){${stage}}`).join(',');
  // tinyMQTT connects from a timer of its own.
  const begin = subject?.name === 'tiny' ? 'setTimeout(next,6);' : 'next();';
  return `var stages=[${calls}];function next(){stages.shift()();if(stages.length)after(next)}${begin}`;
}

/** The packet of round `i` in a receiving row, in `c`. */
function chunk(row: SpeedRow): string {
  const body = 24 + 2 + (row.qos > 0 ? 2 : 0) + 48;
  const packet = `${quoted(row.qos > 0 ? '2' : '0')}+String.fromCharCode(${body})+"\\0\\x18"`;
  const id = row.qos > 0 ? `+"${PACKET_ID}"` : '';
  const beginnings = `for(i=0;i<topics.length;i++)packets.push(${packet}+topics[i]${id});`;
  return `var topics=${topicArray(row.topics)},packets=[];${beginnings}`;
}

function chooseChunk(row: SpeedRow): string {
  const index = row.topics > 1 ? `i%${row.topics}` : '0';
  const one = `packets[${index}]+p`;
  const many = row.packets > 1 ? `c=${one};c=${Array(row.packets).fill('c').join('+')};` : `c=${one};`;
  return `topic=topics[${index}];${many}`;
}

/** @returns bytes of a PUBLISH of `row` without its payload. */
export function packetSize({ qos, five }: SpeedRow): number {
  const topic = five === 'alias' ? 2 + 4 : five === 'name' ? 2 + 24 + 1 : 2 + 24;
  return 2 + topic + 2 * qos;
}

/** Compares what is written and delivered in a checked run. */
function checks(subject: Subject, row: SpeedRow): string {
  // tinyMQTT sets RETAIN in all that it publishes: that alone shall not keep it out of the table.
  const first = subject.name === 'tiny' ? '1' : row.qos > 0 ? '2' : '0';
  const id = row.qos > 0 ? 2 : 0;
  if (row.five !== undefined) {
    const topic = row.five === 'alias' ? '"\\0\\0"' : '"\\0\\x18"+T';
    const tail = row.five === 'alias' ? '"\\3\\x23\\0\\1"' : '"\\0"';
    const whole = `"${first}"+String.fromCharCode(${packetSize(row) - 2}+p.length)+${topic}`;
    const right = `b===${whole}+${row.qos > 0 ? `(D5=b.substr(${row.five === 'alias' ? 4 : 28},2))+` : ''}${tail}+p`;
    return `var D5="",write=fake.write,first=sent;fake.write=function(b){sent++;if(!(${right})||D5==="\\0\\0")bad++;sent--;write(b)};`;
  }
  const whole = `"${first}"+String.fromCharCode(${26 + id}+p.length)+"\\0\\x18"+T`;
  const acknowledged = `b==="@\\x02${PACKET_ID}"`;
  const isRight =
    row.kind === 'receive'
      ? // A message is handed on before it is acknowledged; peers hand it on through the event loop.
        subject.name === 'mote'
        ? `${acknowledged}&&good===sent-first`
        : acknowledged
      : row.qos > 0
        ? `b.substr(0,28)===${whole}&&b.substr(30)===p&&b.substr(28,2)!=="\\0\\0"&&b.substr(28,2)!==last.substr(28,2)`
        : `b===${whole}+p`;
  return `var write=fake.write,first=sent;fake.write=function(b){sent++;if(!(${isRight}))bad++;sent--;write(b)};`;
}

/** After the rounds of a checked run: the same packet byte by byte, and one that nobody subscribed to. */
function extraChecks(subject: Subject, row: SpeedRow): string {
  if (row.kind !== 'receive') return 'finish();';
  const bytewise =
    'i=0;function feed(){fake.emit("data",one[i]);if(++i<one.length)after(feed);else after(other)}';
  const stranger =
    subject.name === 'mote'
      ? 'function other(){fake.emit("data","0\\x0c\\0\\x06nobody1234");after(finish)}'
      : 'function other(){finish()}';
  return `${stranger}topic=topics[0];p=head+"100";var one=packets[0]+p;${bytewise}feed();`;
}

export interface Rounds {
  readonly rounds: number;
  readonly isChecked: boolean;
}

/** Everything up to a client that is online; `start()` runs then. */
function beginning(subject: Subject | undefined, setup: string, listeners: string, filters: number): string {
  return `${SOCKET}${PAYLOAD_SETUP}
var ack="@\\x02${PACKET_ID}",T=${quoted(TOPICS[0])},reliable={qos:1},t,m,D,filters=${filters},sent0=0,bytes0=0;
${setup}
${subject?.globals ?? ''}
${subject?.code ?? ''}
${subject?.create ?? ''}
${listeners}
${subject?.connect(1883) ?? ''}
`;
}

/** Mote's handle of the topic that is published to. */
function handle(subject: Subject | undefined, qos: 0 | 1): string {
  return subject?.name === 'mote' ? withNames(`t=m.$topic(T,${qos});`, subject) : '';
}

/** Functions `go`, which does all rounds, and what it needs. */
function loop(subject: Subject | undefined, row: SpeedRow, { rounds, isChecked }: Rounds): string {
  const work = subject === undefined ? row.nothing : withNames(row.work[subject.name] as string, subject);
  const isLoop = row.kind === 'publish' && row.qos === 0;
  const expected = isChecked && row.expected !== undefined ? `p=${row.expected};` : '';
  const done = isChecked && subject !== undefined ? extraChecks(subject, row) : 'finish();';
  const emit = isLoop ? 'D();' : 'fake.emit("drain");';
  const drain = `if(unsent>${row.kind === 'publish' ? DRAIN_BYTES : 0}){unsent=0;${emit}}`;
  const choose = row.kind === 'receive' ? chooseChunk(row) : '';
  const act = work.includes('#') ? work.replace('#', drain) : `${drain}${work}`;
  const round = `${row.payload}${expected}${choose}${act}`;
  return isLoop
    ? `function go(){for(i=0;i<${rounds};i++){${round}}${done}}`
    : `function go(){${round}after(more)}function more(){if(++i<${rounds})go();else{${done}}}`;
}

/** @returns the script of `rounds` rounds; without a subject, that of the same loop around an empty socket. */
export function speedScript(subject: Subject | undefined, row: SpeedRow, rounds: Rounds): string {
  const filters = row.kind === 'receive' ? (row.filters?.length ?? row.topics) : 0;
  const isReceiving = row.kind === 'receive';
  const listeners = isReceiving ? listener(subject, row) : handle(subject, row.qos);
  return `${beginning(subject, isReceiving ? chunk(row) : '', listeners, filters)}
function finish(){print("@@"+JSON.stringify({sent:sent-sent0,bytes:bytes-bytes0,good:good,bad:bad}));quit()}
${loop(subject, row, rounds)}
function start(){D=listener("drain");D();${introduce(subject, row)}unsent=0;sent0=sent;bytes0=bytes;i=0;
${rounds.isChecked && subject !== undefined ? checks(subject, row) : ''}
go()}
${goOnline(subject, row)}
`;
}

const WARM_UP = 20;

/**
 * @param free variables that are left when the client is told to publish.
 * @returns a script that prints `true` when it published right all the same.
 */
export function freeScript(subject: Subject | undefined, qos: 0 | 1, free: number): string {
  const row = {
    publish: { espruino: 'm.publish(T,p,o);', tiny: 'm.publish(T,p);', mote: 'm.$publish(t,p);' },
  };
  const publish = subject === undefined ? 'fake.write(p);' : withNames(row.publish[subject.name], subject);
  const puback = qos > 0 ? 'fake.emit("data","@\\x02"+last.substr(28,2));' : '';
  return `${beginning(subject, `var o=${qos > 0 ? 'reliable' : 'undefined'},full=[],left=0;`, handle(subject, qos), 0)}
function start(){D=listener("drain");i=0;warm()}
function warm(){if(i++<${WARM_UP}){p=head+(100+i);D();${publish}${puback}after(warm)}else{unsent=0;D();p=head+"999";after(fill)}}
function fill(){setTimeout(quit,200);E.getErrorFlags();sent0=sent;left=process.memory().free-${free};for(i=0;i<left;i++)full.push(0);attempt()}
function attempt(){${publish}full=undefined;report()}
function report(){print("@@"+(sent===sent0+1&&last.substr(-48)===p&&E.getErrorFlags().length===0));quit()}
${goOnline(subject)}
`;
}

/** @returns a script that loads the client out of flash, connects it for real, and prints variables in use at each step. */
export function heldScript(subject: Subject, port: number): string {
  return `${subject.globals}
var m,steps=[];
function note(){steps.push(process.memory().usage)}
require("Storage").write(".bootcde",require("fs").readFileSync("program.js")+"\\n");
note();
eval(require("Storage").read(".bootcde"));
note();
${subject.create}
note();
${subject.connect(port)}
function look(){if(!(${subject.isConnected}))return;clearInterval(timer);setTimeout(function(){note();print("@@"+JSON.stringify(steps));quit()},200)}
var timer=setInterval(look,50);
`;
}

/** @returns scripts for a host of JerryScript that print the heap before the program is there and once its client is online. */
export function jerryScripts(subject: Subject, is5 = false): string[] {
  const world = `var listeners={};
var fake={on:function(e,f){listeners[e]=f},removeAllListeners:function(){},write:function(){return false},read:function(){return ""},end:function(){}};
function require(name){return {connect:function(){return fake}}}
function getTime(){return 0}
${subject.globals}
var m;print(heapUsed());`;
  const online = `${subject.create}${subject.connect(1883)}listeners.connect();listeners.drain();listeners.drain();listeners.data("${CONNACKS[is5 ? 'name' : 'old']}");
print(${subject.isConnected}?heapUsed():"offline");`;
  return [world, subject.code, online];
}
