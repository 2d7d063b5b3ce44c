// How the suite reports: one line a fact, `@@name value`, in the same order on every engine.

/** A string with everything outside of printable ASCII escaped the same way everywhere. */
var plain = function (text) {
  var out = '';
  for (var i = 0; i < text.length; i++) {
    var code = text.charCodeAt(i) & 255;
    if (code >= 32 && code < 127) out += text.charAt(i);
    else out += '\\x' + (code < 16 ? '0' : '') + code.toString(16);
  }
  return out;
};

var report = function (name, value) {
  print('@@' + name + ' ' + plain('' + value));
};

/** What a call throws, as text, or what it returns. */
var outcome = function (run) {
  var result;
  try {
    result = run();
  } catch (error) {
    return 'throws ' + error.toString();
  }
  return 'returns ' + result;
};

/** Hold the engine until whatever goes on outside of it has certainly happened. */
var holdEngine = function (seconds) {
  var until = getTime() + seconds;
  while (getTime() < until);
};

var scenarios = [];

/** A scenario runs alone, from the idle loop, and calls what it is given when it is through. */
var scenario = function (run) {
  scenarios.push(run);
};

var nextScenario = function () {
  if (scenarios.length === 0) {
    report('end', 'reached');
    // Boards do not end.
    if (typeof quit !== 'undefined') quit();
    return;
  }
  var run = scenarios.shift();
  setTimeout(function () {
    run(nextScenario);
  }, 1);
};
