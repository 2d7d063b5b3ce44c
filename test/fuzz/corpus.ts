// What brokers send, what no broker sends, and what once went wrong: each line of corpus.txt as bytes from the broker. The same
// lines go through the decoder, through a client, and through a client in a real Espruino.

import { readFileSync } from 'node:fs';

export interface Entry {
  readonly name: string;
  /** As they arrive behind CONNACK, one character each. */
  readonly bytes: string;
}

const FILE = new URL('corpus.txt', import.meta.url);

/** `name: hex`, where `xx*12` is a byte 12 times; lines that begin with # are comments. */
function parse(line: string): Entry {
  const [name = '', hex = ''] = line.split(':');
  const bytes = hex
    .trim()
    .split(/\s+/)
    .map((word) => {
      const [digits = '', count = '1'] = word.split('*');
      return Buffer.from(digits, 'hex').toString('latin1').repeat(Number(count));
    });
  return { name: name.trim(), bytes: bytes.join('') };
}

export const CORPUS: readonly Entry[] = readFileSync(FILE, 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map(parse);
