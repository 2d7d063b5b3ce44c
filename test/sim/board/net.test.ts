import { describe, expect, it } from 'vitest';
import { espruinoLinux } from '../../../boards/espruino-linux.ts';
import type { PeerConnection } from '../../../sim/network/network.ts';
import { createRig, joined, run } from './rig.ts';

/** A board on Linux needs no Wi-Fi. */
const linux = { data: espruinoLinux };

const CLIENT = `
  var socket;
  try {
    socket = require("net").connect({ host: "broker", port: 1883 });
    socket.on("connect", function () { print("connect"); });
    socket.on("data", function (d) { print("data " + d); });
    socket.on("drain", function () { print("drain"); });
    socket.on("close", function (e) { print("close " + e); });
  } catch (e) { print("" + e); }
`;

describe('sockets in virtual time', () => {
  it('tell refusal, unknown names and a dead network apart as the engine does', () => {
    const attempt = (prepare: (rig: ReturnType<typeof createRig>) => void) => {
      const rig = createRig(CLIENT, linux);
      prepare(rig);
      rig.board.powerOn();
      return rig.lines.join(' | ');
    };
    expect(attempt(() => undefined)).toBe('InternalError: Unable to locate host');
    expect(attempt(({ network }) => network.addHost('broker'))).toBe(
      'ERROR: Connect failed (err 111) | InternalError: Unable to create socket',
    );
    expect(attempt(({ network }) => network.cut())).toBe('InternalError: Unable to locate host');
  });

  it('block the board for as long as the answer takes', () => {
    const { board, world, network, lines } = createRig(
      `${CLIENT} setTimeout(function () { print("timer at " + Math.round((getTime() - t0) * 1000)); }, 1); var t0;`.replace(
        'var socket;',
        'var socket, t0 = getTime();',
      ),
      { ...linux, network: { delayMs: [100, 100] } },
    );
    network.listen('broker', 1883, () => undefined);
    board.powerOn();
    world.run(1000);
    expect(lines).toContain('timer at 201');
  });

  it('keep order and bytes over a rough network', () => {
    const seed = Date.now() % 0x7fffffff;
    const { board, world, network, lines } = createRig(
      `
      var all = "";
      for (var i = 0; i < 5000; i++) all += String.fromCharCode(i * 7 & 255);
      var got = "";
      var socket = require("net").connect({ host: "broker", port: 1883 });
      socket.on("data", function (d) {
        if (d.length > 536) print("too much at once");
        got += d;
        if (got.length === all.length) print(got === all);
      });
      socket.write(all);
      `,
      { ...linux, seed, network: { delayMs: [1, 40], split: 0.5, merge: 0.3, loss: 0.1, sendBuffer: 1000 } },
    );
    network.listen('broker', 1883, (peer) => peer.onData((bytes) => peer.write(bytes)));
    board.powerOn();
    world.run(60_000);
    expect(lines, `seed ${seed}`).toEqual(['true']);
    expect(board.counters.bytesOut).toBe(5000);
    expect(board.counters.bytesIn).toBe(5000);
  });

  it('see no drain while the network takes nothing', () => {
    const { board, world, network, lines } = createRig(
      `${CLIENT} setTimeout(function () { for (var i = 0; i < 30; i++) socket.write("0123456789".repeat(50)); }, 100);`,
      { ...linux, network: { sendBuffer: 2000 } },
    );
    network.listen('broker', 1883, (peer) => peer.onData(() => undefined));
    board.powerOn();
    world.run(50);
    network.cut();
    world.run(10_000);
    expect(lines).toEqual(['connect', 'drain']);
    expect(board.counters.bytesOut).toBe(2000);
    network.restore();
    world.run(1000);
    expect(lines).toEqual(['connect', 'drain', 'drain']);
    expect(board.counters.bytesOut).toBe(15_000);
  });

  it('are reset when the power goes', () => {
    const { board, world, network } = createRig(CLIENT, linux);
    const closed: string[] = [];
    network.listen('broker', 1883, (peer) => peer.onClose((how) => closed.push(how)));
    board.powerOn();
    world.run(100);
    board.powerOff();
    world.run(100);
    expect(closed).toEqual(['reset']);
  });

  it('die without a word when the power is cut silently', () => {
    const { board, world, network, lines } = createRig(CLIENT, linux);
    const closed: string[] = [];
    let peer: PeerConnection | undefined;
    network.listen('broker', 1883, (connection) => {
      peer = connection;
      connection.onClose((how) => closed.push(how));
    });
    board.powerOn();
    world.run(100);
    board.powerOff('silent');
    world.run(60_000);
    peer!.write('anybody there?');
    world.run(60_000);
    expect(closed).toEqual([]);
    expect(lines).toEqual(['connect', 'drain']);
  });

  it('do the same again for the same seed', () => {
    const trace = (seed: number) => {
      const { board, world, network, lines } = createRig(
        `${CLIENT} setInterval(function () { socket.write("ping " + Math.random()); }, 100);`,
        { ...linux, seed, network: { delayMs: [1, 90], split: 0.3 } },
      );
      network.listen('broker', 1883, (peer) => peer.onData((bytes) => peer.write(bytes)));
      board.powerOn();
      world.run(5000);
      return lines.join();
    };
    expect(trace(4)).toBe(trace(4));
    expect(trace(4)).not.toBe(trace(5));
  });
});

describe('Wi-Fi', () => {
  const STATION = `
    var wifi = require("Wifi");
    ["associated", "connected", "disconnected"].forEach(function (name) {
      wifi.on(name, function (d) { print(name + " " + (d.msg || d.ip || d.ssid)); });
    });
    wifi.connect("home", { password: "secret" }, function (error) { print("callback " + error); });
  `;

  it('joins, and has an address and a status then', () => {
    const { board, world, lines } = createRig(
      `${STATION} wifi.on("connected", function () { print(wifi.getIP().ip, wifi.getStatus().station, wifi.getStatus().rssi); });`,
    );
    world.accessPoint.ssid = 'home';
    world.accessPoint.password = 'secret';
    world.accessPoint.rssi = -70;
    board.powerOn();
    world.run(5000);
    expect(lines).toEqual([
      'associated home',
      'callback null',
      'connected 192.168.4.2',
      '192.168.4.2 connected -70',
    ]);
  });

  it('says why it could not join', () => {
    const attempt = (change: (rig: ReturnType<typeof createRig>) => void) => {
      const rig = createRig(STATION);
      change(rig);
      rig.board.powerOn();
      rig.world.run(5000);
      return rig.lines;
    };
    expect(attempt(({ world }) => world.accessPoint.setUp(false))).toEqual([
      'disconnected NO_AP_FOUND',
      'callback NO_AP_FOUND',
    ]);
    expect(attempt(({ world }) => (world.accessPoint.password = 'other'))).toEqual([
      'disconnected AUTH_FAIL',
      'callback AUTH_FAIL',
    ]);
  });

  it('loses its access point without a word to the sockets, which work again when it is back', () => {
    const { board, world, network, lines } = createRig(
      `var wifi = require("Wifi"); wifi.on("disconnected", function () { print("disconnected"); wifi.connect("net", {}); });
       wifi.connect("net", {}, function () { if (!global.socket) start(); });
       var start = function () { ${CLIENT} global.socket = socket; setInterval(function () { socket.write("x"); }, 1000); };`,
    );
    let received = 0;
    network.listen('broker', 1883, (peer) => peer.onData((bytes) => (received += bytes.length)));
    board.powerOn();
    world.run(5500);
    const before = received;
    expect(before).toBeGreaterThan(2);
    world.accessPoint.setUp(false);
    world.run(10_000);
    expect(received).toBe(before);
    expect(lines.filter((line) => line.startsWith('close'))).toEqual([]);
    expect(lines).toContain('disconnected');
    world.accessPoint.setUp(true);
    world.run(10_000);
    expect(received).toBeGreaterThan(before + 10);
    expect(board.counters.connections).toBe(1);
  });

  it('is needed to reach anything', () => {
    const { board, world, network, lines } = createRig(CLIENT);
    network.listen('broker', 1883, () => undefined);
    board.powerOn();
    world.run(100);
    expect(lines).toEqual(['InternalError: Unable to locate host']);
  });

  const ASK = 'require("Wifi").setSNTP("pool.ntp.org", "UTC");';
  const YEARS = 'setInterval(function () { print(new Date().getFullYear()); }, 1000);';

  it('brings the time', () => {
    const { board, world, network, lines } = createRig(joined(`${ASK} ${YEARS}`));
    network.addHost('pool.ntp.org');
    board.powerOn();
    world.run(5000);
    expect(lines[0]).toBe('2026');
  });

  it('brings no time of a server that was named before', () => {
    const { board, world, network, lines } = createRig(
      joined(`${ASK} require("Wifi").setSNTP("nobody", "UTC"); ${YEARS}`),
    );
    network.addHost('pool.ntp.org');
    board.powerOn();
    world.run(5000);
    expect(new Set(lines)).toEqual(new Set(['1970']));
  });

  // As lwIP does: SNTP_RETRY_TIMEOUT.
  it.each([
    ['before there is a network', `${ASK} ${joined('')} ${YEARS}`, undefined],
    ['where nothing arrives', joined(`${ASK} ${YEARS}`), 'cut'],
    ['where nobody knows the server', joined(`${ASK} ${YEARS}`), 'names'],
  ])('brings it 15 s later when it is asked for %s', (_what, program, trouble) => {
    const { board, world, network, lines } = createRig(program);
    network.addHost('pool.ntp.org');
    if (trouble === 'cut') network.cut();
    if (trouble === 'names') network.answerNames('unknown');
    board.powerOn();
    world.run(10_000);
    network.restore();
    network.answerNames(undefined);
    world.run(4500);
    expect([...new Set(lines)]).toEqual(['1970']);
    world.run(5000);
    expect([...new Set(lines)]).toEqual(['1970', '2026']);
  });

  it('brings the time of the server that was named last', () => {
    const { board, world, network, lines } = createRig(
      joined(`require("Wifi").setSNTP("nobody", "UTC"); ${ASK} ${YEARS}`),
    );
    network.addHost('pool.ntp.org');
    board.powerOn();
    world.run(5000);
    expect(lines[0]).toBe('2026');
  });

  it('asks the name server', () => {
    const rig = createRig(
      joined(`var names = ["broker", "nobody", "10.1.2.3"];
      function next() {
        var name = names.shift();
        if (name) require("Wifi").getHostByName(name, function (ip) { print(name + " " + ip); next(); });
      }
      next();`),
    );
    rig.network.setName('broker', '10.0.0.5');
    rig.board.powerOn();
    rig.world.run(1000);
    expect(rig.lines).toEqual(['broker 10.0.0.5', 'nobody null', '10.1.2.3 10.1.2.3']);
  });

  // As the engine does: jswrap_esp32_network.c, g_jsHostByNameCallback.
  it.each([
    [['broker', 'nobody'], ['nobody 10.0.0.5']],
    [['nobody', 'broker'], ['broker null']],
    [['broker', '10.1.2.3'], ['10.1.2.3 10.1.2.3']],
  ])('has room for one question: of %j, the last hears the first answer', (names, expected) => {
    const rig = createRig(
      joined(`${JSON.stringify(names)}.forEach(function (name) {
        require("Wifi").getHostByName(name, function (ip) { print(name + " " + ip); });
      });`),
      { network: { delayMs: [10, 10] } },
    );
    rig.network.setName('broker', '10.0.0.5');
    rig.board.powerOn();
    rig.world.run(1000);
    expect(rig.lines).toEqual(expected);
  });

  // As the engine does on an ESP32: jswrap_esp32_network.c, setIP.
  it('takes no address of its own, and says that it did', () => {
    const { lines } = run(
      `var wifi = require("Wifi");
       var fixed = { ip: "192.168.4.77", gw: "192.168.4.1", netmask: "255.255.255.0" };
       wifi.setIP(fixed, function (error) { print("set " + error); });
       try { wifi.setIP({ ip: "here" }, print); } catch (e) { print(e.message); }
       wifi.connect("net", {}, function () { print(wifi.getIP().ip); });`,
    );
    expect(lines).toEqual(['Not a valid IP address', 'set null', '192.168.4.2']);
  });

  it('is no module of a board without it', () => {
    const { board, lines } = createRig('try { require("Wifi"); } catch (e) { print("" + e); }', linux);
    board.powerOn();
    expect(lines).toEqual(['Error: Module "Wifi" not found']);
  });
});
