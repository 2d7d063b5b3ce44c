// Listeners and timers: numbers, order, arguments, and what an exception does to the others.

report(
  'timer.noFunction',
  outcome(function () {
    setTimeout(5, 1);
  }),
);
report(
  'timer.tooLong',
  outcome(function () {
    setTimeout(function () {}, 1e15);
  }),
);
report(
  'timer.clearUndefined',
  outcome(function () {
    clearTimeout(undefined);
  }),
);
report(
  'interval.clearUndefined',
  outcome(function () {
    clearInterval(undefined);
  }),
);
report(
  'timer.clearUnknown',
  outcome(function () {
    return clearTimeout(99999);
  }),
);
report(
  'interval.changeUnknown',
  outcome(function () {
    changeInterval(99999, 5);
  }),
);

scenario(function (done) {
  var ids = [];
  for (var i = 0; i < 4; i++) ids.push(setTimeout(function () {}, 1000));
  report('timer.ids.rise', [ids[1] - ids[0], ids[2] - ids[1]]);
  clearTimeout(ids[1]);
  var next = setTimeout(function () {}, 1000);
  report('timer.ids.afterLast', next - ids[3]);
  clearTimeout(next);
  report('timer.ids.givenAgain', setTimeout(function () {}, 1000) === next);
  clearTimeout();
  report(
    'timer.ids.fromOne',
    setTimeout(function () {}, 1000),
  );
  clearTimeout();
  setTimeout(done, 1);
});

// Deadlines that passed while the engine was held: all are due in one pass, and run in the order of the list.
scenario(function (done) {
  var seen = [];
  var times = 0;
  setTimeout(function () {
    seen.push('30');
  }, 30);
  setTimeout(function () {
    seen.push('10');
  }, 10);
  var interval = setInterval(function () {
    seen.push('every' + ++times);
    if (times === 3) clearInterval(interval);
  }, 10);
  setTimeout(
    function (a, b) {
      seen.push('args:' + a + b);
    },
    20,
    'x',
    5,
  );
  var cleared = setTimeout(function () {
    seen.push('never');
  }, 15);
  setTimeout(function () {
    clearTimeout(cleared);
    seen.push('cleared');
  }, 5);
  setTimeout(function () {
    report('timer.held', seen);
    done();
  }, 200);
  holdEngine(0.06);
});

// What a timer sets runs later, also when it is due at once.
scenario(function (done) {
  var seen = [];
  setTimeout(function () {
    seen.push('first');
    setTimeout(function () {
      seen.push('inner');
      report('timer.inner', seen);
      done();
    }, 0);
  }, 1);
  setTimeout(function () {
    seen.push('second');
  }, 1);
  holdEngine(0.01);
});

scenario(function (done) {
  var seen = 0;
  var id = setTimeout(function () {
    if (++seen === 1) return;
    clearInterval(id);
    report('timer.changedToInterval', seen);
    done();
  }, 1000);
  changeInterval(id, 1);
});

scenario(function (done) {
  var before = getTime();
  setTime(1700000000);
  var told = getTime();
  setTime(before);
  report('time.set', [told >= 1700000000, told < 1700000002, new Date().getTime() > 1700000002000]);
  // Setting the time moves no deadline.
  var fired = false;
  var id = setTimeout(function () {
    fired = true;
  }, 5000);
  setTime(before + 3600);
  setTimeout(function () {
    report('time.set.noTimer', fired);
    clearTimeout(id);
    setTime(before);
    done();
  }, 1);
});

scenario(function (done) {
  var object = {};
  var seen = [];
  report(
    'on.badEvent',
    outcome(function () {
      object.on(5, function () {});
    }),
  );
  report(
    'on.badListener',
    outcome(function () {
      object.on('x', 5);
    }),
  );
  var second = function () {
    seen.push('second');
  };
  object.on('a', function (x, y) {
    seen.push('first:' + x + y + (this === object));
    object.on('a', function () {
      seen.push('late');
    });
  });
  object.on('a', second);
  object.emit('a', 1, 2);
  seen.push('emitted');
  object.emit('none');
  setTimeout(function () {
    report('emit.queued', seen);
    seen = [];
    object.removeListener('a', second);
    object.emit('a', 3, 4);
    object.removeAllListeners('a');
    setTimeout(function () {
      report('emit.afterRemoval', seen);
      object.on('b', second);
      report('on.visible', [Object.keys(object), Object.keys(object).length]);
      done();
    }, 1);
  }, 1);
});

// All callbacks of a pass run; of their exceptions the last is reported.
scenario(function (done) {
  var object = {};
  object.on('bad', function () {
    print('@@exception.first thrown');
    throw new Error('first');
  });
  object.on('bad', function () {
    print('@@exception.second thrown');
    throw new Error('second');
  });
  object.on('good', function () {
    print('@@exception.third fine');
  });
  object.emit('bad');
  object.emit('good');
  setTimeout(done, 1);
});

scenario(function (done) {
  setTimeout(function () {
    throw 'a string';
  }, 1);
  setTimeout(done, 30);
});

scenario(function (done) {
  var times = 0;
  var interval = setInterval(function () {
    if (++times === 1) throw new Error('of an interval');
    clearInterval(interval);
    report('exception.intervalGoesOn', times);
    done();
  }, 5);
});

scenario(function (done) {
  process.on('uncaughtException', function (error) {
    report('exception.caught', error);
    process.removeAllListeners('uncaughtException');
    done();
  });
  setTimeout(function () {
    throw new Error('for the listener');
  }, 1);
});
