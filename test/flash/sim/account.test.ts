// The account of a run: what the chip saw against what a client received.
import { describe, expect, it } from 'vitest';
import { createNor, createNorPort } from '../../../sim/nor.ts';
import { createFlashBytes } from '../../../src/outbox/flash-bytes.ts';
import { createFlashOutbox } from '../../../src/outbox/flash.ts';
import { prepareTopic } from '../../../src/mqtt/form.ts';
import { accountText, createBookkeeper } from '../../../flash/sim/account.ts';

const topic = prepareTopic('m/t', 0x32);

function createScene() {
  const nor = createNor({ base: 0, bytes: 4096, pageBytes: 1024, programUnit: 4, ecc: false });
  const bookkeeper = createBookkeeper(4);
  nor.onProgram = bookkeeper.programmed;
  const start = () => {
    const outbox = createFlashOutbox(createFlashBytes(createNorPort(nor, 0, 4), 256), 100);
    outbox.open(1);
    return outbox;
  };
  return { bookkeeper, start };
}

describe('account', () => {
  it('counts what was accepted, delivered, held and came again, over a restart', () => {
    const { bookkeeper, start } = createScene();
    const before = start();
    for (const payload of ['a', 'b', 'c']) before.append(topic, payload);
    bookkeeper.received('m/t', 'a');
    before.acknowledge(1);
    bookkeeper.received('m/t', 'b');
    bookkeeper.cut(true);
    start();
    bookkeeper.received('m/t', 'b');
    expect(bookkeeper.account()).toEqual({
      cuts: 1,
      torn: 1,
      accepted: 3,
      delivered: 2,
      duplicates: 1,
      held: 1,
      lost: 0,
      disordered: 0,
    });
  });

  it('finds what was acknowledged and never received, and what nobody accepted', () => {
    const { bookkeeper, start } = createScene();
    const outbox = start();
    outbox.append(topic, 'a');
    outbox.acknowledge(1);
    bookkeeper.received('m/t', 'x');
    expect(bookkeeper.account()).toMatchObject({
      accepted: 1,
      delivered: 0,
      lost: 1,
      disordered: 1,
      held: 0,
    });
    expect(accountText(bookkeeper.account())).toContain('1 accepted, 0 delivered, 1 lost');
    expect(accountText(bookkeeper.account())).toContain('1 out of order');
  });
});
