// How many PUBLISHes of QoS 1 and 2 a client has sent, and how many of them go out again: counted by nobody as they go, but exact.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createWorld } from './client.ts';
import { ack, PUBACK, PUBCOMP, PUBREC } from './wire.ts';

type Step =
  | { kind: 'publish'; qos: 0 | 1 | 2 }
  | { kind: 'answer'; at: number }
  | { kind: 'reconnect'; present: boolean };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('publish' as const), qos: fc.constantFrom(0, 1, 2) }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('answer' as const), at: fc.nat(7) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reconnect' as const), present: fc.boolean() }) },
);

it('is what went over the wire, whatever is acknowledged, lost and sent again', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 10, maxLength: 80 }), (steps) => {
      const world = createWorld();
      world.online();
      const topics = [world.topic('t', 0), world.topic('t', 1), world.topic('t', 2)];
      /** In flight, by identifier: what is waited for. */
      let flight: { id: number; awaits: number }[] = [];
      let published = 0;
      let unanswered = 0;
      const look = () => {
        for (const line of world.sent()) {
          const [, qos, id] = /^publish ([12]) #(\d+)/.exec(line) ?? [];
          const [, again] = /^pubrel #(\d+)/.exec(line) ?? [];
          if (id !== undefined) {
            published++;
            flight.push({ id: Number(id), awaits: qos === '1' ? PUBACK : PUBREC });
          } else if (again !== undefined && !flight.some((one) => one.id === Number(again))) {
            flight.push({ id: Number(again), awaits: PUBCOMP });
          }
        }
      };
      for (const one of steps) {
        if (one.kind === 'publish') world.publish(topics[one.qos]!, 'x');
        else if (one.kind === 'reconnect') {
          look();
          unanswered += flight.filter(({ awaits }) => awaits !== PUBCOMP).length;
          flight = [];
          world.reconnect(one.present);
        } else {
          const message = flight[one.at % Math.max(1, flight.length)];
          if (message !== undefined) {
            world.socket.deliver(ack(message.awaits, message.id));
            if (message.awaits === PUBREC) message.awaits = PUBCOMP;
            else flight = flight.filter((other) => other !== message);
          }
        }
        look();
        expect(world.client.counters()).toMatchObject({ sent: published, unanswered });
      }
    }),
  );
});
