// Pins and buses as far as the Linux engine has them: the names are there, nothing is connected. What a NACK does was
// read in the source of the ESP32's driver and cannot be recorded here.

digitalWrite(D1, 1);
report('pin.dummy', [digitalRead(D1), getPinMode(D1)]);
report('pin.mode', [pinMode(D2, 'input_pullup'), getPinMode(D2)]);
report(
  'pin.mode.unknown',
  outcome(function () {
    pinMode(D2, 'sideways');
  }),
);
report(
  'pin.invalid',
  outcome(function () {
    pinMode(undefined, 'input');
  }),
);
report('pin.number', [D5 == 5, new Pin(5) == 5]);
report('pin.read', [D5.read(), typeof D5.write]);
report('analog', analogRead(D1));
report('watch.ids', [setWatch(function () {}, D1, { repeat: true }), setWatch(function () {}, D2, true)]);
report(
  'watch.edge',
  outcome(function () {
    setWatch(function () {}, D1, { edge: 'sideways' });
  }),
);
report('watch.clear', clearWatch(1));
report(
  'watch.clearUnknown',
  outcome(function () {
    clearWatch(77);
  }),
);
report(
  'watch.clearUndefined',
  outcome(function () {
    clearWatch(undefined);
  }),
);
report('watch.clearAll', clearWatch());
report(
  'watch.pin',
  setWatch(function () {}, undefined),
);

report('i2c.setup', I2C1.setup({ scl: D1, sda: D2, bitrate: 400000 }));
report(
  'i2c.setup.slow',
  outcome(function () {
    I2C1.setup({ bitrate: 5 });
  }),
);
report(
  'i2c.write',
  outcome(function () {
    return I2C1.writeTo(0x76, [1, 2]);
  }),
);
report(
  'i2c.write.noStop',
  outcome(function () {
    return I2C1.writeTo({ address: 0x76, stop: false }, 1);
  }),
);
report(
  'i2c.write.nothing',
  outcome(function () {
    return I2C1.writeTo(0x76, []);
  }),
);
report(
  'i2c.read',
  outcome(function () {
    return [I2C1.readFrom(0x76, 3).length, I2C1.readFrom(0x76, 3) instanceof Uint8Array];
  }),
);
report(
  'i2c.readReg',
  outcome(function () {
    return I2C1.readReg(0x76, 0xd0, 2).length;
  }),
);
report('i2c.read.none', I2C1.readFrom(0x76, 0));
report('spi.send.array', [SPI1.send([1, 2, 3]), SPI1.send([1]) instanceof Uint8Array]);
report('spi.send.number', SPI1.send(5));
report('spi.send.text', SPI1.send('ab'));
report('spi.send.typed', SPI1.send(new Uint8Array(2)));
report('spi.write', SPI1.write(1, 2));

var wire = new OneWire(D5);
report('onewire.reset', wire.reset());
report('onewire.search', JSON.stringify(wire.search()));
report('onewire.read', [wire.read(), wire.read(2)]);
report(
  'onewire.select',
  outcome(function () {
    wire.select('zz');
  }),
);
report('watchdog', [E.enableWatchdog(30, true), E.kickWatchdog()]);

report('uart.nobody', [Serial1.available(), Serial1.read() === '']);

// What arrives may be cut anywhere.
scenario(function (done) {
  var heard = '';
  var answer = '';
  report('loopback.write', LoopbackA.write('kept ', 98, [121], '\xff'));
  setTimeout(function () {
    report('loopback.kept', [
      LoopbackB.available(),
      LoopbackB.read(4),
      LoopbackB.read().length,
      LoopbackB.available(),
    ]);
    LoopbackA.write('early');
    setTimeout(function () {
      LoopbackB.on('data', function (bytes) {
        heard += bytes;
        if (heard === 'earlyping') LoopbackB.write('pong');
      });
      LoopbackA.on('data', function (bytes) {
        answer += bytes;
        if (answer !== 'pong') return;
        report('loopback.heard', [heard, answer, LoopbackB.available()]);
        LoopbackA.removeAllListeners('data');
        LoopbackB.removeAllListeners('data');
        done();
      });
      setTimeout(function () {
        LoopbackA.write('ping');
      }, 5);
    }, 5);
  }, 5);
});

scenario(function (done) {
  var got = '';
  LoopbackB.on('data', function (bytes) {
    got += bytes;
    if (got.length < 300) return;
    report('loopback.long', [got.length, got.charCodeAt(0), got.charCodeAt(299)]);
    LoopbackB.removeAllListeners('data');
    done();
  });
  var all = '';
  for (var i = 0; i < 300; i++) all += String.fromCharCode(i & 255);
  LoopbackA.write(all);
});

scenario(function (done) {
  LoopbackA.println('x');
  LoopbackA.print([1, 2]);
  setTimeout(function () {
    report('loopback.print', LoopbackB.read());
    LoopbackB.inject('inj');
    setTimeout(function () {
      report('loopback.inject', LoopbackB.read());
      done();
    }, 5);
  }, 5);
});
