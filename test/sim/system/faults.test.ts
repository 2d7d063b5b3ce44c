// Faults count when they strike, not when they are planned.
import { describe, expect, it } from 'vitest';
import { compileBundle } from '../../../sim/board/bundle.ts';
import { kindOf, type FaultKind } from '../../../sim/system/faults.ts';
import { createScene } from '../../../sim/system/scene.ts';

function createStage(program = '') {
  const scene = createScene(compileBundle(program, 'firmware.js'), 1, {
    onConsole() {},
    onError(error) {
      throw error;
    },
    onPowerCut() {},
    onTell() {},
  });
  let felt = 0;
  const strike = (kind: FaultKind, args: readonly number[] = []) =>
    kindOf(kind).strike!(scene, args, 1000, () => void felt++);
  return { scene, strike, felt: () => felt };
}

describe('a fault is felt', () => {
  it('by a board that has power', () => {
    const { scene, strike, felt } = createStage();
    strike('power-cut');
    expect(felt()).toBe(0);
    scene.board.powerOn();
    strike('power-cut');
    strike('power-cut');
    expect(felt()).toBe(1);
  });

  it('in the middle of a write, when there is one', () => {
    const { scene, strike, felt } = createStage(
      'setTimeout(function () { require("Flash").write("abcd", 0x300000); }, 500);',
    );
    scene.board.powerOn();
    strike('torn-write', [1, 5]);
    scene.world.run(400);
    expect(felt()).toBe(0);
    scene.world.run(400);
    expect(felt()).toBe(1);
  });

  it.each(['reset', 'half-open'] as const)('by connections, where there are any: %s', (kind) => {
    const { scene, strike, felt } = createStage();
    strike(kind);
    expect(felt()).toBe(0);
    const events = { onData() {}, onEnd() {}, onReset() {}, onWritable() {} };
    scene.network.connect('broker', 1883, events);
    scene.world.run(1000);
    strike(kind);
    expect(felt()).toBe(1);
  });

  it('at its byte', () => {
    const { scene, strike, felt } = createStage();
    const events = { onData() {}, onEnd() {}, onReset() {}, onWritable() {} };
    const { connection } = scene.network.connect('broker', 1883, events);
    strike('reset-out', [3]);
    connection.send('ab');
    scene.world.run(1000);
    expect(felt()).toBe(0);
    connection.send('c');
    scene.world.run(1000);
    expect(felt()).toBe(1);
  });
});
