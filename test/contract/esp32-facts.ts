// What the suite says on the virtual ESP32 where that is another board than the recorded Linux engine: its flash, its
// hardware, and I2C errors with the words of its driver (read in Espruino's targets/esp32/jshardwareI2c.c).

const NOBODY = "slave doesn't ACK the transfer";

/** What follows the name of the fact. */
export const ESP32_FACTS: Readonly<Record<string, string>> = {
  'globals.engine':
    'require Modules print console process E setTimeout setInterval clearTimeout clearInterval changeInterval getTime ' +
    'setTime getSerial digitalRead digitalWrite pinMode getPinMode analogRead setWatch clearWatch Pin OneWire I2C1 I2C2 ' +
    'SPI1 SPI2 Serial1 LoopbackA LoopbackB atob btoa HIGH LOW load D0 D1 D32 D33 global ESP32 InternalError',
  'date.now': 'number,false',
  'process.env.board': 'ESP32,4194304,917504',
  'storage.empty':
    '0,917504,{"totalBytes":917504,"freeBytes":917504,"fileBytes":0,"fileCount":0,"trashBytes":0,"trashCount":0}',
  'storage.free': '917464',
  'storage.same': 'true,917464',
  'storage.replace': 'true,Hullo,917424,one',
  'storage.stats':
    '{"totalBytes":917504,"freeBytes":917424,"fileBytes":40,"fileCount":1,"trashBytes":40,"trashCount":1}',
  'storage.beforeCompact':
    '{"totalBytes":917504,"freeBytes":917072,"fileBytes":352,"fileCount":9,"trashBytes":80,"trashCount":2}',
  'storage.afterCompact':
    '{"totalBytes":917504,"freeBytes":917152,"fileBytes":352,"fileCount":9,"trashBytes":0,"trashCount":0},{"a":1},9',
  'storage.compactsItself':
    'true,y,{"totalBytes":917504,"freeBytes":767120,"fileBytes":150384,"fileCount":10,"trashBytes":0,"trashCount":0}',
  'file.chunks':
    'true,3190,{"totalBytes":917504,"freeBytes":909312,"fileBytes":8192,"fileCount":2,"trashBytes":0,"trashCount":0}',
  'flash.free':
    '[{"addr":57344,"length":8192},{"addr":3211264,"length":65536},{"addr":3538944,"length":655360}]',
  'flash.page': '{"addr":57344,"length":4096},[object Object]',
  'flash.erasePage': '255,255,255,255,255,255,255,255,255,255,255,255,255',
  analog: 'NaN',
  'i2c.write': `throws Error: jshI2CWrite: ${NOBODY}`,
  'i2c.write.noStop': `throws Error: jshI2CWrite: ${NOBODY}`,
  'i2c.read': `throws Error: jshI2CRead: ${NOBODY}`,
  'i2c.readReg': `throws Error: jshI2CWrite: ${NOBODY}`,
  'onewire.reset': 'false',
  'onewire.read': '255,255,255',
  'time.set': 'true,true,false',
};

/** Lines of the engine itself that the Linux engine prints and the ESP32 does not. */
export const ESP32_SILENT: readonly string[] = ['ERROR: Analog is not supported on this device.'];
