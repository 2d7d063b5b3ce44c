// Scripts that run beside the example's bundle and tell what it did. Plain ES5 text: they are not built.
// Text is printed as JSON of ASCII only, since engines print other characters each in its own way.

import type { Script } from './engines.ts';

const TELL = `
function plain(text) {
  var out = '';
  for (var i = 0; i < text.length; i++) {
    var code = text.charCodeAt(i);
    out += code < 127 ? text.charAt(i) : '\\\\u' + (code + 65536).toString(16).substr(1);
  }
  return out;
}
function tell(what) {
  var broker = world.broker;
  print('@ ' + plain(JSON.stringify({
    what: what, now: world.now(), published: broker.published(), online: broker.online(),
    connections: world.net.opened(), violations: broker.violations
  })));
}
function tellMessages() {
  var messages = world.broker.messages;
  for (var i = 0; i < messages.length; i++) {
    var m = messages[i];
    print('> ' + plain(JSON.stringify([m.time, m.clientId, m.topic, m.payload, m.qos, m.retain])));
  }
}
`;

const story = (name: string, code: string): Script => ({ name, code: TELL + code });

/** Half a minute in which nothing goes wrong. A board's memory does not hold many messages. */
export const FAIR_WEATHER = story(
  'fair-weather',
  `world.broker.options.keep = 9;
world.run(30000);
tell('fair weather');
tellMessages();`,
);

/** Everything that can go wrong, one after another. */
export const FOUL_WEATHER = story(
  'foul-weather',
  `world.broker.options.keep = 0;
world.run(10000); tell('start');
world.chips[0].faults.absent = true; world.run(20000); tell('chip absent');
world.chips[0].faults.absent = false; world.run(60000); tell('chip back');
world.net.cut(); world.run(30000); tell('connection lost');
world.net.refuse = true; world.net.cut(); world.run(30000); tell('refused');
world.net.refuse = false; world.run(60000); tell('accepted');
world.broker.options.returnCode = 5; world.net.cut(); world.run(30000); tell('login refused');
world.broker.options.returnCode = 0; world.run(60000); tell('login accepted');
world.wifi.refuse = true; world.wifi.drop(); world.run(30000); tell('no access point');
world.wifi.refuse = false; world.run(90000); tell('access point back');
world.broker.options.deaf = true; world.run(60000); tell('deaf');
world.broker.options.deaf = false; world.run(60000); tell('hears again');`,
);

const GLOBAL = `new Function('return this')()`;

/** Before the bundle: remember the names in the global scope. */
export const NAMES_BEFORE: Script = {
  name: 'names-before',
  code: `var namesBefore = Object.getOwnPropertyNames(${GLOBAL});`,
};

/** After it: print the names that are new. */
export const NAMES_AFTER: Script = {
  name: 'names-after',
  code: `print('new: ' + Object.getOwnPropertyNames(${GLOBAL}).filter(function (name) {
  return namesBefore.indexOf(name) < 0 && name !== 'namesBefore';
}).join(' '));`,
};

/** One reading of the example is this many messages. */
export const CHANNELS = 3;

/** Readings of which the most is taken: some cycles of the keep alive. */
const LOOKS = 40;

/** In the world that allocates nothing: what 1,000 readings leave behind, and how often they allocate. */
export const THOUSAND_READINGS: Script = {
  name: 'thousand-readings',
  code: `function used() {
  if (typeof Duktape !== 'undefined') { Duktape.gc(); Duktape.gc(); }
  return typeof heapUsed !== 'undefined' ? heapUsed() : process.memory().usage;
}
// A deadline that is set takes Espruino a variable more than one that is not: the most of a few readings is what is held.
function most(at) {
  looks[at] = 0;
  for (var i = 0; i < ${LOOKS}; i++) {
    quiet.publish(${CHANNELS});
    looks[1] = used();
    if (looks[1] > looks[at]) looks[at] = looks[1];
  }
}
function made() { return typeof allocations !== 'undefined' ? allocations() : 0; }
var looks = new Float64Array(5);
var written = quiet.publish(${20 * CHANNELS});
most(4);
most(0);
looks[2] = made();
written = quiet.publish(${1000 * CHANNELS});
looks[3] = made();
most(4);
print('written ' + written);
print('used ' + looks[0] + ' ' + looks[4]);
print('made ' + (looks[3] - looks[2]));`,
};
