// A stage in virtual time: the model broker, no socket, any speed. The same seed, and the same done to it at the same time, gives the same run.

import { createSessionBroker } from '../../sim/broker/broker.ts';
import type { Listener } from '../../sim/network/network.ts';
import { readPayload } from '../sim/observer.ts';
import type { Observation } from '../sim/observer.ts';
import { createAround } from './around.ts';
import { openBoardStage } from './board-stage.ts';
import type { BoardStage, BoardStageOptions } from './board-stage.ts';
import { openModelObserver } from './model-observer.ts';

export interface VirtualOptions extends Omit<
  BoardStageOptions,
  'mode' | 'hasTime' | 'broker' | 'world' | 'network' | 'paced'
> {
  /** Where the firmware looks for its broker. */
  readonly host: string;
  readonly port: number;
  /** Virtual seconds a real second; 0: time stands still until somebody says otherwise. */
  readonly speed: number;
  onMessage?(observation: Observation): void;
}

export interface VirtualStage extends BoardStage {
  /** Let so many milliseconds pass, as fast as they do. */
  run(ms: number): void;
  now(): number;
  /** What the mote did against the standard, as the model broker judges. */
  readonly violations: readonly string[];
}

export function openVirtualStage(options: VirtualOptions): VirtualStage {
  const around = createAround(options.seed, options.speed);
  const { network, world } = around;
  const broker = createSessionBroker(
    { now: world.now, setTimer: world.setTimer, areAlike: true },
    // Whoever presses buttons keeps a mote from its keep alive.
    { isDisturbed: () => true },
  );
  let listener: Listener | undefined;
  const listen = () => {
    listener ??= network.listen(options.host, options.port, (peer) => {
      const attached = broker.connect({ write: peer.write, end: peer.end });
      peer.onData(attached.data);
      peer.onClose(attached.closed);
    });
  };
  listen();
  const observer = openModelObserver(broker, world.setTimer, (topic, payload) => {
    const observation = readPayload(topic, payload, Math.round(world.wall()));
    stage.received(observation, payload.toString('utf8'));
    options.onMessage?.(observation);
  });
  const stage = openBoardStage({
    ...options,
    ...around,
    mode: 'virtual',
    hasTime: true,
    broker: {
      name: 'the model broker',
      power: {
        stop() {
          listener?.close();
          listener = undefined;
          observer.setUp(false);
          broker.restart(false);
        },
        start() {
          listen();
          observer.setUp(true);
        },
      },
      publish: (topic, payload) =>
        void broker.publish({
          topic,
          payload: Buffer.from(payload).toString('latin1'),
          qos: 1,
          retain: false,
        }),
      close: () => Promise.resolve(),
    },
  });
  return { ...stage, run: world.run, now: world.now, violations: broker.violations };
}
