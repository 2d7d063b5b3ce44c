import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { watch, type BuildOptions, type BuildResult } from '../../../flash/build/build.ts';
import { MoteError } from '../../../flash/errors.ts';
import { failure, runBundle, SAY, writeFirmware } from './fixture.ts';

const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

/** Watch a firmware. @returns what waits for the next result. */
async function follow(options: BuildOptions) {
  const results: (BuildResult | MoteError)[] = [];
  let wake = () => {};
  const watcher = await watch(options, (result) => {
    results.push(result);
    wake();
  });
  closers.push(() => watcher.close());
  const next = async () => {
    while (results.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    return results.shift() as BuildResult | MoteError;
  };
  return { next, pending: () => results.length, close: () => watcher.close() };
}

/** What the bundle of a result says; one change may cause more than one build. */
async function until(next: () => Promise<BuildResult | MoteError>, said: unknown): Promise<void> {
  for (;;) {
    const result = await next();
    if (!(result instanceof MoteError) && runBundle(result.code).said[0] === said) return;
  }
}

async function untilError(next: () => Promise<BuildResult | MoteError>): Promise<MoteError> {
  for (;;) {
    const result = await next();
    if (result instanceof MoteError) return result;
  }
}

const main = (expression: string) =>
  `${SAY}import { n } from './lib.ts';\nimport settings from './settings.json';\nsay(n + settings.add + ${expression});`;

function firmware(): string {
  return writeFirmware({
    'main.ts': main('0'),
    'lib.ts': 'export const n = 1;',
    'settings.json': '{"add":10}',
  });
}

describe('watch', () => {
  it('has built once when it returns', async () => {
    const { pending, next } = await follow({ firmware: firmware() });
    expect(pending()).toBe(1);
    await until(next, 11);
  });

  it('builds again when the program, a module or the settings change', async () => {
    const folder = firmware();
    const { next } = await follow({ firmware: folder });
    await until(next, 11);
    writeFileSync(join(folder, 'main.ts'), main('100'));
    await until(next, 111);
    writeFileSync(join(folder, 'lib.ts'), 'export const n = 2;');
    await until(next, 112);
    writeFileSync(join(folder, 'settings.json'), '{"add":20}');
    await until(next, 122);
    writeFileSync(join(folder, 'secrets.json'), '{"add":30}');
    await until(next, 132);
  });

  it('carries a change of a constant or a type to the modules that use it', async () => {
    const folder = writeFirmware({
      'main.ts': `${SAY}import { Mode } from './mode.ts';\nimport { twice } from './twice.ts';\nsay(twice(Mode.Fast));`,
      'mode.ts': 'export const enum Mode { Slow = 1, Fast = 2 }',
      'twice.ts': 'export function twice(n: number): number { return n * 2; }',
    });
    const { next } = await follow({ firmware: folder });
    await until(next, 4);
    writeFileSync(join(folder, 'mode.ts'), 'export const enum Mode { Slow = 1, Fast = 5 }');
    await until(next, 10);
    writeFileSync(join(folder, 'twice.ts'), 'export function twice(n: string): string { return n + n; }');
    expect((await untilError(next)).where).toMatch(/main\.ts:4:11$/);
  });

  it('forgets a module that is no longer imported, with what was wrong in it', async () => {
    const folder = writeFirmware({
      'main.ts': `${SAY}say(1);`,
      'bad.ts': 'export const list = [0, ...[1]];',
    });
    const { next } = await follow({ firmware: folder });
    await until(next, 1);
    writeFileSync(join(folder, 'main.ts'), `${SAY}import { list } from './bad.ts';\nsay(list[1]);`);
    expect((await untilError(next)).what).toMatch(/__spreadArray/);
    writeFileSync(join(folder, 'main.ts'), `${SAY}say(2);`);
    await until(next, 2);
  });

  it('reports an error and recovers', async () => {
    const folder = firmware();
    const { next } = await follow({ firmware: folder });
    await until(next, 11);
    writeFileSync(join(folder, 'lib.ts'), 'export const n: number = "text";');
    expect((await untilError(next)).what).toMatch(/^TS2322/);
    rmSync(join(folder, 'lib.ts'));
    expect((await untilError(next)).what).toMatch(/lib/);
    writeFileSync(join(folder, 'lib.ts'), 'export const n = 3;');
    await until(next, 13);
    writeFileSync(join(folder, 'settings.json'), '{"add":');
    expect((await untilError(next)).what).toMatch(/not valid JSON/);
    writeFileSync(join(folder, 'settings.json'), '{"add":1}');
    await until(next, 4);
  });

  it('starts on a firmware with an error', async () => {
    const folder = writeFirmware({ 'main.ts': `${SAY}say(missing);` });
    const { next } = await follow({ firmware: folder });
    expect((await untilError(next)).what).toMatch(/missing/);
    writeFileSync(join(folder, 'main.ts'), `${SAY}say(5);`);
    await until(next, 5);
  });

  it('refuses wrong options at once', async () => {
    expect((await failure(watch({ firmware: '/nowhere' }, () => {}))).what).toBe('no such firmware');
    expect((await failure(watch({ firmware: firmware(), board: 'x' }, () => {}))).what).toMatch(
      /unknown board/,
    );
  });
});
