// The model broker in a share's own world, for runs in virtual time and for a first look at a firmware. What it has taken it hands on: the
// independent view of what motes published.

import type { Broker, BrokerMessage } from '../../sim/device/broker.ts';
import { createBroker } from '../../sim/device/broker.ts';
import type { Network } from '../../sim/network/network.ts';
import type { VirtualWorld } from '../../sim/board/world.ts';
import { BROKER } from './plan.ts';

export interface ModelBroker extends Pick<Broker, 'violations' | 'online'> {
  /** As a broker whose process ends: connections are reset, new ones refused. It knows its sessions when it is started again. */
  stop(): void;
  start(): void;
}

const TICK_MS = 1000;

export function openModelBroker(
  world: VirtualWorld,
  network: Network,
  onMessage: (message: BrokerMessage) => void,
): ModelBroker {
  const broker = createBroker({
    now: () => Math.floor(world.now()),
    keep: 0,
    keepsSessions: true,
    onMessage,
  });
  const listen = () =>
    network.listen(BROKER.host, BROKER.port, (peer) => {
      const link = broker.connect({ write: peer.write, close: peer.end });
      peer.onClose(() => link.closed());
      peer.onData((bytes) => link.data(bytes));
    });
  let listener: ReturnType<typeof listen> | undefined = listen();
  const tick = () => {
    broker.tick();
    world.setTimer(TICK_MS, tick);
  };
  tick();
  return {
    violations: broker.violations,
    online: broker.online,
    stop() {
      listener?.close();
      listener = undefined;
      network.resetAll();
    },
    start: () => void (listener ??= listen()),
  };
}
