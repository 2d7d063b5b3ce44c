// A mote that signs, over the flash outbox, with its flash and its power in the test's hands.

import { constant, toText, type Bytes } from '../../src/bytes/bytes.ts';
import { createManualClock } from '../../sim/manual.ts';
import { createNodeDigest } from '../../sim/node/digest.ts';
import type { Nor } from '../../sim/nor.ts';
import { prepareTopic } from '../../src/mqtt/form.ts';
import { Code } from '../../src/ports/codes.ts';
import type { PacketWriter, Topic } from '../../src/ports/packet-writer.ts';
import { createSigner, type Signer } from '../../src/signing/signer.ts';
import { createBench, createChip, type Region } from '../power/bench.ts';

export const KEY = 'a key of more than sixteen bytes';
export const region: Region = { pages: 4, pageBytes: 1024, unit: 4, ecc: false };

export interface Message {
  readonly topic: string;
  readonly payload: string;
}

/** @returns text of bytes, one character each. */
export const textOf = (bytes: Bytes) => toText(bytes, 0, bytes.length);

/** What a signer writes to. @param codes what `end` says, one after the other, and 0 behind them. */
export function createRecorder(codes: number[] = []) {
  const messages: Message[] = [];
  let topic = '';
  let payload = '';
  const none = (): never => {
    throw new Error('a signer writes whole payloads');
  };
  const writer: PacketWriter<Bytes> = {
    topic: (name, qos = 0) => prepareTopic(name, 0x30 | (qos << 1)),
    begin(to) {
      topic = textOf(to.name).slice(2);
      payload = '';
    },
    bytes: (more) => void (payload += textOf(more)),
    text: none,
    integer: none,
    fixed: none,
    time: none,
    end() {
      const code = codes.shift() ?? Code.Ok;
      if (code === Code.Ok) messages.push({ topic, payload });
      return code;
    },
  };
  return { writer, messages };
}

export function startSigning(nor: Nor = createChip(region), key = KEY, codes: number[] = []) {
  const { outbox } = createBench(nor, region);
  const opened = outbox.open(7);
  if (opened !== Code.Ok) throw new Error(`outbox: ${opened}`);
  const clock = createManualClock();
  const signer = createSigner({ digest: createNodeDigest(), clock, outbox }, { key }) as Signer;
  const { writer, messages } = createRecorder(codes);
  const signing = signer.through(writer);
  return {
    nor,
    outbox,
    clock,
    messages,
    topic: (name: string): Topic<Bytes> => signing.topic(name, 1)!,
    writer: signing,
    /** @returns the code. */
    publish(name: string, payload: string): number {
      signing.begin(signing.topic(name, 1)!);
      signing.text(payload);
      return signing.end();
    },
  };
}

export const bytesOf = (text: string) => constant(Buffer.from(text).toString('latin1'));
