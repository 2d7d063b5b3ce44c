// What a test can do to a virtual board from outside, and see of it: addresses, the clock, and what could grow.

import { describe, expect, it } from 'vitest';
import { createRig } from './rig.ts';

describe('a board on a network without addresses', () => {
  it('is associated, and gets one as soon as somebody answers', () => {
    const { world, board, lines } = createRig(`
      var wifi = require('Wifi');
      wifi.on('associated', function () { print('associated'); });
      wifi.on('connected', function (details) { print('address', details.ip); });
      wifi.connect('home', { password: 'x' }, function (error) { print('joined', error); });
    `);
    world.accessPoint.givesAddresses = false;
    board.powerOn();
    world.run(60_000);
    expect(lines).toEqual(['associated']);
    world.accessPoint.givesAddresses = true;
    world.run(5000);
    expect(lines).toEqual(['associated', 'joined null', 'address 192.168.4.2']);
  });
});

describe('the wall clock of a board', () => {
  it('can be set from outside, and goes on from there', () => {
    const { world, board, lines } = createRig(
      'setInterval(function () { print(Math.round(getTime())); }, 1000);',
    );
    board.powerOn();
    world.run(2100);
    board.jumpClock(3_600_000);
    world.run(1000);
    board.jumpClock(-7_200_000);
    world.run(1000);
    expect(lines).toEqual(['1', '2', '3603', '-3596']);
  });
});

describe('what could grow on a board', () => {
  it('is counted: timers, sockets, bytes that have not left, listeners', () => {
    const { world, board, network } = createRig(`
      var wifi = require('Wifi');
      wifi.on('connected', function () {
        var socket = require('net').connect({ host: 'broker', port: 1883 });
        socket.on('data', function () {});
        socket.on('close', function () {});
        setTimeout(function () { socket.write('0123456789'); }, 5000);
      });
      wifi.connect('home', { password: 'x' });
      setInterval(function () {}, 60000);
    `);
    network.listen('broker', 1883, () => undefined);
    expect(board.gauges()).toBeUndefined();
    board.powerOn();
    expect(board.gauges()).toEqual({ timers: 1, sockets: 0, unsentBytes: 0, untakenBytes: 0, listeners: 1 });
    world.run(4000);
    expect(board.gauges()).toEqual({ timers: 2, sockets: 1, unsentBytes: 0, untakenBytes: 0, listeners: 4 });
    world.accessPoint.setUp(false);
    world.run(2000);
    expect(board.gauges()).toEqual({ timers: 1, sockets: 1, unsentBytes: 10, untakenBytes: 0, listeners: 4 });
    board.powerOff();
    expect(board.gauges()).toBeUndefined();
  });
});
