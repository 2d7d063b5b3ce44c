// A firmware as people write it: closures, a driver, a decoder, a formatter. Every engine runs what becomes of it.

export {};

declare function require(name: string): { connect(options: object): Connection };
declare function setTimeout(callback: () => void, ms: number): number;
declare function clearTimeout(id: number | undefined): void;
declare function print(text: string): void;
declare const I2C1: {
  setup(options: object): void;
  writeTo(address: number, data: Uint8Array): void;
  readFrom(address: number, count: number): Uint8Array;
};

interface Connection {
  write(bytes: string): void;
  on(event: string, callback: (data: string) => void): void;
  end(): void;
}

const enum State {
  Idle,
  Waiting,
  Online,
}

const TABLE = new Uint8Array(16);
const HEADER = '\x10\x00\x04MQTT';

function crc8(bytes: Uint8Array, length: number): number {
  let crc = 255;
  for (let i = 0; i < length; i++) {
    crc ^= bytes[i];
    for (let bit = 0; bit < 8; bit++) crc = crc & 128 ? ((crc << 1) ^ 0x31) & 255 : (crc << 1) & 255;
  }
  return crc;
}

function decimal(value: number, decimals: number): string {
  let text = '' + (value < 0 ? -value : value);
  while (text.length <= decimals) text = '0' + text;
  const cut = text.length - decimals;
  return (value < 0 ? '-' : '') + text.substr(0, cut) + '.' + text.substr(cut);
}

function describeReading(value: number): { value: number; text: string } {
  return { value, text: decimal(value, 2) };
}

function createSensor(address: number) {
  let state = State.Idle;
  let failures = 0;

  function start(): number {
    state = State.Waiting;
    try {
      I2C1.writeTo(address, TABLE);
    } catch {
      failures++;
      return -1;
    }
    return 15;
  }

  function poll(out: Int32Array): number {
    if (state !== State.Waiting) return -4;
    const raw = I2C1.readFrom(address, 6);
    for (let i = 0; i < 6; i += 3) {
      if (crc8(raw, 2) !== raw[2]) return -3;
      out[i / 3] = (raw[i] << 8) | raw[i + 1];
    }
    state = State.Idle;
    return 0;
  }

  return { start, poll, failures: () => failures };
}

function createClient(host: string, onOnline: () => void) {
  let socket: Connection | undefined;
  let left = 0;
  let timer: number | undefined;

  function onData(data: string): void {
    for (let i = 0; i < data.length; i++) {
      const byte = data.charCodeAt(i);
      switch (byte >> 4) {
        case 2:
          left = byte & 15;
          break;
        case 13:
          clearTimeout(timer);
          break;
        default:
          if (left > 0) left--;
      }
    }
    if (left === 0) onOnline();
  }

  function close(): void {
    if (socket) socket.end();
    socket = undefined;
    timer = setTimeout(connect, 1000);
  }

  function connect(): void {
    try {
      socket = require('net').connect({ host, port: 1883 });
      socket.on('data', onData);
      socket.on('close', close);
      socket.write(HEADER);
    } catch {
      close();
    }
  }

  return {
    connect,
    publish(topic: string, payload: string): boolean {
      if (!socket) return false;
      socket.write(topic + payload);
      return true;
    },
  };
}

const values = new Int32Array(2);
const sensor = createSensor(0x44);
const client = createClient('broker', () => print('online'));
const names: { [key: string]: string } = { a: 'temperature', b: 'humidity' };

function onTimer(): void {
  const wait = sensor.start();
  if (wait < 0) print('absent ' + sensor.failures());
  else setTimeout(onPoll, wait);
  setTimeout(onTimer, 5000);
}

function onPoll(): void {
  if (sensor.poll(values) === 0 && !client.publish(names['a'], decimal(values[0], 1))) {
    print(describeReading(values[0]).text);
  }
}

I2C1.setup({ bitrate: 100000 });
for (const key in names) {
  if (Object.prototype.hasOwnProperty.call(names, key)) print(key + '=' + names[key]);
}
client.connect();
onTimer();
