import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { esp32 } from '../../boards/esp32.ts';
import { espruinoLinux } from '../../boards/espruino-linux.ts';
import { runInVirtualTime, runLive } from './board.ts';
import { BOARD_DIFFERENCES } from './differences.ts';
import { ESP32_FACTS, ESP32_SILENT } from './esp32-facts.ts';
import { factName, parseTranscript, suiteHash, TRANSCRIPT } from './suite.ts';

const recorded = parseTranscript(readFileSync(TRANSCRIPT, 'utf8'));

/** Lines without the facts that are known to differ. */
const agreed = (lines: readonly string[]) => lines.filter((line) => !(factName(line) in BOARD_DIFFERENCES));
const fact = (lines: readonly string[], name: string) => lines.filter((line) => factName(line) === name);

describe('port contract', () => {
  it('was recorded from this suite', () => {
    expect(recorded.suite, 'the suite has changed: record it again with npm run transcript').toBe(
      suiteHash(),
    );
    expect(recorded.engine).toMatch(/^2v\d+/);
  });

  it('is kept by the virtual board in virtual time', () => {
    const lines = runInVirtualTime(espruinoLinux, 1);
    expect(agreed(lines)).toEqual(agreed(recorded.lines));
  });

  it('is kept by the virtual board over real TCP', async () => {
    const lines = await runLive(espruinoLinux, 15_000);
    expect(agreed(lines)).toEqual(agreed(recorded.lines));
  });

  it('gives the same transcript for any seed', () => {
    const seed = Date.now() % 0x7fffffff;
    expect(runInVirtualTime(espruinoLinux, seed), `seed ${seed}`).toEqual(runInVirtualTime(espruinoLinux, 1));
  });

  it('is kept by the virtual ESP32, but for its own flash and hardware', () => {
    const expected = agreed(recorded.lines)
      .filter((line) => !ESP32_SILENT.includes(line))
      .map((line) => {
        const own = ESP32_FACTS[factName(line)];
        return own === undefined ? line : `@@${factName(line)} ${own}`;
      });
    const lines = runInVirtualTime(esp32, 1);
    expect(agreed(lines)).toEqual(expected);
  });

  it('differs only where it is said to differ', () => {
    const lines = runInVirtualTime(espruinoLinux, 1);
    for (const name of Object.keys(BOARD_DIFFERENCES)) {
      expect(fact(recorded.lines, name), name).not.toEqual([]);
      expect(fact(lines, name), name).not.toEqual(fact(recorded.lines, name));
    }
  });
});
