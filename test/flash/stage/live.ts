// A mote at the pace of the real clock, over real TCP and an embedded broker.

import { describe, expect, it } from 'vitest';
import { esp32 } from '../../../boards/esp32.ts';
import { startBroker } from '../../../flash/sim/broker.ts';
import { startObserver } from '../../../flash/sim/observer.ts';
import type { OutcomeEvent, StageEvent } from '../../../flash/stage/events.ts';
import { openLiveStage } from '../../../flash/stage/live.ts';
import type { BoardStage } from '../../../flash/stage/board-stage.ts';
import { firmware, HOST, PORT, SCENE } from './fixture.ts';

const NAMED = { host: HOST, port: PORT, username: '', password: '' };

export function testLive(): void {
  describe('live', { timeout: 40_000 }, () => {
    it('loses nothing when the broker stops and the power goes', async () => {
      const { result, bundle } = await firmware();
      const broker = await startBroker(0);
      const target = { host: '127.0.0.1', port: broker.port };
      let receive: BoardStage['received'] = () => {};
      let reached: BoardStage['reached'] = () => {};
      const observer = await startObserver({ ...NAMED, ...target }, '#', {
        onMessage: (observation, payload) => receive(observation, payload),
        onLost: () => reached(false),
        onBack: () => reached(true),
      });
      const stage = openLiveStage({
        title: 'test',
        firmware: 'test',
        seed: 1,
        bundle,
        bundleBytes: result.bytes,
        board: esp32,
        scene: SCENE,
        address: NAMED,
        target,
        embedded: broker,
        publish: observer.publish,
        onConsole: () => {},
        onTrouble: (what) => expect.unreachable(what),
        hide: (line) => line,
      });
      receive = stage.received;
      reached = stage.reached;
      const { journal } = stage;
      /** Settles with the first event, of those to come too, that is so. */
      const first = <Event extends StageEvent>(is: (event: StageEvent) => event is Event) =>
        new Promise<Event>((resolve) => {
          const stop = journal.listen((event) => {
            if (is(event)) end(event);
          });
          const end = (event: Event) => {
            stop();
            resolve(event);
          };
          const found = journal.events().find(is);
          if (found !== undefined) end(found);
        });
      const over = (fault: number) =>
        first(
          (event): event is OutcomeEvent => event.type === 'outcome' && event.fault === fault && event.isOver,
        );
      try {
        await first((event): event is StageEvent => event.type === 'reading' && event.value !== undefined);
        expect(() => stage.setSpeed(10)).toThrow('time passes by itself here');

        const stopped = await over(stage.fault('broker-stop', { seconds: 1.5 }));
        expect(stopped.what.join(' ')).toMatch(
          /The broker is stopped for 1\.5 s\. \d connections? ended\. There was a session again/,
        );
        // Told once, whoever noticed.
        const ofBroker = journal.events().filter((event) => event.type === 'state' && event.of === 'broker');
        expect(ofBroker.map((event) => event.type === 'state' && event.state)).toEqual(['up', 'down', 'up']);
        const cut = await over(stage.fault('power-cut-at-write', { seconds: 0.2 }));
        expect(cut.what[1]).toMatch(/^The power went in the middle of a program/);
        expect(cut.account).toMatchObject({ cuts: 1, torn: 1, lost: 0, disordered: 0 });
        expect(cut.account.accepted).toBeGreaterThan(2);
      } finally {
        await stage.stop();
        await observer.close();
        await broker.close();
      }
    });
  });
}
