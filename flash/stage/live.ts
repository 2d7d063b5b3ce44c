// A stage at the pace of the real clock, whose network ends in real TCP: the board talks to a real broker, as one on a table would.

import { isAddress } from '../../sim/network/connection.ts';
import { openBridge } from '../../sim/node/bridge.ts';
import type { Target } from '../../sim/node/bridge.ts';
import type { BrokerAddress } from '../sim/address.ts';
import { formatBrokerAddress } from '../sim/address.ts';
import type { EmbeddedBroker } from '../sim/broker.ts';
import { createAround } from './around.ts';
import { openBoardStage } from './board-stage.ts';
import type { BoardStage, BoardStageOptions } from './board-stage.ts';

export interface LiveOptions extends Omit<
  BoardStageOptions,
  'mode' | 'hasTime' | 'broker' | 'world' | 'network' | 'paced'
> {
  /** Where the firmware looks for its broker. */
  readonly address: BrokerAddress;
  /** Where that is; default: there. */
  readonly target?: Target;
  /** Where the broker is ours to stop. */
  readonly embedded: EmbeddedBroker | undefined;
  /** Somebody else's client publishes to the mote. */
  publish(topic: string, payload: string): void;
  onTrouble(what: string): void;
}

/** What a broker whose name is no address has in the simulated network. */
const BROKER_ADDRESS = '192.168.4.100';
/** A port that somebody else took meanwhile is tried again after this. */
const AGAIN_MS = 500;

/** Where the broker is in the simulated network, and how it goes on and off. */
export function openLiveStage(options: LiveOptions): BoardStage {
  const { address, embedded } = options;
  const around = createAround(options.seed, 1, Date.now());
  const { network, paced } = around;
  const host = isAddress(address.host) ? address.host : BROKER_ADDRESS;
  if (host !== address.host) network.setName(address.host, host);
  const bridge = openBridge({
    network,
    host,
    port: address.port,
    targets: [options.target ?? address],
    sync: paced.sync,
  });
  let isWanted = true;
  /** Stops and starts follow each other. */
  let turn: Promise<unknown> = Promise.resolve();
  const start = async (): Promise<void> => {
    try {
      if (isWanted) await embedded!.start();
    } catch (error) {
      options.onTrouble(`the broker does not start again: ${(error as Error).message}`);
      setTimeout(() => void start(), AGAIN_MS).unref();
    }
  };
  const power = embedded && {
    stop() {
      isWanted = false;
      turn = turn.then(() => embedded.stop());
    },
    start() {
      isWanted = true;
      turn = turn.then(start);
    },
  };
  return openBoardStage({
    ...options,
    ...around,
    mode: 'live',
    hasTime: false,
    broker: {
      name: formatBrokerAddress(address),
      power,
      publish: options.publish,
      async close() {
        bridge.close();
        isWanted = true;
        if (embedded !== undefined) await (turn = turn.then(start));
      },
    },
  });
}
