// The fuzz corpus inside real engines: a decoder and a client there make of it what they make of it in Node, event by event.
// What Node lets pass, such as `s[-1]`, throws in Espruino.

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CORPUS } from '../fuzz/corpus.ts';
import { stream } from '../fuzz/generate.ts';
import { SEED } from '../fuzz/settings.ts';
import { describeEngine } from './describe-engine.ts';
import { program, runInNode } from './programs.ts';

/** Random streams besides the corpus, and the longest of them: the engine has to hold them all. */
const STREAMS = 60;
const STREAM_MAX = 400;

/** @returns a script that defines what the device program is fed. */
function corpusScript() {
  const random = fc
    .sample(stream, { seed: SEED, numRuns: STREAMS * 2 })
    .filter((bytes) => bytes.length > 0 && bytes.length <= STREAM_MAX)
    .slice(0, STREAMS);
  const all = [...CORPUS.map(({ bytes }) => bytes), ...random];
  const literals = all.map((bytes) => {
    const escaped = Array.from(bytes, (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`);
    return `CORPUS.push("${escaped.join('')}");`;
  });
  return { count: all.length, script: { name: 'corpus', code: `var CORPUS = [];\n${literals.join('\n')}` } };
}

for (const name of ['duk', 'espruino']) {
  describeEngine(name, (engine) => {
    it('makes of the fuzz corpus what Node makes of it', async () => {
      console.log(`SEED=${SEED}`);
      const { count, script } = corpusScript();
      const scripts = [script, await program('test/fuzz/corpus.device.ts')];
      const { lines, failure } = await engine.run(scripts);
      expect(failure, lines.slice(-5).join('\n')).toBeUndefined();
      const expected = runInNode(scripts);
      expect(expected).toHaveLength(count + 1);
      expect(lines).toEqual(expected);
    });
  });
}
