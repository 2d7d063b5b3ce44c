// Clients around a model broker, in virtual time, each with the parts under test. A connection takes its time in both directions, and breaks
// when it is told to.

import { createSessionBroker } from '../../../sim/broker/broker.ts';
import type { Attached } from '../../../sim/broker/api.ts';
import { createVirtualClock, type TimerHandle } from '../../../sim/clock.ts';
import { createFixedRandom } from '../../../sim/manual.ts';
import { fromText, toText, type Bytes } from '../../../src/bytes/bytes.ts';
import { createClient, type Client, type ClientOptions } from '../../../src/mqtt/client.ts';
import { createRamOutbox } from '../../../src/outbox/ram.ts';
import type { RequestsHost } from '../../../src/parts/requests.ts';
import type { MotePart } from '../../../src/part.ts';
import { after, type Clock } from '../../../src/ports/clock.ts';
import { Close, Code } from '../../../src/ports/codes.ts';
import { SEND_WINDOW, type Socket, type SocketEvents } from '../../../src/ports/socket.ts';
import { Stage } from '../../../src/ports/stage.ts';

/** The clock wraps a second after the start. */
const START_MS = 0x7fffc18;
const RETRY_MS = 50;

export interface Player {
  readonly id: string;
  readonly host: RequestsHost;
  readonly client: Client;
  /** Why connections ended. */
  readonly ended: Close[];
  add<P extends MotePart>(part: P | null): P;
  start(): void;
  /** The connection breaks; the next one comes soon. */
  cut(): void;
  /** To sleep, or off: with DISCONNECT, and no next connection. */
  leave(): void;
  /** What is written from now on stays where it is. */
  isMute: boolean;
}

export type Exchange = ReturnType<typeof createExchange>;

/** @param delayMs of the next chunk. */
export function createExchange(delayMs: () => number = () => 5) {
  const time = createVirtualClock();
  const broker = createSessionBroker({
    now: () => time.now(),
    setTimer: (ms, run) => time.setTimer(ms, run),
  });

  /** One connection: bytes keep their order. */
  function createSocket(isMute: () => boolean): Socket<Bytes> & { drop(): void } {
    let owner: SocketEvents<Bytes> | undefined;
    let attached: Attached | undefined;
    let isDraining = false;
    let upAt = 0;
    let downAt = 0;

    const close = () => {
      const was = attached;
      owner = attached = undefined;
      was?.closed();
    };

    const drop = () => {
      const told = owner;
      close();
      told?.onClose();
    };

    const open = (events: SocketEvents<Bytes>) => {
      owner = events;
      isDraining = false;
      attached = broker.connect({
        write(bytes) {
          downAt = Math.max(downAt, time.now() + delayMs());
          time.setTimer(downAt - time.now(), () => {
            for (let at = 0; at < bytes.length && owner === events; at += SEND_WINDOW) {
              events.onData(fromText(bytes.substr(at, SEND_WINDOW)));
            }
          });
        },
        end: () => time.setTimer(Math.max(0, downAt - time.now()), () => owner === events && drop()),
      });
      events.onOpen({
        write(bytes: Bytes) {
          if (owner !== events) throw new Error('closed');
          const text = toText(bytes, 0, bytes.length);
          const to = attached!;
          upAt = Math.max(upAt, time.now() + delayMs());
          if (!isMute()) time.setTimer(upAt - time.now(), () => attached === to && to.data(text));
          if (isDraining) return;
          isDraining = true;
          time.setTimer(upAt - time.now(), () => {
            if (owner !== events) return;
            isDraining = false;
            events.onDrain();
          });
        },
      });
    };

    return {
      open(_host, _port, events) {
        close();
        time.setTimer(delayMs(), () => open(events));
        return Code.Ok;
      },
      // What was handed over still leaves.
      close() {
        const was = attached;
        owner = undefined;
        attached = undefined;
        time.setTimer(Math.max(0, upAt - time.now()), () => was?.closed());
      },
      drop,
    };
  }

  return {
    broker,
    time,
    pass: (ms: number) => time.run(ms),

    join(
      id: string,
      level: 4 | 5,
      more: Partial<ClientOptions> & { readonly numbers?: readonly number[] } = {},
    ): Player {
      const { numbers = [0x7ff, 0xfffd], ...options } = more;
      const clock: Clock = {
        now: () => after(START_MS, Math.floor(time.now()) & 0x3ffffff),
        wall(out) {
          out.day = -1;
          out.ms = 0;
        },
      };
      const parts: MotePart[] = [];
      const socket = createSocket(() => player.isMute);
      const ended: Close[] = [];
      let timer: TimerHandle | undefined;
      let isAway = true;

      const set = (ms: number) => {
        if (timer !== undefined) time.clearTimer(timer);
        timer = time.setTimer(ms, tick);
      };
      const tick = () => {
        timer = undefined;
        const now = clock.now();
        let wait = client.tick(now);
        for (const part of parts) wait = Math.min(wait, part.run(now));
        if (timer === undefined) set(wait);
      };
      const tell = (stage: Stage, why: Close) => {
        for (const part of parts) part.onStage?.(stage, why);
        set(0);
      };
      const connect = () => {
        if (!isAway && client.connect('broker', 1883) !== Code.Ok) throw new Error(`${id} cannot connect`);
        set(0);
      };

      const client = createClient(
        { socket, clock, outbox: createRamOutbox(8, 512, () => clock.now()) },
        { clientId: id, keepAliveSec: 60, cleanSession: false, receiveMax: 512, ...options },
        {
          onOpen: () => tell(Stage.Login, Close.None),
          onOnline: () => tell(Stage.Running, Close.None),
          onOffline(why) {
            ended.push(why);
            tell(Stage.Waiting, why);
            time.setTimer(RETRY_MS, connect);
          },
          onReport: () => {},
        },
      );
      client.speak?.(level);
      const player: Player = {
        id,
        host: {
          id,
          ports: { clock, random: createFixedRandom(...numbers) },
          link: { client },
          wake: () => set(0),
        },
        client,
        ended,
        add(part) {
          if (part === null) throw new Error(`${id}: no part`);
          parts.push(part);
          return part;
        },
        start() {
          isAway = false;
          connect();
        },
        cut: () => socket.drop(),
        leave() {
          isAway = true;
          client.disconnect();
          tell(Stage.Asleep, Close.Asleep);
        },
        isMute: false,
      };
      return player;
    },
  };
}
