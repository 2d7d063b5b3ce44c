import { describe, expect, it } from 'vitest';
import { createRig } from './rig.ts';

describe('pins', () => {
  it('show what the program puts out', () => {
    const { board, world } = createRig(`
      digitalWrite(D5, 1);
      setTimeout(function () { digitalWrite([D5, D4], 1); D2.set(); }, 10);
      setTimeout(function () { D2.toggle(); pinMode(D5, "input"); }, 20);
    `);
    const seen: string[] = [];
    board.bench.pins.onOutput((pin, level) => seen.push(`D${pin}=${level}`));
    board.powerOn();
    expect(board.bench.pins.output(5)).toBe(1);
    world.run(15);
    expect([5, 4, 2].map((pin) => board.bench.pins.output(pin))).toEqual([0, 1, 1]);
    world.run(10);
    expect([5, 4, 2].map((pin) => board.bench.pins.output(pin))).toEqual([undefined, 1, 0]);
    board.powerOff();
    expect(board.bench.pins.output(4)).toBe(undefined);
    expect(seen[0]).toBe('D5=1');
  });

  it('pulse for fractions of a millisecond, by themselves', () => {
    const { board, world } = createRig('digitalPulse(D5, 1, 0.25); digitalPulse(D4, 0, [1, 2]);');
    const seen: string[] = [];
    board.bench.pins.onOutput((pin, level) => seen.push(`${pin}=${level} ${Math.round(world.now() * 1000)}`));
    board.powerOn();
    const startUs = Number(seen[0]!.split(' ')[1]);
    world.run(20);
    const late = seen.map((line) => [line.split(' ')[0], Number(line.split(' ')[1]) - startUs]);
    expect(late).toEqual([
      ['5=1', 0],
      ['4=0', 0],
      ['5=0', 250],
      ['4=1', 1000],
      ['4=0', 3000],
    ]);
  });

  it('read what is put in, and their pull-ups', () => {
    const { board, world, lines } = createRig(`
      pinMode(D4, "input_pullup");
      var read = function () { print(digitalRead(D4), digitalRead(D5), digitalRead([D4, D5]), D5.read()); };
      read();
      setTimeout(read, 10);
    `);
    board.powerOn();
    board.bench.pins.drive(4, 0);
    board.bench.pins.drive(5, 1);
    world.run(20);
    expect(lines).toEqual(['1 0 2 false', '0 1 1 true']);
  });

  it('measure voltages in steps of the converter, where there is one', () => {
    const { board, lines } = createRig(
      'print(analogRead(D34) * 4096, analogRead(D34) < 1, analogRead(D35), analogRead(D4));',
    );
    board.bench.pins.driveAnalog(34, 0.50001);
    board.powerOn();
    expect(lines).toEqual(['2048 true 0 NaN']);
  });

  it('refuse what they are not', () => {
    const { board, lines } = createRig(
      'try { digitalRead(D39 + 1); } catch (e) { print("" + e); } print(typeof D40);',
    );
    board.powerOn();
    expect(lines).toEqual(['Error: Invalid pin', 'undefined']);
  });
});

describe('watches', () => {
  const watching = (options: string) => `
    setWatch(function (e) {
      print(e.state + " at " + Math.round(e.time * 1000) + (e.lastTime === undefined ? "" : " after " + Math.round((e.time - e.lastTime) * 1000)));
    }, D4, ${options});`;

  it('report each edge with its time', () => {
    const { board, world, lines } = createRig(watching('{ repeat: true, edge: "both" }'));
    board.powerOn();
    world.run(10);
    board.bench.pins.drive(4, 1);
    world.run(5);
    board.bench.pins.drive(4, 0);
    board.bench.pins.drive(4, 0);
    world.run(5);
    expect(lines).toEqual(['true at 10', 'false at 15 after 5']);
  });

  it('may want one edge only, but know of the other', () => {
    const { board, world, lines } = createRig(watching('{ repeat: true, edge: "falling" }'));
    board.powerOn();
    for (const level of [1, 0, 1, 0] as const) {
      world.run(10);
      board.bench.pins.drive(4, level);
    }
    world.run(1);
    expect(lines).toEqual(['false at 20 after 10', 'false at 40 after 10']);
  });

  it('end after the first, or when cleared', () => {
    const { board, world, lines } = createRig(
      `${watching('false')} var id = setWatch(function () { print("other"); clearWatch(id); }, D4, { repeat: true });`,
    );
    board.powerOn();
    for (const level of [1, 0, 1] as const) {
      world.run(10);
      board.bench.pins.drive(4, level);
    }
    world.run(1);
    expect(lines).toEqual(['true at 10', 'other']);
  });

  it('wait until a contact has settled', () => {
    const { board, world, lines } = createRig(watching('{ repeat: true, debounce: 20 }'));
    board.powerOn();
    world.run(10);
    // Bounces for 6 ms, then stays.
    for (const level of [1, 0, 1] as const) {
      board.bench.pins.drive(4, level);
      world.run(3);
    }
    world.run(50);
    // A spike that is shorter than the debouncing.
    board.bench.pins.drive(4, 0);
    world.run(5);
    board.bench.pins.drive(4, 1);
    world.run(50);
    expect(lines).toEqual(['true at 16']);
  });
});
