// Sockets, against a peer with a port for each behaviour (test/contract/peer.ts).

var net = require('net');
var HERE = '127.0.0.1';

/** Write down every event of a socket. */
var listen = function (socket, seen) {
  socket.on('connect', function () {
    seen.push('connect');
  });
  socket.on('drain', function () {
    seen.push('drain');
  });
  socket.on('data', function (bytes) {
    seen.push('data:' + (bytes.length > 40 ? bytes.length : bytes));
  });
  socket.on('error', function (error) {
    seen.push('error:' + error.code + ':' + error.message);
  });
  socket.on('end', function () {
    seen.push('end');
  });
  return socket;
};

report(
  'net.refused',
  outcome(function () {
    net.connect({ host: HERE, port: PORT.closed });
  }),
);
report(
  'net.unknownHost',
  outcome(function () {
    net.connect({ host: 'no-such-host.invalid', port: 1 });
  }),
);
report(
  'net.badOptions',
  outcome(function () {
    return net.connect(5);
  }),
);
report(
  'net.badCallback',
  outcome(function () {
    return net.connect({ host: HERE, port: PORT.closed }, 5);
  }),
);

scenario(function (done) {
  var socket = net.connect({ host: HERE, port: PORT.echo });
  report('net.write.returns', [socket.write('a'), socket.write('')]);
  report('net.members', [
    typeof socket.end,
    typeof socket.read,
    typeof socket.available,
    typeof socket.setNoDelay,
    typeof socket.destroy,
  ]);
  var got = '';
  socket.on('data', function (bytes) {
    got += bytes;
    // What was queued is a copy, and everything becomes text.
    if (got.charAt(got.length - 1) !== '.') return;
    report('net.write.converts', got);
    socket.end();
  });
  socket.on('close', done);
  var text = 'b';
  socket.write(text);
  text += 'c';
  socket.write(new Uint8Array([1, 2, 200]));
  socket.write([3, [4, 5]]);
  socket.write(65);
  socket.write({ a: 1 });
  socket.write(undefined);
  socket.write('.');
});

scenario(function (done) {
  var all = '';
  for (var i = 0; i < 256; i++) all += String.fromCharCode(i);
  var got = '';
  var socket = net.connect({ host: HERE, port: PORT.echo });
  socket.on('data', function (bytes) {
    got += bytes;
    if (got.length < 256) return;
    report('net.bytes', got === all);
    socket.end();
  });
  socket.on('close', done);
  socket.write(all);
});

// Nothing queued: connect, then the drain that says so.
scenario(function (done) {
  var seen = [];
  var socket = listen(net.connect({ host: HERE, port: PORT.silent }), seen);
  socket.on('close', function (failed) {
    seen.push('close:' + failed);
    report('net.quiet', seen);
    done();
  });
  setTimeout(function () {
    socket.end();
    report(
      'net.end.twice',
      outcome(function () {
        return socket.end();
      }),
    );
    report(
      'net.write.afterEnd',
      outcome(function () {
        socket.write('x');
      }),
    );
  }, 20);
});

// Queued before the connection is known to stand: drain comes before connect.
scenario(function (done) {
  var seen = [];
  var socket = listen(net.connect({ host: HERE, port: PORT.silent }), seen);
  socket.write('early');
  setTimeout(function () {
    report('net.early', seen);
    socket.on('close', done);
    socket.end();
  }, 20);
});

scenario(function (done) {
  var seen = [];
  var socket = net.connect({ host: HERE, port: PORT.echo }, function (given) {
    seen.push('callback:' + (given === socket));
  });
  socket.on('data', function (bytes) {
    seen.push(bytes);
    socket.end();
  });
  socket.on('close', function () {
    // An answer that is quick comes before the callback.
    report('net.callback', seen.sort());
    report(
      'net.write.afterClose',
      outcome(function () {
        socket.write('x');
      }),
    );
    done();
  });
  socket.write('hi');
});

scenario(function (done) {
  var socket = net.connect('tcp://' + HERE + ':' + PORT.echo);
  socket.on('data', function (bytes) {
    report('net.url', bytes);
    socket.end();
  });
  socket.on('close', done);
  socket.write('by url');
});

// The peer speaks first, and the engine only looks when all has arrived: data overtakes connect.
scenario(function (done) {
  var seen = [];
  var socket = listen(net.connect({ host: HERE, port: PORT.greet }), seen);
  socket.on('close', done);
  setTimeout(function () {
    report('net.greeted', seen);
    socket.end();
  }, 20);
  holdEngine(0.3);
});

// The peer hangs up before the engine looks: there is no connect.
scenario(function (done) {
  var seen = [];
  var socket = listen(net.connect({ host: HERE, port: PORT.hangUp }), seen);
  socket.on('close', function (failed) {
    seen.push('close:' + failed);
    report('net.hungUp', seen);
    done();
  });
  holdEngine(0.3);
});

scenario(function (done) {
  var sizes = [];
  var total = 0;
  var socket = net.connect({ host: HERE, port: PORT.big });
  socket.on('data', function (bytes) {
    sizes.push(bytes.length);
    total += bytes.length;
    if (total < 3000) return;
    report('net.receive.sizes', sizes);
    socket.end();
  });
  socket.on('close', done);
  socket.write('go');
  setTimeout(function () {
    holdEngine(0.2);
  }, 1);
});

// Nobody listens: 512 bytes are kept, the rest waits for them to be taken.
scenario(function (done) {
  var socket = net.connect({ host: HERE, port: PORT.greet });
  setTimeout(function () {
    report('net.read', [
      socket.available(),
      socket.read(3),
      socket.read(),
      socket.available(),
      socket.read() === '',
    ]);
    socket.on('close', done);
    socket.end();
  }, 20);
  holdEngine(0.3);
});

scenario(function (done) {
  var got = [];
  var socket = net.connect({ host: HERE, port: PORT.greet });
  setTimeout(function () {
    socket.on('data', function (bytes) {
      got.push(bytes);
    });
    setTimeout(function () {
      report('net.late.listener', got);
      socket.on('close', done);
      socket.end();
    }, 20);
  }, 20);
  holdEngine(0.3);
});

scenario(function (done) {
  var seen = [];
  var socket = listen(net.connect({ host: HERE, port: PORT.finish }), seen);
  socket.on('close', function (failed) {
    seen.push('close:' + failed);
    report('net.remoteEnd', seen);
    done();
  });
  socket.on('connect', function () {
    socket.write('bye');
  });
});

scenario(function (done) {
  var seen = [];
  var socket = listen(net.connect({ host: HERE, port: PORT.reset }), seen);
  socket.on('close', function (failed) {
    seen.push('close:' + failed);
    report('net.remoteReset', seen);
    done();
  });
  socket.on('connect', function () {
    socket.write('bye');
  });
});

// The peer has closed, and much is queued before the engine looks. A second connection makes the peer close the first.
scenario(function (done) {
  var seen = [];
  var piece = '';
  while (piece.length < 500) piece += '0123456789';
  var release;
  var socket = net.connect({ host: HERE, port: PORT.held });
  socket.on('error', function (error) {
    seen.push('error:' + error.code + ':' + error.message);
  });
  socket.on('end', function () {
    seen.push('end');
  });
  socket.on('close', function (failed) {
    seen.push('close:' + failed);
    report('net.unsent', seen);
    release.on('close', done);
    release.end();
  });
  socket.on('connect', function () {
    release = net.connect({ host: HERE, port: PORT.release });
    holdEngine(0.3);
    for (var i = 0; i < 20; i++) socket.write(piece);
  });
});

// end() lets what is queued leave first; and no drain follows.
scenario(function (done) {
  var piece = '';
  while (piece.length < 500) piece += '0123456789';
  var seen = [];
  var socket = net.connect({ host: HERE, port: PORT.sink });
  for (var i = 0; i < 10; i++) socket.write(piece);
  socket.on('drain', function () {
    seen.push('drain');
  });
  socket.on('close', function (failed) {
    seen.push('close:' + failed);
    report('net.end.flushes', seen);
    // The peer tells on another port what has arrived.
    var told = net.connect({ host: HERE, port: PORT.report });
    told.on('data', function (bytes) {
      report('net.end.arrived', bytes);
      told.end();
    });
    told.on('close', done);
  });
  socket.end();
});

// 536 bytes a pass: after the first drain, which says that the connection stands, one when all has left.
scenario(function (done) {
  var drains = 0;
  var piece = '';
  while (piece.length < 536) piece += '0123456789'.charAt(piece.length % 10);
  var socket = net.connect({ host: HERE, port: PORT.silent });
  socket.on('connect', function () {
    drains = 0;
    for (var i = 0; i < 5; i++) socket.write(piece);
  });
  socket.on('drain', function () {
    drains++;
    setTimeout(function () {
      if (drains === 0) return;
      report('net.drains', drains);
      drains = 0;
      socket.on('close', done);
      socket.end();
    }, 30);
  });
});

// An exception in a handler does not remove it.
scenario(function (done) {
  var times = 0;
  var socket = net.connect({ host: HERE, port: PORT.echo });
  socket.on('data', function (bytes) {
    times++;
    if (times === 1) {
      socket.write('again');
      throw new Error('in data');
    }
    report('net.handlerSurvives', bytes);
    socket.end();
  });
  socket.on('close', done);
  socket.write('once');
});

// The engine's own mark: closes at once, whatever is queued, without an error.
scenario(function (done) {
  var seen = [];
  var piece = '';
  while (piece.length < 500) piece += '0123456789';
  var socket = listen(net.connect({ host: HERE, port: PORT.silent }), seen);
  socket.on('close', function (failed) {
    seen.push('close:' + failed);
    report('net.closeNow', seen);
    done();
  });
  setTimeout(function () {
    for (var i = 0; i < 100; i++) socket.write(piece);
    socket.end();
    socket.clsNow = true;
  }, 20);
});

scenario(function (done) {
  var closed = 0;
  var both = function () {
    if (++closed === 2) done();
  };
  var first = net.connect({ host: HERE, port: PORT.echo });
  var second = net.connect({ host: HERE, port: PORT.echo });
  first.on('data', function (bytes) {
    report('net.two', bytes);
    second.write('for the second');
    first.end();
  });
  second.on('data', function (bytes) {
    report('net.two', bytes);
    second.end();
  });
  first.on('close', both);
  second.on('close', both);
  first.write('for the first');
});

nextScenario();
