// The last transitions of a link that speaks MQTT 5.0: a reason of the broker takes two places, and is told whole or not at all.
import { expect, it } from 'vitest';
import { createHistory } from '../../src/parts/history.ts';
import { Close } from '../../src/ports/codes.ts';
import { Stage } from '../../src/ports/stage.ts';
import { createChip, type Region } from '../power/bench.ts';
import { boot } from './world.ts';

const REGION: Region = { pages: 4, pageBytes: 2048, unit: 4, ecc: false };
const SHUTTING_DOWN = 0x8b;

it('has reasons as the broker gave them, up to the oldest that is known', () => {
  const world = boot(createChip(REGION), REGION, { parts: [createHistory()] });
  const transitions: number[][] = [];
  for (let i = 0; i < 40; i++) {
    world.online();
    // Most sessions end without a reason.
    const reason = i % 5 === 0 ? SHUTTING_DOWN : 0;
    world.say(reason > 0 ? `\xe0\x01${String.fromCharCode(reason)}` : '\xe0\0');
    transitions.push([Stage.Opening, Close.None], [Stage.Login, Close.None], [Stage.Running, Close.None]);
    transitions.push([Stage.Waiting, reason > 0 ? reason : Close.Disconnected]);
  }
  const told = world.messages
    .filter(({ topic }) => topic === 'm/history')
    .map(({ payload }) => (JSON.parse(payload) as number[][]).map(([stage, why]) => [stage, why]));
  expect(told).toHaveLength(40);
  told.forEach((all, i) => {
    // Told as a session begins.
    const before = transitions.slice(0, 4 * i + 3);
    if (i > 5) expect(all).toEqual(before.slice(-all.length));
    // Sixteen places, of which one or two are for a session that ended with a reason.
    if (i > 5) expect(all.length).toBeGreaterThan(13);
  });
});
