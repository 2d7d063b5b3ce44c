// Ordinary ESP32 code as people write it for Espruino, a bit of everything. It is compiled with the types of types/espruino.d.ts alone.

var wifi = require('Wifi');
var storage = require('Storage');
var http = require('http');
var LED = D2;
var samples: number[] = [];

function blink(): void {
  LED.write(1);
  setTimeout(function () {
    LED.reset();
  }, 50);
}

// Sensors.
I2C1.setup({ sda: D21, scl: D22, bitrate: 400000 });
function readTemperature(): number {
  I2C1.writeTo(0x48, 0);
  I2C1.writeTo({ address: 0x48, stop: false }, 0);
  var bytes = I2C1.readFrom(0x48, 2);
  var id = I2C1.readReg(0x48, 0xd0, 1)[0];
  return id === 0x58 ? ((bytes[0] << 8) | bytes[1]) / 256 : NaN;
}
var soft = new I2C();
soft.setup({ sda: 18, scl: 19 });
SPI1.setup({ sck: D14, miso: D12, mosi: D13, baud: 1000000, mode: 3, order: 'msb' });
var answer: Uint8Array = SPI1.send([0x80, 0x00], D15);
var one: number = SPI1.send(0xff);
SPI1.write(1, [2, 3], 'abc', D15);
Serial2.setup(9600, { rx: D16, tx: D17, parity: 'none', bytesize: 8 });
Serial2.on('data', function (data) {
  if (data.startsWith('$GPGGA')) print(data.trim(), answer.length, one);
});
var wire = new OneWire(D4);
var roms = wire.search();
wire.reset();
wire.select(roms[0]);
wire.write(0x44, true);
var scratchpad = wire.read(9)[8];

// Pins.
pinMode(D0, 'input_pullup');
var watch = setWatch(
  function (e) {
    if (!e.state && e.lastTime !== undefined && e.time - e.lastTime < 0.5) blink();
  },
  BTN1,
  { repeat: true, edge: 'falling', debounce: 25 },
);
digitalWrite(D5, !digitalRead(D18));
digitalWrite([D5, D18], 3);
analogWrite(D25, 0.5, { freq: 1000 });
digitalPulse(D26, 1, [5, 2, 4]);
samples.push(analogRead(D34), new Pin(35).analog());
clearWatch(watch);
var wave = new Waveform(64, { bits: 8 });
for (var i = 0; i < wave.buffer.length; i++) wave.buffer[i] = 128 + 120 * Math.sin(i / 10);
wave.startOutput(D25, 4000, { repeat: true });

// Network.
wifi.on('disconnected', function (details) {
  console.log('lost', details.reason);
});
wifi.connect('ssid', { password: 'secret' }, function (error) {
  if (error) return console.log(error);
  wifi.setSNTP('pool.ntp.org', '0');
  wifi.setConfig({ powersave: 'ps-poll' });
  console.log(wifi.getIP().ip, wifi.getStatus().rssi);
  http.get({ host: 'example.org', port: 80, path: '/' }, function (response) {
    var text = '';
    response.on('data', function (data) {
      text += data;
    });
    response.on('close', function () {
      print(response.statusCode, text.length);
    });
  });
});
http
  .createServer(function (request, response) {
    var asked = url.parse(request.url, true);
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end(
      JSON.stringify({ path: asked.pathname, samples: samples, memory: process.memory(false).free }),
    );
  })
  .listen(80);
var socket = require('net').connect({ host: '192.168.1.1', port: 1883 });
socket.on('data', function (bytes) {
  print(E.CRC32(bytes), btoa(bytes));
});
socket.write('\x10\x0c');
require('tls')
  .connect({ host: 'example.org', port: 8883, key: storage.read('key') || '' })
  .end();
var digest = require('crypto').SHA1('text');

// Storage and flash.
storage.write('config', JSON.stringify({ every: 60 }));
var config = storage.readJSON('config', true) || {};
var log = storage.open('log', 'a');
log.write(getTime() + ',' + samples.join() + '\n');
var flash = require('Flash');
var page = flash.getPage(0x310000);
if (page !== undefined) flash.erasePage(page.addr);
flash.write(new Uint8Array(4), 0x310000);
E.connectSDCard(SPI2, D5);
require('fs').appendFileSync('log.csv', '1,2\n');

// System.
E.on('init', function () {
  E.enableWatchdog(60, false);
});
var heartbeat = setInterval(
  function (name: string) {
    E.kickWatchdog();
    print(name, process.env.VERSION, E.getErrorFlags().length, new Uint8Array(digest).length, scratchpad);
  },
  10000,
  'beat',
);
changeInterval(heartbeat, config.every * 1000);
if (ESP32.getWakeupCause() === 4) print('woken by the timer', getSerial());
Promise.resolve(readTemperature()).then(function (celsius) {
  if (celsius > 30 && [1, 2].includes(2)) ESP32.deepSleep(60e6);
});
require('MQTT').connect({ host: 'h' });
