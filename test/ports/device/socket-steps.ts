// The socket port against real servers: the contract of test/ports/socket-contract.ts as far as an engine can show it.
// ES5 subset.

import { Code } from '../../../src/ports/codes.ts';
import { createSocket } from '../../../src/ports/espruino/socket.ts';
import { SEND_WINDOW } from '../../../src/ports/socket.ts';
import type { Connection, SocketEvents } from '../../../src/ports/socket.ts';
import { check, until } from './check.ts';
import type { Step } from './check.ts';

export const HOST = '127.0.0.1';

export const socket = createSocket();
/** A way past the one under test: what it carries there and back was sent later than all that is under way. */
const other = createSocket();

/** What the owner of a connection has heard: O open, D data, d drain, C close, neighbours alike joined. */
interface Heard {
  calls: string;
  data: string;
  /** Write to the connection. @returns whether it was taken. */
  write(bytes: string): boolean;
  /** Hold the connection no more, so that the engine can. */
  release(): void;
}

export function createHeard(): Heard & { connection: Connection | null } {
  const heard = {
    calls: '',
    data: '',
    connection: null as Connection | null,
    write(bytes: string): boolean {
      try {
        heard.connection!.write(bytes);
        return true;
      } catch {
        return false;
      }
    },
    release(): void {
      heard.connection = null;
    },
  };
  return heard;
}

export function listen(heard: ReturnType<typeof createHeard>, react: (event: string) => void): SocketEvents {
  function hear(event: string): void {
    if (heard.calls.charAt(heard.calls.length - 1) !== event) heard.calls += event;
    react(event);
  }
  return {
    onOpen(connection) {
      heard.connection = connection;
      hear('O');
    },
    onData(bytes) {
      heard.data += bytes;
      hear('D');
    },
    onDrain: () => hear('d'),
    onClose: () => hear('C'),
  };
}

export function nothing(): void {
  // For who only listens.
}

/** Connect the socket under test. */
export function openTo(port: number, react: (event: string) => void): Heard {
  const heard = createHeard();
  check('open starts', socket.open(HOST, port, listen(heard, react)), Code.Ok);
  check('no event from inside open', heard.calls, '');
  return heard;
}

/** Go on with `then` when all that is under way has happened: two round trips later. */
export function settle(then: () => void): void {
  let rounds = 0;
  const heard = createHeard();
  function react(event: string): void {
    if (event === 'O') heard.write('.');
    if (event !== 'D') return;
    rounds++;
    if (rounds < 2) {
      heard.write('.');
      return;
    }
    other.close();
    then();
  }
  other.open(HOST, ECHO_PORT, listen(heard, react));
}

/** All 256 bytes, again and again. */
export function pattern(length: number): string {
  let text = '';
  for (let i = 0; i < length; i++) text += String.fromCharCode(i & 255);
  return text;
}

function refusal(done: () => void): void {
  const heard = createHeard();
  check('refused at once', socket.open(HOST, DEAD_PORT, listen(heard, nothing)), Code.Refused);
  settle(function () {
    check('no event after a refusal', heard.calls, '');
    done();
  });
}

function bytes(done: () => void): void {
  const all = pattern(256);
  const heard = openTo(ECHO_PORT, function (event) {
    if (event === 'O') check('takes 256 bytes', heard.write(all) ? 1 : 0, 1);
  });
  check('not open yet', heard.write('x') ? 1 : 0, 0);
  until(
    'echo of every byte',
    () => heard.data.length >= 256,
    function () {
      check('every byte there and back', heard.data === all ? 1 : 0, 1);
      done();
    },
  );
}

function window(done: () => void): void {
  let drains = 0;
  const heard = openTo(ECHO_PORT, function (event) {
    if (event === 'd') drains++;
    if (event !== 'O') return;
    check('takes 500 bytes', heard.write(pattern(500)) ? 1 : 0, 1);
    check('takes the rest', heard.write(pattern(36)) ? 1 : 0, 1);
    check('no event from inside write', heard.calls, 'O');
  });
  function afterwards(): void {
    check('an empty chunk', heard.write('') ? 1 : 0, 1);
    settle(function () {
      check('one drain, for what was written', drains, 1);
      check('nothing but the echo', heard.data.length, SEND_WINDOW);
      done();
    });
  }
  until('echo of one window', () => drains > 0 && heard.data.length >= SEND_WINDOW, afterwards);
}

/** Each `drain` must come after the engine has sent what was counted: otherwise their number would not be that of windows. */
function stream(done: () => void): void {
  const all = pattern(4000);
  let sent = 0;
  let drains = 0;
  const heard = openTo(ECHO_PORT, function (event) {
    if (event === 'd') drains++;
    if (event === 'D' || sent === all.length) return;
    const chunk = all.substr(sent, SEND_WINDOW);
    sent += chunk.length;
    heard.write(chunk);
  });
  until(
    'echo of 4000 bytes',
    () => heard.data.length >= all.length && drains > 7,
    function () {
      check('4000 bytes there and back', heard.data === all ? 1 : 0, 1);
      check('a drain for each window', drains, 8);
      done();
    },
  );
}

function greeting(done: () => void): void {
  let drains = 0;
  const heard = openTo(GREET_PORT, function (event) {
    if (event === 'O') heard.write(pattern(SEND_WINDOW));
    if (event === 'd') drains++;
  });
  until(
    'a server that speaks first',
    () => drains > 0 && heard.data.length > 0,
    function () {
      settle(function () {
        check('what it says comes after open', heard.calls.charAt(0) + heard.data, 'Ohello');
        check('one drain for one window', drains, 1);
        done();
      });
    },
  );
}

/** @param order what the server is told to do, empty for one that closes by itself. */
function ending(what: string, port: number, order: string): Step {
  return function (done) {
    let closes = 0;
    const heard = openTo(port, function (event) {
      if (event === 'O' && order.length > 0) heard.write(order);
      if (event !== 'C') return;
      closes++;
      check('takes nothing after ' + what, heard.write('x') ? 1 : 0, 0);
    });
    until(
      what,
      () => closes > 0,
      function () {
        settle(function () {
          check('closed once after ' + what, closes, 1);
          check('last event after ' + what, heard.calls.charAt(heard.calls.length - 1), 'C');
          done();
        });
      },
    );
  };
}

/** The server tells how much it had received when the connection ended; it may learn of the end a little later. */
function flushing(done: () => void): void {
  const heard = openTo(ECHO_PORT, function () {
    heard.write(pattern(SEND_WINDOW));
    socket.close();
    check('takes nothing after close', heard.write('x') ? 1 : 0, 0);
  });
  let told = createHeard();
  function ask(): void {
    check('no event after close', heard.calls, 'O');
    until(
      'what was handed over left before the close',
      function () {
        if (told.data === '' + SEND_WINDOW) return true;
        if (told.calls === '' || told.calls.charAt(told.calls.length - 1) === 'C') {
          told = createHeard();
          told.calls = '.';
          socket.open(HOST, REPORT_PORT, listen(told, nothing));
        }
        return false;
      },
      done,
    );
  }
  until(
    'a connection to close',
    () => heard.calls.length > 0,
    () => settle(ask),
  );
}

function closingEarly(done: () => void): void {
  const heard = openTo(ECHO_PORT, nothing);
  socket.close();
  socket.close();
  settle(function () {
    check('no event after a close while connecting', heard.calls, '');
    done();
  });
}

function replacing(done: () => void): void {
  let second: Heard = createHeard();
  const first = openTo(ECHO_PORT, function (event) {
    if (event !== 'O') return;
    first.write('for the first');
    second = openTo(ECHO_PORT, function (later) {
      if (later === 'O') second.write('for the second');
    });
  });
  until(
    'the new connection',
    () => second.data.length >= 14,
    function () {
      settle(function () {
        check('the former owner hears no more', first.calls, 'O');
        check('the new one hears its own', second.calls.charAt(0) + second.data, 'Ofor the second');
        socket.close();
        done();
      });
    },
  );
}

export const SOCKET_STEPS: Step[] = [
  refusal,
  bytes,
  window,
  stream,
  greeting,
  ending('a server that closes at once', SHUT_PORT, ''),
  ending('the end from the server', ECHO_PORT, 'BYE'),
  ending('a reset from the server', ECHO_PORT, 'RST'),
  flushing,
  closingEarly,
  replacing,
];
