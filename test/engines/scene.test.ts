// The same scene in real engines: on a real Espruino with its own timers and sockets, as `mote sim --engine espruino` does it,
// and in a whole world in every engine. Values are true, and a chip that is unplugged leaves the other publishing.

import { afterEach, expect, it } from 'vitest';
import { build } from '../../flash/build/build.ts';
import { startBroker } from '../../flash/sim/broker.ts';
import { startObserver } from '../../flash/sim/observer.ts';
import { buildScene } from '../../flash/sim/scene-build.ts';
import { runEspruino } from '../../sim/engine/espruino.ts';
import type { Scene } from '../../sim/scene/scene.ts';
import { CLOCK_PERIOD_MS } from '../../src/ports/clock.ts';
import { writeFirmware } from '../flash/build/fixture.ts';
import { FIRMWARE, SCENE, SETTINGS, TOPICS, expectTrue, topicsOf } from '../sim/scene/two-chips.ts';
import * as mixed from '../sim/scene/mixed.ts';
import * as pins from '../sim/scene/pins.ts';
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

const TELL = `function tell(what) {
  var messages = world.broker.messages;
  for (var i = 0; i < messages.length; i++) print(what + ' ' + messages[i].time + ' ' + messages[i].topic + ' ' + messages[i].payload);
  messages.splice(0, messages.length);
}`;

/** Both chips, then without the first, then both again. */
const STORY: Script = {
  name: 'story',
  code: `${TELL}
world.run(10000); tell('both');
world.chips[0].faults.absent = true; world.run(4000); tell('less');
world.run(10000); tell('one');
world.chips[0].faults.absent = false; world.run(20000); tell('less');
world.run(5000); tell('again');
print('violations ' + world.broker.violations.length);`,
};

/** A few readings of all. */
const PINS_STORY: Script = { name: 'pins-story', code: `${TELL}\nworld.run(12000); tell('all');` };

/** Until the fine dust sensor's air is steady and a while longer, and then without it and one on the wire. */
const MIXED_STORY: Script = {
  name: 'mixed-story',
  code: `${TELL}
world.run(36000); world.broker.messages.splice(0, 1000); world.run(7000); tell('all');
world.chips[0].faults.absent = true; world.chips[2].faults.absent = true;
world.run(6000); world.broker.messages.splice(0, 1000); world.run(6000); tell('one');`,
};

/** Who is there is no reading. */
const isStatus = (topic: string) => topic.endsWith('/status');

/** @returns what was heard in one part of the story. */
function heardIn(lines: readonly string[], part: string): Heard[] {
  const found = lines
    .filter((line) => line.startsWith(`${part} `))
    .map((line) => line.split(' '))
    .filter(([, , topic]) => !isStatus(topic!));
  return found.map(([, time, topic, ...payload]) => ({
    topic: topic!,
    value: (JSON.parse(payload.join(' ')) as { value: number }).value,
    time: Number(time),
  }));
}

/** A scene around an engine that has nothing, and its firmware. */
async function buildScripts(scene: Scene, files: Readonly<Record<string, string>>): Promise<Script[]> {
  const features = { FLASH: false };
  const [around, firmware] = await Promise.all([
    buildScene(scene, 'world'),
    build({ firmware: writeFirmware(files), features }),
  ]);
  return [
    { name: 'scene', code: around },
    { name: 'firmware', code: firmware.code },
  ];
}

let scripts: Promise<Script[]> | undefined;
let mixedScripts: Promise<Script[]> | undefined;
let pinsScripts: Promise<Script[]> | undefined;

/** The smallest engine has no room for a world, two drivers and two chips. */
const LARGE = ENGINES.map(({ name }) => name).filter((name) => name !== 'espruino-mcu');

for (const name of LARGE) {
  describeEngine(name, (engine) => {
    it('two chips on one bus: true values, and one goes on without the other', async () => {
      const parts = await (scripts ??= buildScripts(SCENE, FIRMWARE));
      const lines = await linesOf(engine, [...parts, STORY]);
      expect(topicsOf(heardIn(lines, 'both'))).toEqual(SORTED);
      expect(topicsOf(heardIn(lines, 'one'))).toEqual(['b/humidity', 'b/temperature']);
      expect(topicsOf(heardIn(lines, 'again'))).toEqual(SORTED);
      for (const part of ['both', 'one', 'again']) expectTrue(heardIn(lines, part));
      expect(lines.at(-1)).toBe('violations 0');
    });

    it('a wire, a serial port and a pin: true values, and the others go on without one', async () => {
      const parts = await (mixedScripts ??= buildScripts(mixed.SCENE, mixed.FIRMWARE));
      const lines = await linesOf(engine, [...parts, MIXED_STORY]);
      const [all, one] = ['all', 'one'].map((part) => heardIn(lines, part)) as [Heard[], Heard[]];
      expect([...new Set(all.map(({ topic }) => topic))].sort()).toEqual(mixed.MIXED_TOPICS);
      expect([...new Set(one.map(({ topic }) => topic))].sort()).toEqual([
        'mixed/a/temperature',
        'mixed/d/contact',
      ]);
      mixed.expectMixed([...all, ...one]);
    });

    it('an SPI bus, a line, an echo and a voltage: true values', async () => {
      const parts = await (pinsScripts ??= buildScripts(pins.SCENE, pins.FIRMWARE));
      const heard = heardIn(await linesOf(engine, [...parts, PINS_STORY]), 'all');
      expect([...new Set(heard.map(({ topic }) => topic))].sort()).toEqual(pins.PINS_TOPICS);
      pins.expectPins(heard);
    });
  });
}

/** A firmware and its scene. */
interface Live {
  readonly SCENE: Scene;
  readonly SETTINGS: { readonly id: string };
  readonly FIRMWARE: Readonly<Record<string, string>>;
}

const TWO: Live = { SCENE, SETTINGS, FIRMWARE };

/** Run the firmware as `mote sim --engine espruino` does, with a script beside it, until `enough`. */
async function publish(
  engine: Engine,
  what: Live,
  script: string,
  enough: (heard: Heard[]) => boolean,
): Promise<Heard[]> {
  const broker = await startBroker(0);
  cleanup.push(() => broker.close());
  const heard: Heard[] = [];
  let finish = () => {};
  const done = new Promise<void>((resolve) => (finish = resolve));
  const address = { host: '127.0.0.1', port: broker.port, username: '', password: '' };
  const observer = await startObserver(address, `${what.SETTINGS.id}/#`, {
    onMessage({ topic, value, time }) {
      if (isStatus(topic)) return;
      heard.push({ topic, value: Number(value), time: time % CLOCK_PERIOD_MS });
      if (enough(heard)) finish();
    },
    onLost: () => {},
    onBack: () => {},
  });
  cleanup.push(() => observer.close());
  const { host, port } = address;
  const settings = { ...what.SETTINGS, intervalMs: 200, broker: { host, port } };
  const lines: string[] = [];
  const espruino = await runEspruino({
    binary: engine.find() ?? '',
    prelude: [await buildScene(what.SCENE, 'espruino'), script].filter((text) => text !== ''),
    bundle: (await build({ firmware: writeFirmware(what.FIRMWARE), board: 'espruino-linux', settings })).code,
    onLine: (line) => lines.push(line),
  });
  cleanup.push(() => espruino.close());
  await Promise.race([
    done,
    espruino.exited.then((exit) => expect.fail(`${JSON.stringify(exit)}\n${lines.slice(-8).join('\n')}`)),
  ]);
  expect((await espruino.close()).failures).toEqual([]);
  return heard;
}

for (const name of ['espruino', 'espruino-assert']) {
  describeEngine(name, (engine) => {
    it('two chips on one bus, live: true values', async () => {
      expectTrue(
        await publish(
          engine,
          TWO,
          '',
          (heard) => heard.length > 30 && topicsOf(heard).length === TOPICS.length,
        ),
      );
    });

    it('a chip that is unplugged leaves the other publishing, live', async () => {
      const unplug = 'setTimeout(function(){world.chips[1].faults.absent=true},3000)';
      const heard = await publish(engine, TWO, unplug, (all) => {
        const last = all.slice(-20);
        return last.length === 20 && topicsOf(last).every((topic) => topic.startsWith('a/'));
      });
      expectTrue(heard);
    });

    it('a wire, a serial port and a pin, live: true values', async () => {
      mixed.expectMixed(
        await publish(engine, mixed, '', (heard) =>
          mixed.MIXED_TOPICS.every((topic) => heard.some((one) => one.topic === topic)),
        ),
      );
    });

    it('an SPI bus, a line, an echo and a voltage, live: true values', async () => {
      pins.expectPins(
        await publish(engine, pins, '', (heard) =>
          pins.PINS_TOPICS.every((topic) => heard.some((one) => one.topic === topic)),
        ),
      );
    });
  });
}
