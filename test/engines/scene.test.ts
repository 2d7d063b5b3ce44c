// The same scene in real engines: on a real Espruino with its own timers and sockets, as `mote sim --engine espruino` does it,
// and in a whole world in every engine. Values are true, and a chip that is unplugged leaves the other publishing.

import { afterEach, expect, it } from 'vitest';
import { build } from '../../flash/build/build.ts';
import { startBroker } from '../../flash/sim/broker.ts';
import { startObserver } from '../../flash/sim/observer.ts';
import { buildScene } from '../../flash/sim/scene-build.ts';
import { runEspruino } from '../../sim/engine/espruino.ts';
import { CLOCK_PERIOD_MS } from '../../src/ports/clock.ts';
import { writeFirmware } from '../flash/build/fixture.ts';
import { FIRMWARE, SCENE, SETTINGS, TOPICS, expectTrue, topicsOf } from '../sim/scene/two-chips.ts';
import type { Heard } from '../sim/scene/two-chips.ts';
import { describeEngine } from './describe-engine.ts';
import { ENGINES } from './engines.ts';
import type { Engine, Script } from './engines.ts';
import { linesOf } from './suite.ts';

const SORTED = [...TOPICS].sort();
const cleanup: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of cleanup.splice(0).reverse()) await close();
});

/** Half a minute with both chips, and half a minute without the first. */
const STORY: Script = {
  name: 'story',
  code: `function tell(what) {
  var messages = world.broker.messages;
  for (var i = 0; i < messages.length; i++) print(what + ' ' + messages[i].time + ' ' + messages[i].topic + ' ' + messages[i].payload);
  messages.splice(0, messages.length);
}
world.run(10000); tell('both');
world.chips[0].faults.absent = true; world.run(4000); tell('less');
world.run(10000); tell('one');
world.chips[0].faults.absent = false; world.run(20000); tell('less');
world.run(5000); tell('again');
print('violations ' + world.broker.violations.length);`,
};

/** @returns what was heard in one part of the story. */
function heardIn(lines: readonly string[], part: string): Heard[] {
  const found = lines.filter((line) => line.startsWith(`${part} `)).map((line) => line.split(' '));
  return found.map(([, time, topic, ...payload]) => ({
    topic: topic!,
    value: (JSON.parse(payload.join(' ')) as { value: number }).value,
    time: Number(time),
  }));
}

let scripts: Promise<Script[]> | undefined;

async function buildScripts(): Promise<Script[]> {
  const features = { FLASH: false };
  const [around, firmware] = await Promise.all([
    buildScene(SCENE, 'world'),
    build({ firmware: writeFirmware(FIRMWARE), features }),
  ]);
  return [{ name: 'scene', code: around }, { name: 'firmware', code: firmware.code }, STORY];
}

/** The smallest engine has no room for a world, two drivers and two chips. */
const LARGE = ENGINES.map(({ name }) => name).filter((name) => name !== 'espruino-mcu');

for (const name of LARGE) {
  describeEngine(name, (engine) => {
    it('two chips on one bus: true values, and one goes on without the other', async () => {
      const lines = await linesOf(engine, await (scripts ??= buildScripts()));
      expect(topicsOf(heardIn(lines, 'both'))).toEqual(SORTED);
      expect(topicsOf(heardIn(lines, 'one'))).toEqual(['b/humidity', 'b/temperature']);
      expect(topicsOf(heardIn(lines, 'again'))).toEqual(SORTED);
      for (const part of ['both', 'one', 'again']) expectTrue(heardIn(lines, part));
      expect(lines.at(-1)).toBe('violations 0');
    });
  });
}

/** Run the firmware as `mote sim --engine espruino` does, with a script beside it, until `enough`. */
async function publish(engine: Engine, script: string, enough: (heard: Heard[]) => boolean): Promise<void> {
  const broker = await startBroker(0);
  cleanup.push(() => broker.close());
  const heard: Heard[] = [];
  let finish = () => {};
  const done = new Promise<void>((resolve) => (finish = resolve));
  const address = { host: '127.0.0.1', port: broker.port, username: '', password: '' };
  const observer = await startObserver(address, 'two/#', {
    onMessage({ topic, value, time }) {
      heard.push({ topic, value: Number(value), time: time % CLOCK_PERIOD_MS });
      if (enough(heard)) finish();
    },
    onLost: () => {},
    onBack: () => {},
  });
  cleanup.push(() => observer.close());
  const { host, port } = address;
  const settings = { ...SETTINGS, intervalMs: 200, broker: { host, port } };
  const lines: string[] = [];
  const espruino = await runEspruino({
    binary: engine.find() ?? '',
    prelude: [await buildScene(SCENE, 'espruino'), script].filter((text) => text !== ''),
    bundle: (await build({ firmware: writeFirmware(FIRMWARE), board: 'espruino-linux', settings })).code,
    onLine: (line) => lines.push(line),
  });
  cleanup.push(() => espruino.close());
  await Promise.race([
    done,
    espruino.exited.then((exit) => expect.fail(`${JSON.stringify(exit)}\n${lines.slice(-8).join('\n')}`)),
  ]);
  expect((await espruino.close()).failures).toEqual([]);
  expectTrue(heard);
}

for (const name of ['espruino', 'espruino-assert']) {
  describeEngine(name, (engine) => {
    it('two chips on one bus, live: true values', async () => {
      await publish(engine, '', (heard) => heard.length > 30 && topicsOf(heard).length === TOPICS.length);
    });

    it('a chip that is unplugged leaves the other publishing, live', async () => {
      const unplug = 'setTimeout(function(){world.chips[1].faults.absent=true},3000)';
      await publish(engine, unplug, (heard) => {
        const last = heard.slice(-20);
        return last.length === 20 && topicsOf(last).every((topic) => topic.startsWith('a/'));
      });
    });
  });
}
