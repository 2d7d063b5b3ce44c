// jerry-snapshot and what can go wrong with it, by a tool that speaks as the real one does.

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { ExitCode, MoteError } from '../../../flash/errors.ts';
import { compileSource, type SnapshotOptions } from '../../../flash/snapshot/snapshot.ts';
import { prepareSource } from '../../../flash/snapshot/source.ts';
import { findTool } from '../../../flash/snapshot/tool.ts';
import { writeFakeTool } from '../../engines/fake-snapshot.ts';
import { bundleOf } from '../build/fixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'mote-tool-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const { code, map } = bundleOf('var answer = 42;\nvar broken = answer;');

function compile(tool: string, options: Partial<SnapshotOptions> = {}) {
  return compileSource(
    { firmware: '.', tool, ...options },
    prepareSource(code, map, options.isStatic === true),
  );
}

async function failure(tool: string, options: Partial<SnapshotOptions> = {}): Promise<MoteError> {
  const error = await compile(tool, options).then(
    () => expect.fail('it made one'),
    (reason: unknown) => reason,
  );
  return error instanceof MoteError ? error : expect.fail(String(error));
}

describe('a tool that does its work', () => {
  it('gives the same bytes each time, and is not asked for literals', async () => {
    const tool = writeFakeTool(folder);
    const [one, two] = [await compile(tool), await compile(tool)];
    expect(one).toEqual(two);
    expect(one).toMatchObject({ version: 70, isSame: true, literals: undefined });
    expect(one.bytes.toString('latin1', 24)).toBe(code);
  });

  it('is asked for the literals of a static one, or given those of a file', async () => {
    const tool = writeFakeTool(folder);
    expect((await compile(tool, { isStatic: true })).literals?.toString()).toBe('2 ab\n8 moteHost');
    const list = join(folder, 'list');
    writeFileSync(list, '3 abc');
    expect((await compile(tool, { isStatic: true, literals: list })).literals?.toString()).toBe('3 abc');
  });

  it('that leaves addresses in what it writes is told of', async () => {
    expect((await compile(writeFakeTool(folder, 'leaves addresses'))).isSame).toBe(false);
  });
});

describe('a tool that does not', () => {
  it.each([
    ['crashes', /it crashed \(SIGSEGV\)/, /JerryScript 3\.0/],
    ['writes nothing', /wrote nothing/, /JerryScript 3\.0/],
    ['writes something else', /no snapshot: it begins with "ELF\?"/, /JerryScript 3\.0/],
    [
      'is another version',
      /makes snapshots of version 69; JerryScript 3\.0 runs version 70 only/,
      /version 3\.0/,
    ],
    ['says Snapshot error: null', /ran out of its own heap/, /--mem-heap/],
    [
      'says Snapshot error: RangeError: Unsupported feature: x',
      /it ended with 1: RangeError: Unsupported feature: x/,
      /firmware/,
    ],
    ['says Error: unknown command: generate', /does not know what JerryScript 3\.0 does/, /JerryScript 3\.0/],
  ])('%s', async (how, what, fix) => {
    const error = await failure(writeFakeTool(folder, how));
    expect(error.what).toMatch(what);
    expect(error.fix).toMatch(fix);
    expect(error.exitCode).toBe(ExitCode.Environment);
  });

  it('complains of a place in the program: the source is named', async () => {
    const at = code.indexOf('broken');
    const line = code.slice(0, at).split('\n').length;
    const tool = writeFakeTool(
      folder,
      `says Snapshot error: SyntaxError: Identifier expected [firmware.js:${line}:5]`,
    );
    const error = await failure(tool);
    expect(error.what).toBe('jerry-snapshot: SyntaxError: Identifier expected');
    expect(error.where).toBe('firmware.ts:3:5');
  });

  it('is not there, is no program, or is none for this machine', async () => {
    expect((await failure(join(folder, 'nowhere'))).what).toMatch(/no such program/);
    const file = join(folder, 'text');
    writeFileSync(file, 'text');
    expect((await failure(file)).what).toMatch(/cannot be run/);
    const foreign = join(folder, 'foreign');
    writeFileSync(foreign, Buffer.from('\x7fELF\x01\x02\x01', 'latin1'));
    chmodSync(foreign, 0o755);
    expect((await failure(foreign)).fix).toMatch(/JERRY_SNAPSHOT/);
  });

  it('is named by option or variable', () => {
    vi.stubEnv('JERRY_SNAPSHOT', '');
    expect(() => findTool(undefined)).toThrow(/no jerry-snapshot is named/);
    vi.stubEnv('JERRY_SNAPSHOT', '/one');
    expect(findTool(undefined)).toBe('/one');
    expect(findTool('/two')).toBe('/two');
    vi.unstubAllEnvs();
  });
});

describe('a list of literals', () => {
  it.each([
    ['that is not there', undefined, /cannot read it \(ENOENT\)/],
    ['that is none', 'x = 1', /no list of literals/],
    ['that is cut off', '5 ab', /no list of literals/],
  ])('%s', async (name, content, what) => {
    const literals = join(folder, name);
    if (content !== undefined) writeFileSync(literals, content);
    expect((await failure(writeFakeTool(folder), { isStatic: true, literals })).what).toMatch(what);
  });
});
