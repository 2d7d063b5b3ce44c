// The account where messages are passed over, come late, are alike, or go on for ever; and what is still on its way.
import { describe, expect, it } from 'vitest';
import { createBookkeeper } from '../../../flash/sim/account.ts';
import { prepareTopic } from '../../../src/mqtt/form.ts';
import { createFlashBytes } from '../../../src/outbox/flash-bytes.ts';
import { createFlashOutbox } from '../../../src/outbox/flash.ts';
import { createNor, createNorPort } from '../../../sim/nor.ts';

const topic = prepareTopic('m/t', 0x32);

function createScene() {
  let now = 0;
  const nor = createNor({ base: 0, bytes: 8192, pageBytes: 1024, programUnit: 4, ecc: false });
  const bookkeeper = createBookkeeper(4, () => now);
  nor.onProgram = bookkeeper.programmed;
  const outbox = createFlashOutbox(createFlashBytes(createNorPort(nor, 0, 8), 256), 100);
  outbox.open(1);
  return { bookkeeper, outbox, pass: (ms: number) => void (now += ms) };
}

describe('account', () => {
  it('goes on behind what was lost, and knows it when it comes after all', () => {
    const { bookkeeper, outbox } = createScene();
    for (const [i, payload] of ['a', 'b', 'c', 'd'].entries()) {
      outbox.append(topic, payload);
      outbox.acknowledge(i + 1);
    }
    bookkeeper.received('m/t', 'a');
    bookkeeper.received('m/t', 'c');
    bookkeeper.received('m/t', 'd');
    expect(bookkeeper.account()).toMatchObject({
      accepted: 4,
      delivered: 3,
      lost: 1,
      disordered: 0,
      held: 0,
    });
    bookkeeper.received('m/t', 'b');
    expect(bookkeeper.account()).toMatchObject({
      accepted: 4,
      delivered: 4,
      lost: 0,
      disordered: 1,
      held: 0,
    });
  });

  it('reads what a firmware gathers, message by message', () => {
    const { bookkeeper, outbox } = createScene();
    for (const payload of ['a', 'b', 'c']) outbox.gather!(topic, payload);
    outbox.appendGathered!();
    expect(bookkeeper.account()).toMatchObject({ accepted: 3, held: 3 });
    outbox.acknowledge(1);
    expect(bookkeeper.account()).toMatchObject({ held: 2, lost: 1 });
    for (const payload of ['a', 'b', 'c']) bookkeeper.received('m/t', payload);
    for (const sequence of [2, 3]) outbox.acknowledge(sequence);
    expect(bookkeeper.account()).toMatchObject({
      accepted: 3,
      delivered: 3,
      lost: 0,
      held: 0,
      disordered: 0,
    });
  });

  it('says when each was accepted, and which came again', () => {
    const { bookkeeper, outbox, pass } = createScene();
    outbox.append(topic, 'a');
    pass(1000);
    outbox.append(topic, 'b');
    pass(500);
    expect(bookkeeper.received('m/t', 'a')).toEqual({ at: 0, isAgain: false });
    expect(bookkeeper.received('m/t', 'b')).toEqual({ at: 1000, isAgain: false });
    expect(bookkeeper.received('m/t', 'a')).toEqual({ at: 0, isAgain: true });
    expect(bookkeeper.received('m/other', 'a')).toBeUndefined();
    expect(bookkeeper.account()).toMatchObject({ delivered: 2, duplicates: 1, disordered: 0 });
  });

  it('takes what left the outbox a moment ago for held, where it is asked to', () => {
    const { bookkeeper, outbox, pass } = createScene();
    outbox.append(topic, 'a');
    outbox.acknowledge(1);
    pass(400);
    expect(bookkeeper.account(500)).toMatchObject({ held: 1, lost: 0 });
    pass(100);
    expect(bookkeeper.account(500)).toMatchObject({ held: 0, lost: 1 });
    expect(bookkeeper.account()).toMatchObject({ held: 0, lost: 1 });
  });

  it('counts readings that are all alike, through every page of the flash many times', () => {
    const { bookkeeper, outbox } = createScene();
    for (let i = 0; i < 5000; i++) {
      outbox.append(topic, '21.5');
      outbox.acknowledge((i % 32640) + 1);
      bookkeeper.received('m/t', '21.5');
    }
    expect(bookkeeper.account()).toEqual({
      cuts: 0,
      torn: 0,
      accepted: 5000,
      delivered: 5000,
      duplicates: 0,
      held: 0,
      lost: 0,
      disordered: 0,
    });
  });
});
